package io.cade.engine.dhcp;

import io.cade.engine.dhcp.wire.Decoded;
import io.cade.engine.dhcp.wire.DhcpCodec;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.Octets;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** An interface in the test's hands: it hears all that is sent, and says who answers probes. */
final class TestWire implements Wire {
  /** An answer. */
  record Sent(Octets payload, DhcpMessage message, Destination to) {
    byte[] bytes() {
      return payload.toBytes();
    }
  }

  private final Ipv4Address address;
  private final boolean bootServer;
  private @Nullable WireReceiver receiver;

  final List<Sent> sent = new ArrayList<>();
  final List<Ipv4Address> probed = new ArrayList<>();
  final Set<Ipv4Address> used = new HashSet<>();
  private final Map<Ipv4Address, CompletableFuture<Boolean>> waiting = new HashMap<>();
  private boolean holding;
  boolean closed;

  TestWire(Ipv4Address address, boolean bootServer) {
    this.address = address;
    this.bootServer = bootServer;
  }

  WireOpener opener() {
    return (loop, to) -> {
      receiver = to;
      return CompletableFuture.completedFuture(this);
    };
  }

  /** A datagram arrives. */
  void arrives(byte[] datagram, Ipv4Address from, int port) {
    WireReceiver to = receiver;
    if (to == null) {
      throw new IllegalStateException("not open");
    }
    to.received(this, new InetSocketAddress(from.toInetAddress(), port), datagram);
  }

  /** From now on probes wait for the test. */
  void holdProbes() {
    holding = true;
  }

  /** A probe that waits comes to its end. */
  void probeEnds(Ipv4Address candidate, boolean inUse) {
    CompletableFuture<Boolean> probe = waiting.remove(candidate);
    if (probe == null) {
      throw new IllegalStateException("nobody probes " + candidate);
    }
    probe.complete(inUse);
  }

  Sent last() {
    return sent.getLast();
  }

  @Override
  public void send(byte[] payload, Destination to) {
    sent.add(
        new Sent(Octets.of(payload), ((Decoded.Message) DhcpCodec.decode(payload)).message(), to));
  }

  @Override
  public Ipv4Address address() {
    return address;
  }

  @Override
  public String name() {
    return "test0";
  }

  @Override
  public CompletableFuture<Boolean> inUse(Ipv4Address candidate) {
    probed.add(candidate);
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    if (holding) {
      waiting.put(candidate, answer);
    } else {
      answer.complete(used.contains(candidate));
    }
    return answer;
  }

  @Override
  public boolean bootServer() {
    return bootServer;
  }

  @Override
  public void close() {
    closed = true;
  }
}
