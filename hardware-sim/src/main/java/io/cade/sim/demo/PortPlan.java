package io.cade.sim.demo;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ServicePorts;
import io.cade.sim.hub.Backplane;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Every address and port of the demonstration (DESIGN §5).
 *
 * @param offset added to each
 */
record PortPlan(int offset) {
  /** All ports are below 65536 with it, and the simulator takes no more. */
  static final int MAX_OFFSET = 50_000;

  static final String HOST = "127.0.0.1";
  static final String BALANCER_INSIDE = "127.1.0.3";

  /** Of the second one, if there are two. */
  static final String BALANCER_2_INSIDE = "127.1.0.2";

  private static final int PASSIVE_PORTS = 20;
  static final List<Integer> PROXY_SLOTS = List.of(4, 5);

  /** UDP or TCP. */
  enum Transport {
    TCP,
    UDP
  }

  /**
   * Something that has to be free.
   *
   * @param purpose for the operator
   */
  record Endpoint(Transport transport, String host, int port, String purpose) {
    /** Whether nothing else has it; finds out by having it for a moment. */
    boolean isFree() {
      InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral(host), port);
      try {
        if (transport == Transport.TCP) {
          try (ServerSocket socket = new ServerSocket()) {
            // As the servers do it: connections that have just ended are no obstacle.
            socket.setReuseAddress(true);
            socket.bind(address, 1);
          }
        } else {
          try (DatagramSocket socket = new DatagramSocket(null)) {
            socket.bind(address);
          }
        }
        return true;
      } catch (IOException e) {
        return false;
      }
    }

    @Override
    public String toString() {
      return host + ":" + port + (transport == Transport.UDP ? "/udp" : "") + " (" + purpose + ")";
    }
  }

  int http() {
    return 8080 + offset;
  }

  int https() {
    return 8443 + offset;
  }

  int admin() {
    return 9443 + offset;
  }

  int gateway() {
    return 9444 + offset;
  }

  int snmp() {
    return 1161 + offset;
  }

  /** Of the operator's trap receiver, which is not ours. */
  int trap() {
    return 1162 + offset;
  }

  int dhcp() {
    return 1067 + offset;
  }

  int dhcpClient() {
    return 1068 + offset;
  }

  int tftp() {
    return 1069 + offset;
  }

  int bootHttp() {
    return 9080 + offset;
  }

  int ftp() {
    return 2121 + offset;
  }

  int pop3() {
    return 1110 + offset;
  }

  /** POP3 in TLS from the first byte. */
  int pop3s() {
    return 1995 + offset;
  }

  /** First of the ports for passive transfers of the proxy in a slot. */
  int passiveLow(int slot) {
    return 2200 + PASSIVE_PORTS * PROXY_SLOTS.indexOf(slot) + offset;
  }

  /** Last of them. */
  int passiveHigh(int slot) {
    return passiveLow(slot) + PASSIVE_PORTS - 1;
  }

  /** On which balancers tell each other who has the visitors' address, UDP. */
  int vrrp() {
    return 1112 + offset;
  }

  int poke() {
    return 1070 + offset;
  }

  int service() {
    return 8000 + offset;
  }

  /** Internal address of a card. */
  static String inside(int chassis, int slot) {
    return "127.1." + chassis + "." + slot;
  }

  /**
   * What the processes of such a cabinet will bind.
   *
   * @param balancers 1, or 2 that talk to each other
   */
  List<Endpoint> endpoints(int chassis, int cards, int balancers) {
    List<Endpoint> all = new ArrayList<>();
    all.add(new Endpoint(Transport.TCP, HOST, http(), "visitors, HTTP"));
    all.add(new Endpoint(Transport.TCP, HOST, https(), "visitors, HTTPS"));
    all.add(new Endpoint(Transport.TCP, HOST, ftp(), "visitors, FTP"));
    all.add(new Endpoint(Transport.TCP, HOST, pop3(), "visitors, POP3"));
    all.add(new Endpoint(Transport.TCP, HOST, pop3s(), "visitors, POP3 in TLS"));
    all.add(new Endpoint(Transport.TCP, HOST, admin(), "console and API"));
    all.add(new Endpoint(Transport.TCP, HOST, gateway(), "agents of the cards"));
    all.add(new Endpoint(Transport.TCP, HOST, bootHttp(), "boot files over HTTP"));
    all.add(new Endpoint(Transport.UDP, HOST, snmp(), "SNMP"));
    all.add(new Endpoint(Transport.UDP, HOST, dhcp(), "DHCP"));
    all.add(new Endpoint(Transport.UDP, HOST, tftp(), "TFTP"));
    for (int slot : PROXY_SLOTS) {
      all.add(new Endpoint(Transport.TCP, inside(0, slot), http(), "proxy 0." + slot + ", HTTP"));
      all.add(new Endpoint(Transport.TCP, inside(0, slot), https(), "proxy 0." + slot + ", HTTPS"));
      all.add(new Endpoint(Transport.TCP, inside(0, slot), ftp(), "proxy 0." + slot + ", FTP"));
      all.add(new Endpoint(Transport.TCP, inside(0, slot), pop3(), "proxy 0." + slot + ", POP3"));
      all.add(
          new Endpoint(
              Transport.TCP, inside(0, slot), pop3s(), "proxy 0." + slot + ", POP3 in TLS"));
      for (int port = passiveLow(slot); port <= passiveHigh(slot); port++) {
        all.add(new Endpoint(Transport.TCP, HOST, port, "FTP data of proxy 0." + slot));
      }
    }
    if (balancers > 1) {
      for (String balancer : List.of(BALANCER_INSIDE, BALANCER_2_INSIDE)) {
        all.add(new Endpoint(Transport.UDP, balancer, vrrp(), "balancers among themselves"));
      }
    }
    Backplane backplane = new Backplane(offset);
    for (int c = 1; c <= chassis; c++) {
      all.add(udp(backplane.hubWire(c), "hub of chassis " + c));
      all.add(udp(backplane.hubLan(c), "hub of chassis " + c));
      for (int s = 1; s <= cards; s++) {
        CardPosition position = new CardPosition(c, s);
        all.add(udp(backplane.cardWire(position), "wire of card " + position));
        String card = inside(c, s);
        all.add(new Endpoint(Transport.UDP, card, dhcpClient(), "DHCP client of " + position));
        all.add(new Endpoint(Transport.UDP, card, poke(), "agent of card " + position));
        all.add(new Endpoint(Transport.TCP, card, service(), "service on card " + position));
        int files = ServicePorts.ftp(service());
        all.add(new Endpoint(Transport.TCP, card, files, "files on card " + position));
        int mail = ServicePorts.pop3(service());
        all.add(new Endpoint(Transport.TCP, card, mail, "mailboxes on card " + position));
      }
    }
    return all;
  }

  private static Endpoint udp(InetSocketAddress address, String purpose) {
    return new Endpoint(
        Transport.UDP, address.getAddress().getHostAddress(), address.getPort(), purpose);
  }

  /** The first one that something else has. */
  static Optional<Endpoint> firstInUse(List<Endpoint> endpoints) {
    return endpoints.stream().filter(e -> !e.isFree()).findFirst();
  }
}
