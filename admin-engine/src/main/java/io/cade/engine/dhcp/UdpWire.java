package io.cade.engine.dhcp;

import io.cade.engine.datagram.DatagramPort;
import io.cade.engine.dhcp.wire.Ipv4Address;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A wire over an ordinary UDP socket: for relayed clients, for the demonstration on loopback, and
 * for the port of PXE boot servers. It reaches clients without an address only by broadcast, if at
 * all, and cannot probe.
 */
public final class UdpWire implements Wire {
  /** Larger datagrams than Ethernet carries are cut off by the port. */
  private static final int MAX_DATAGRAM_BYTES = 1500;

  private final DatagramPort port;
  private final Ipv4Address address;
  private final Settings settings;

  /**
   * @param relayPort UDP port of relay agents
   * @param clientPort UDP port of clients
   * @param broadcasts whether the socket may send broadcasts
   * @param bootServer see {@link Wire#bootServer}
   */
  public record Settings(int relayPort, int clientPort, boolean broadcasts, boolean bootServer) {}

  private UdpWire(DatagramPort port, Ipv4Address address, Settings settings) {
    this.port = port;
    this.address = address;
    this.settings = settings;
  }

  /**
   * Opens one on an address and port.
   *
   * @param serverId the server's address as clients name it
   */
  public static WireOpener at(InetSocketAddress listen, Ipv4Address serverId, Settings settings) {
    return (loop, receiver) -> {
      // Set before anything is handed over: both happen on the loop's thread, in this order.
      AtomicReference<UdpWire> opened = new AtomicReference<>();
      return loop.open(
              listen,
              MAX_DATAGRAM_BYTES,
              (from, payload) -> {
                UdpWire wire = opened.get();
                if (wire != null) {
                  receiver.received(wire, from, payload);
                }
              })
          .thenApply(port -> {
            UdpWire wire = new UdpWire(port, serverId, settings);
            opened.set(wire);
            return wire;
          });
    };
  }

  /** Where it listens, with the real port. */
  public InetSocketAddress local() {
    return port.local();
  }

  @Override
  public void send(byte[] payload, Destination to) {
    port.send(
        payload,
        switch (to) {
          case Destination.Relay r -> r.giaddr().port(settings.relayPort());
          case Destination.Client c -> c.address().port(c.port());
          case Destination.Hardware h ->
              (settings.broadcasts() ? Ipv4Address.BROADCAST : h.yiaddr())
                  .port(settings.clientPort());
          case Destination.Broadcast b -> Ipv4Address.BROADCAST.port(settings.clientPort());
        });
  }

  @Override
  public Ipv4Address address() {
    return address;
  }

  @Override
  public String name() {
    return address + ":" + port.local().getPort();
  }

  @Override
  public CompletableFuture<Boolean> inUse(Ipv4Address candidate) {
    return CompletableFuture.completedFuture(false);
  }

  @Override
  public boolean broadcasts() {
    return settings.broadcasts();
  }

  @Override
  public boolean bootServer() {
    return settings.bootServer();
  }

  @Override
  public void close() {
    port.close();
  }
}
