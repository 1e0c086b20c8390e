package io.cade.engine.dhcp;

import io.cade.engine.datagram.DatagramLoop;
import io.cade.engine.datagram.DatagramPort;
import io.cade.engine.datagram.raw.EthernetEvent;
import io.cade.engine.datagram.raw.EthernetPort;
import io.cade.engine.dhcp.wire.Ipv4Address;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A wire over an Ethernet interface or a VLAN sub-interface. Broadcasts come in by a packet socket,
 * which knows the interface, and clients without an address are answered through it. What is sent
 * to the server's own address (renewing clients, relay agents) comes in by an ordinary UDP socket
 * on that address. No datagram comes in by both: the packet socket takes only broadcasts, which a
 * socket bound to a unicast address never gets.
 */
public final class InterfaceWire implements Wire {
  /** Larger datagrams than Ethernet carries are cut off by the port. */
  private static final int MAX_DATAGRAM_BYTES = 1500;

  private final String name;
  private final Ipv4Address address;
  private final int relayPort;
  private final int clientPort;
  private final EthernetPort ethernet;
  private final DatagramPort port;

  private InterfaceWire(
      String name,
      Ipv4Address address,
      int relayPort,
      int clientPort,
      EthernetPort ethernet,
      DatagramPort port) {
    this.name = name;
    this.address = address;
    this.relayPort = relayPort;
    this.clientPort = clientPort;
    this.ethernet = ethernet;
    this.port = port;
  }

  /**
   * Opens one on an interface, whose first IPv4 address is the server's there.
   *
   * @param serverPort UDP port of the server
   * @param relayPort UDP port of relay agents
   * @param clientPort UDP port of clients
   */
  public static WireOpener on(String name, int serverPort, int relayPort, int clientPort) {
    return (loop, receiver) -> {
      try {
        return open(name, serverPort, relayPort, clientPort, loop, receiver);
      } catch (IOException e) {
        return CompletableFuture.failedFuture(e);
      }
    };
  }

  /**
   * The address that a wire on the interface would have.
   *
   * @throws IOException saying what to do when there is no such interface or it has no address
   */
  public static Ipv4Address addressOf(String name) throws IOException {
    return new Ipv4Address(EthernetPort.addressOf(name));
  }

  private static CompletableFuture<Wire> open(
      String name,
      int serverPort,
      int relayPort,
      int clientPort,
      DatagramLoop loop,
      WireReceiver receiver)
      throws IOException {
    Ipv4Address address = addressOf(name);
    // Set on the loop's thread, on which everything is handed over as well.
    AtomicReference<InterfaceWire> opened = new AtomicReference<>();
    EthernetPort ethernet =
        EthernetPort.open(
            name, serverPort, loop, (from, payload) -> handOver(opened, receiver, from, payload));
    return loop.open(
            address.port(serverPort),
            MAX_DATAGRAM_BYTES,
            (from, payload) -> handOver(opened, receiver, from, payload))
        .handle((port, failure) -> {
          if (failure != null) {
            ethernet.close();
            throw new CompletionException(failure);
          }
          InterfaceWire wire =
              new InterfaceWire(name, address, relayPort, clientPort, ethernet, port);
          opened.set(wire);
          return wire;
        });
  }

  private static void handOver(
      AtomicReference<InterfaceWire> opened,
      WireReceiver receiver,
      InetSocketAddress from,
      byte[] payload) {
    InterfaceWire wire = opened.get();
    if (wire != null) {
      receiver.received(wire, from, payload);
    }
  }

  @Override
  public void send(byte[] payload, Destination to) {
    switch (to) {
      case Destination.Relay r -> port.send(payload, r.giaddr().port(relayPort));
      case Destination.Client c -> port.send(payload, c.address().port(c.port()));
      case Destination.Hardware h ->
          ethernet.send(payload, address.bits(), h.mac(), h.yiaddr().bits(), clientPort);
      case Destination.Broadcast b -> ethernet.broadcast(payload, address.bits(), clientPort);
    }
  }

  @Override
  public Ipv4Address address() {
    return address;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public CompletableFuture<Boolean> inUse(Ipv4Address candidate) {
    return ethernet.inUse(candidate.bits());
  }

  /** What the interface has seen. */
  public Map<EthernetEvent, Long> events() {
    return ethernet.events();
  }

  @Override
  public void close() {
    port.close();
    ethernet.close();
  }
}
