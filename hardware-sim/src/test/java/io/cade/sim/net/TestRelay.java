package io.cade.sim.net;

import io.cade.agent.wire.MacAddress;
import io.cade.engine.datagram.DatagramLoop;
import io.cade.engine.datagram.DatagramPort;
import io.cade.engine.datagram.raw.EthernetPort;
import io.cade.engine.dhcp.wire.Decoded;
import io.cade.engine.dhcp.wire.DhcpCodec;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.OptionCode;
import io.cade.engine.dhcp.wire.RelayInformation;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A relay agent between a clients' interface and a server (RFC 1542 §4, RFC 3046): broadcasts of
 * clients go to the server with the agent's address and a circuit id, the answers to the client's
 * hardware address without the circuit id. To be opened inside of a namespace.
 */
public final class TestRelay implements AutoCloseable {
  private static final int MAX_BYTES = 1472;

  private final Ipv4Address address;
  private final RelayInformation circuit;
  private final InetSocketAddress server;
  private final EthernetPort clients;
  private final DatagramPort lan;

  /** Messages passed to the server. */
  final AtomicInteger relayed = new AtomicInteger();

  /**
   * @param device on which the clients are
   * @param address of the agent on that device (giaddr)
   */
  public TestRelay(
      DatagramLoop loop, String device, Ipv4Address address, String circuit, Ipv4Address server)
      throws Exception {
    this.address = address;
    this.circuit = RelayInformation.ofCircuit(circuit);
    this.server = server.port(67);
    lan = loop.open(address.port(67), MAX_BYTES, this::fromServer).get(10, TimeUnit.SECONDS);
    clients = EthernetPort.open(device, 67, loop, this::fromClient);
  }

  private void fromClient(InetSocketAddress from, byte[] datagram) {
    if (DhcpCodec.decode(datagram) instanceof Decoded.Message(DhcpMessage m) && m.request()) {
      relayed.incrementAndGet();
      DhcpMessage out =
          m.relayed(
              m.hops() + 1,
              address,
              m.options().with(OptionCode.RELAY_INFORMATION, circuit.encode()));
      lan.send(DhcpCodec.encode(out, MAX_BYTES), server);
    }
  }

  private void fromServer(InetSocketAddress from, byte[] datagram) {
    if (DhcpCodec.decode(datagram) instanceof Decoded.Message(DhcpMessage m)
        && !m.request()
        && m.options()
            .get(OptionCode.RELAY_INFORMATION)
            .filter(circuit.encode()::equals)
            .isPresent()) {
      DhcpMessage out =
          m.relayed(m.hops(), m.relayAddress(), m.options().without(OptionCode.RELAY_INFORMATION));
      byte[] payload = DhcpCodec.encode(out, MAX_BYTES);
      MacAddress mac = m.mac().orElseThrow();
      if (m.broadcast() || m.yourAddress().isZero()) {
        clients.broadcast(payload, address.bits(), 68);
      } else {
        clients.send(payload, address.bits(), mac, m.yourAddress().bits(), 68);
      }
    }
  }

  @Override
  public void close() {
    clients.close();
    lan.close();
  }
}
