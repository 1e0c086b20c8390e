package io.cade.engine.datagram.raw;

import io.cade.agent.wire.MacAddress;
import io.cade.engine.datagram.DatagramLoop;
import io.cade.engine.datagram.DatagramReceiver;
import io.cade.engine.datagram.Tally;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Ethernet interface (or VLAN sub-interface) below its UDP sockets: hears UDP broadcasts to one
 * port, sends UDP to hardware addresses, and asks by ARP whether an IPv4 address is in use. IPv4
 * addresses are numbers with the first octet in the highest byte.
 *
 * <p>The interface may go down, away and come back: that is logged and counted, and what is sent
 * meanwhile is lost. One daemon thread an interface waits for frames; the receiver is called on the
 * loop's thread. At most {@value #MAX_WAITING} datagrams wait for the loop, and {@value
 * #MAX_PROBES} probes for their answers. All methods may be called from any thread.
 */
public final class EthernetPort implements AutoCloseable {
  static final int MAX_WAITING = 4096;
  static final int MAX_PROBES = 256;

  private static final int WATCH_MILLIS = 500;
  private static final Duration SECOND_PROBE = Duration.ofMillis(150);
  private static final Duration PROBE_TIME = Duration.ofMillis(400);
  private static final Logger LOG = LoggerFactory.getLogger(EthernetPort.class);

  @SuppressWarnings("ArrayRecordComponent") // datagrams are not compared
  private record Datagram(InetSocketAddress from, byte[] payload) {}

  private record Probe(int address, CompletableFuture<Boolean> answer) {}

  private final String name;
  private final int udpPort;
  private final DatagramLoop loop;
  private final DatagramReceiver receiver;
  private final Arena arena;
  private final PacketSocket udp;
  private final PacketSocket arp;
  private final Wakeup wakeup;
  private final Tally<EthernetEvent> events = new Tally<>(EthernetEvent.class);
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile boolean closed;

  /** Written by the reader thread; null while the interface is away. */
  private volatile @Nullable LinkState link;

  // Owned by the reader thread.
  private List<Datagram> batch = new ArrayList<>();
  private long watchAgainNanos;

  // Guarded by itself.
  private final List<Probe> probes = new ArrayList<>();

  private EthernetPort(
      LinkState link,
      int udpPort,
      DatagramLoop loop,
      DatagramReceiver receiver,
      Arena arena,
      PacketSocket udp,
      PacketSocket arp,
      Wakeup wakeup) {
    this.name = link.name();
    this.link = link;
    this.udpPort = udpPort;
    this.loop = loop;
    this.receiver = receiver;
    this.arena = arena;
    this.udp = udp;
    this.arp = arp;
    this.wakeup = wakeup;
    this.watchAgainNanos = loop.nanoTime();
  }

  /**
   * The interface's primary IPv4 address.
   *
   * @throws IOException saying what to do when there is no such interface or it has no address
   */
  public static int addressOf(String name) throws IOException {
    return require(name).addresses().stream()
        .findFirst()
        .orElseThrow(() ->
            new IOException(
                "interface "
                    + name
                    + " has no IPv4 address, which clients would renew at; give it one: ip address"
                    + " add ADDRESS/LENGTH dev "
                    + name));
  }

  private static LinkState require(String name) throws IOException {
    return LinkState.read(name)
        .orElseThrow(() ->
            new IOException(
                "no interface " + name + " on this machine; ip link shows those it has"));
  }

  /**
   * Listens on an interface.
   *
   * @param udpPort whose broadcasts are wanted; what is sent to an address of this machine belongs
   *     to ordinary sockets and is not heard here
   * @throws IOException saying what to do when there is no such interface, or the right to open
   *     packet sockets is missing
   */
  public static EthernetPort open(
      String name, int udpPort, DatagramLoop loop, DatagramReceiver receiver) throws IOException {
    LinkState link = require(name);
    Arena arena = Arena.ofShared();
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      PacketSocket udp =
          PacketSocket.open(UdpFrame.ETHER_TYPE, SocketFilter.broadcastsTo(udpPort), arena);
      opened.add(udp);
      udp.bind(link.index());
      PacketSocket arp = PacketSocket.open(ArpFrame.ETHER_TYPE, SocketFilter.arp(), arena);
      opened.add(arp);
      arp.bind(link.index());
      Wakeup wakeup = Wakeup.of(arena, udp, arp);
      EthernetPort port = new EthernetPort(link, udpPort, loop, receiver, arena, udp, arp, wakeup);
      Thread.ofPlatform().name("frames of " + name).daemon().start(port::read);
      return port;
    } catch (SystemError e) {
      for (AutoCloseable socket : opened) {
        ((PacketSocket) socket).close();
      }
      arena.close();
      throw new IOException(
          e.isPermission()
              ? "cannot listen on interface "
                  + name
                  + " for clients without address: the right to open packet sockets is missing; run"
                  + " as root, or give the process the capability CAP_NET_RAW (systemd: the"
                  + " drop-in interfaces.conf)"
              : "cannot listen on interface " + name + ": " + e.getMessage(),
          e);
    }
  }

  /** Whether the interface is there and up. */
  public boolean isUp() {
    LinkState now = link;
    return now != null && now.up();
  }

  /** How often each event came about. */
  public Map<EthernetEvent, Long> events() {
    return events.all();
  }

  /**
   * Sends one datagram in one frame.
   *
   * @param to hardware address
   * @return false when it was lost here
   */
  public boolean send(byte[] payload, int fromAddress, MacAddress to, int toAddress, int toPort) {
    LinkState now = link;
    if (now == null || payload.length > PacketSocket.MAX_FRAME_BYTES - UdpFrame.HEADERS) {
      events.count(EthernetEvent.SEND_FAILED);
      return false;
    }
    UdpFrame frame = new UdpFrame(to, now.mac(), fromAddress, udpPort, toAddress, toPort, payload);
    return put(udp, frame.encode(), EthernetEvent.SENT);
  }

  /** To everybody on the wire. */
  public boolean broadcast(byte[] payload, int fromAddress, int toPort) {
    return send(payload, fromAddress, ArpFrame.EVERYBODY, UdpFrame.BROADCAST, toPort);
  }

  private boolean put(PacketSocket socket, byte[] frame, EthernetEvent done) {
    try {
      socket.send(frame);
      events.count(done);
      return true;
    } catch (SystemError e) {
      events.count(EthernetEvent.SEND_FAILED);
      LOG.debug("{}: a frame is lost: {}", name, e.getMessage());
      return false;
    }
  }

  /**
   * Asks twice who has the address (RFC 5227 §2.1.1).
   *
   * @return true as soon as somebody answered, false 0.4 s later when nobody did, or at once when
   *     the question could not be asked
   */
  public CompletableFuture<Boolean> inUse(int address) {
    Probe probe = new Probe(address, new CompletableFuture<>());
    synchronized (probes) {
      if (probes.size() >= MAX_PROBES) {
        events.count(EthernetEvent.PROBE_REFUSED);
        return CompletableFuture.completedFuture(false);
      }
      probes.add(probe);
    }
    if (!ask(address)) {
      finish(probe, false);
      return probe.answer();
    }
    loop.schedule(
        SECOND_PROBE,
        () -> {
          if (!probe.answer().isDone()) {
            ask(address);
          }
        });
    loop.schedule(PROBE_TIME, () -> finish(probe, false));
    return probe.answer();
  }

  private boolean ask(int address) {
    LinkState now = link;
    return now != null
        && put(arp, ArpFrame.probe(now.mac(), address).encode(), EthernetEvent.PROBED);
  }

  private void finish(Probe probe, boolean answer) {
    synchronized (probes) {
      probes.remove(probe);
    }
    probe.answer().complete(answer);
  }

  /** Stops; a probe under way ends with no. A second call does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      wakeup.wake();
    }
  }

  // --- the reader thread -------------------------------------------------------------------------

  private void read() {
    try {
      while (!closed) {
        try {
          watch();
          wakeup.await(WATCH_MILLIS);
          take();
        } catch (SystemError e) {
          // The interface went down or away; watching tells when it is back.
          LOG.debug("{}: {}", name, e.getMessage());
        }
      }
    } catch (RuntimeException e) {
      LOG.error("{}: nothing is received here any more", name, e);
    } finally {
      link = null;
      udp.close();
      arp.close();
      wakeup.close();
      arena.close();
      List<Probe> left;
      synchronized (probes) {
        left = List.copyOf(probes);
      }
      left.forEach(p -> finish(p, false));
    }
  }

  /** Notices, twice a second, whether the interface is gone, down, back or another one. */
  private void watch() throws SystemError {
    long now = loop.nanoTime();
    if (now - watchAgainNanos < 0) {
      return;
    }
    watchAgainNanos = now + Duration.ofMillis(WATCH_MILLIS).toNanos();
    LinkState before = link;
    LinkState after = LinkState.read(name).orElse(null);
    if (after != null && (before == null || before.index() != after.index())) {
      udp.bind(after.index());
      arp.bind(after.index());
    }
    link = after;
    boolean wasUp = before != null && before.up();
    boolean isUp = after != null && after.up();
    if (wasUp && !isUp) {
      events.count(EthernetEvent.LINK_LOST);
      LOG.warn("interface {} is {}", name, after == null ? "gone" : "down");
    } else if (!wasUp && isUp) {
      events.count(EthernetEvent.LINK_FOUND);
      LOG.info("interface {} is back", name);
    }
    for (int i = udp.droppedByKernel(); i > 0; i--) {
      events.count(EthernetEvent.DROPPED_KERNEL);
    }
  }

  private void take() throws SystemError {
    PacketSocket.Batch taken;
    do {
      taken = udp.receive(this::datagram);
      for (int i = 0; i < taken.tooLong(); i++) {
        events.count(EthernetEvent.DROPPED_TOO_LONG);
      }
      handOver();
    } while (taken.received() == PacketSocket.BATCH && !closed);
    do {
      taken = arp.receive((frame, length, checksumIsSet) -> answer(frame, length));
    } while (taken.received() == PacketSocket.BATCH && !closed);
  }

  private void datagram(byte[] frame, int length, boolean checksumIsSet) {
    switch (UdpFrame.read(frame, length, checksumIsSet)) {
      case UdpFrame.Read.Good(UdpFrame f) ->
          batch.add(new Datagram(endpoint(f.sourceAddress(), f.sourcePort()), f.payload()));
      case UdpFrame.Read.Bad(UdpFrame.Fault fault) ->
          events.count(
              fault == UdpFrame.Fault.BAD_CHECKSUM
                  ? EthernetEvent.DROPPED_CHECKSUM
                  : EthernetEvent.DROPPED_MALFORMED);
    }
  }

  private void handOver() {
    if (batch.isEmpty()) {
      return;
    }
    List<Datagram> all = batch;
    batch = new ArrayList<>();
    if (waiting.get() + all.size() > MAX_WAITING) {
      all.forEach(d -> events.count(EthernetEvent.DROPPED_OVERLOAD));
      return;
    }
    waiting.addAndGet(all.size());
    loop.execute(() -> {
      waiting.addAndGet(-all.size());
      for (Datagram d : all) {
        if (closed) {
          return;
        }
        events.count(EthernetEvent.RECEIVED);
        deliver(d);
      }
    });
  }

  /** A receiver that fails costs one datagram. */
  private void deliver(Datagram d) {
    try {
      receiver.received(d.from(), d.payload());
    } catch (RuntimeException e) {
      LOG.warn("datagram on {} was not handled", name, e);
    }
  }

  private void answer(byte[] frame, int length) {
    ArpFrame message = ArpFrame.read(frame, length).orElse(null);
    LinkState now = link;
    if (message == null || now == null) {
      return;
    }
    List<Probe> answered;
    synchronized (probes) {
      answered = probes.stream().filter(p -> message.claims(p.address(), now.mac())).toList();
    }
    for (Probe probe : answered) {
      events.count(EthernetEvent.PROBE_ANSWERED);
      LOG.debug("{}: {} has the address that was probed", name, message.sender());
      finish(probe, true);
    }
  }

  private static InetSocketAddress endpoint(int address, int port) {
    try {
      byte[] octets = ByteBuffer.allocate(4).putInt(address).array();
      return new InetSocketAddress(InetAddress.getByAddress(octets), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are always an address", e);
    }
  }
}
