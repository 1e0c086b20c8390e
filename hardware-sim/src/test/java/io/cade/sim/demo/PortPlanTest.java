package io.cade.sim.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.sim.demo.PortPlan.Endpoint;
import io.cade.sim.demo.PortPlan.Transport;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortPlanTest {
  @Test
  void thePortsAreThoseOfTheOperatingContract() {
    PortPlan p = new PortPlan(0);
    assertThat(
            List.of(
                p.http(),
                p.https(),
                p.admin(),
                p.snmp(),
                p.trap(),
                p.dhcp(),
                p.tftp(),
                p.bootHttp(),
                p.ftp(),
                p.pop3()))
        .containsExactly(8080, 8443, 9443, 1161, 1162, 1067, 1069, 9080, 2121, 1110);
  }

  @Test
  void withTheLargestOffsetEveryPortExistsAndNoneIsWantedTwice() {
    List<Endpoint> all = new PortPlan(PortPlan.MAX_OFFSET).endpoints(20, 14, 2);
    assertThat(all).allMatch(e -> e.port() >= 1024 && e.port() <= 65535);
    assertThat(all.stream().map(e -> e.transport() + e.host() + ":" + e.port()))
        .doesNotHaveDuplicates();
  }

  @Test
  void twoBalancersNeedAPortEachToTalkToEachOtherAndOneNeedsNone() {
    PortPlan p = new PortPlan(7);
    assertThat(p.endpoints(1, 1, 2))
        .filteredOn(e -> e.port() == p.vrrp() && e.transport() == Transport.UDP)
        .extracting(Endpoint::host)
        .containsExactlyInAnyOrder("127.1.0.2", "127.1.0.3");
    assertThat(p.endpoints(1, 1, 1)).noneMatch(e -> e.port() == p.vrrp());
  }

  @Test
  void theTrapReceiversPortIsNotOurs() {
    assertThat(new PortPlan(0).endpoints(1, 1, 1)).noneMatch(e -> e.port() == 1162);
  }

  @Test
  void aTakenPortIsFoundAndNamedWithItsPurpose() throws IOException {
    InetAddress host = InetAddress.ofLiteral("127.0.0.1");
    try (ServerSocket tcp = new ServerSocket(0, 1, host);
        DatagramSocket udp = new DatagramSocket(new InetSocketAddress(host, 0))) {
      Endpoint web = new Endpoint(Transport.TCP, "127.0.0.1", tcp.getLocalPort(), "visitors");
      Endpoint snmp = new Endpoint(Transport.UDP, "127.0.0.1", udp.getLocalPort(), "SNMP");
      assertThat(PortPlan.firstInUse(List.of(web, snmp))).contains(web);
      assertThat(PortPlan.firstInUse(List.of(snmp))).contains(snmp);
      assertThat(snmp).hasToString("127.0.0.1:" + udp.getLocalPort() + "/udp (SNMP)");
      tcp.close();
      udp.close();
      assertThat(PortPlan.firstInUse(List.of(web, snmp))).isEmpty();
    }
  }
}
