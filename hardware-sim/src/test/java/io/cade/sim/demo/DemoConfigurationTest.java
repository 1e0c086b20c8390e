package io.cade.sim.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.app.EngineConfig;
import io.cade.engine.app.NotificationSettings;
import io.cade.engine.app.SnmpSettings;
import io.cade.engine.dhcp.policy.Strangers;
import io.cade.proxy.app.LineConfig;
import io.cade.proxy.app.ProxyConfig;
import io.cade.proxy.app.VirtualAddressConfig;
import io.cade.proxy.vrrp.VrrpSettings;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoConfigurationTest {
  @TempDir Path state;

  private DemoConfiguration written(int chassis, int cards, int offset) throws IOException {
    DemoConfiguration configuration =
        new DemoConfiguration(new DemoOptions(chassis, cards, state, offset), new PortPlan(offset));
    configuration.write();
    return configuration;
  }

  private static InetSocketAddress at(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  @Test
  void theEngineAcceptsItsFile() throws Exception {
    EngineConfig config = EngineConfig.read(written(2, 14, 100).file(Role.ENGINE));
    assertThat(config)
        .isEqualTo(
            new EngineConfig(
                state.resolve("engine"),
                "cade-demo",
                InetAddress.ofLiteral("127.0.0.1"),
                new EngineConfig.Ports(9543, 9544, 1261, 1167, 1167, 1169, 9180, 1170, 8100, 0),
                "127.1",
                at("127.0.0.1", 1262),
                Duration.ofSeconds(2),
                Duration.ofSeconds(90),
                2,
                14,
                config.dhcp(),
                List.of(
                    new EngineConfig.ManagementCard(new CardPosition(0, 3), CardRole.BALANCER),
                    new EngineConfig.ManagementCard(new CardPosition(0, 4), CardRole.PROXY),
                    new EngineConfig.ManagementCard(new CardPosition(0, 5), CardRole.PROXY)),
                65_464,
                null,
                new SnmpSettings(true, true, true, List.of(), List.of(), "", "", List.of()),
                NotificationSettings.NONE));
    assertThat(config.dhcp().policy().strangers().treatment())
        .isEqualTo(Strangers.Treatment.IGNORE);
    assertThat(config.dhcp().policy().boot().url("x")).isEqualTo("http://127.0.0.1:9180/x");
  }

  @Test
  void aLargeCabinetReportsLessOften() throws Exception {
    EngineConfig config = EngineConfig.read(written(20, 14, 0).file(Role.ENGINE));
    assertThat(config.reportInterval()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void theBalancerSpreadsOverBothProxiesWhichBelieveItAlone() throws Exception {
    DemoConfiguration configuration = written(2, 14, 0);
    ProxyConfig balancer = ProxyConfig.read(configuration.file(Role.BALANCER));
    assertThat(balancer.role()).isEqualTo(ProxyConfig.Role.BALANCER);
    assertThat(balancer.http()).containsExactly(at("127.0.0.1", 8080));
    assertThat(balancer.https()).containsExactly(at("127.0.0.1", 8443));
    assertThat(balancer.proxiesHttp())
        .containsExactly(at("127.1.0.4", 8080), at("127.1.0.5", 8080));
    assertThat(balancer.proxiesHttps())
        .containsExactly(at("127.1.0.4", 8443), at("127.1.0.5", 8443));
    ProxyConfig proxy = ProxyConfig.read(configuration.file(Role.PROXY_5));
    assertThat(proxy.role()).isEqualTo(ProxyConfig.Role.PROXY);
    assertThat(proxy.position()).isEqualTo(new CardPosition(0, 5));
    assertThat(proxy.mac()).isEqualTo(new MacAddress("02:ca:de:00:00:05"));
    assertThat(proxy.http()).containsExactly(at("127.1.0.5", 8080));
    assertThat(proxy.bootConfig()).isEqualTo(state.resolve("engine/boot/0.5/agent.json"));
    assertThat(proxy.trustedBalancers()).containsExactly(balancer.sourceAddress());
    assertThat(balancer.lines().ftp()).containsExactly(at("127.0.0.1", 2121));
    assertThat(balancer.lines().pop3()).containsExactly(at("127.0.0.1", 1110));
    assertThat(balancer.lines().proxiesFtp())
        .containsExactly(at("127.1.0.4", 2121), at("127.1.0.5", 2121));
    assertThat(proxy.lines().ftp()).containsExactly(at("127.1.0.5", 2121));
    assertThat(balancer.lines().passive())
        .contains(
            new LineConfig.PassivePorts(
                "127.1.0.5",
                proxy.lines().settings().lowestPort(),
                proxy.lines().settings().highestPort()));
  }

  @Test
  void nobodyElseMayReadWhatIsWritten() throws Exception {
    written(2, 14, 0);
    try (Stream<Path> files = Files.list(state)) {
      assertThat(files.toList())
          .hasSize(5)
          .allSatisfy(file ->
              assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                  .isEqualTo("rw-------"));
    }
  }

  @Test
  void endpointsHaveEveryKeyOfTheOperatingContract() throws Exception {
    PortPlan ports = new PortPlan(7);
    EndpointsFile file = new EndpointsFile(state, written(2, 14, 7), ports);
    file.write(Map.of(Role.ENGINE, 11L, Role.PROXY_4, 12L));
    JsonNode json = JsonMapper.builder().build().readTree(state.resolve("endpoints.json").toFile());
    assertThat(json.fieldNames())
        .toIterable()
        .contains("http", "https", "admin", "snmp", "trap", "dhcp", "tftp", "bootHttp", "ftp")
        .contains("pop3", "pids", "user", "passwordFile", "snmp3", "communityFile", "caFile");
    assertThat(json.path("http").asText()).isEqualTo("127.0.0.1:8087");
    assertThat(json.path("pids").path("engine").asLong()).isEqualTo(11);
    assertThat(json.path("pids").path("proxy-4").asLong()).isEqualTo(12);
    assertThat(json.path("pids").path("demo").asLong()).isEqualTo(ProcessHandle.current().pid());
    assertThat(json.path("snmp3").path("authProtocol").asText()).isEqualTo("SHA-256");
  }

  @Test
  void twoBalancersShareTheVisitorsAddress() throws Exception {
    DemoConfiguration configuration =
        new DemoConfiguration(new DemoOptions(2, 14, state, 100, 2), new PortPlan(100));
    configuration.write();
    ProxyConfig first = ProxyConfig.read(configuration.file(Role.BALANCER));
    ProxyConfig second = ProxyConfig.read(configuration.file(Role.BALANCER_2));
    assertThat(second.http()).isEqualTo(first.http());
    assertThat(second.position()).isEqualTo(new CardPosition(0, 2));
    assertThat(first.virtualAddress())
        .isEqualTo(
            new VirtualAddressConfig(
                new VrrpSettings(
                    1,
                    List.of((Inet4Address) InetAddress.ofLiteral("127.0.0.1")),
                    200,
                    true,
                    Duration.ofMillis(250)),
                null,
                at("127.1.0.3", 1212),
                Set.of(at("127.1.0.2", 1212))));
    assertThat(ProxyConfig.read(configuration.file(Role.PROXY_4)).trustedBalancers())
        .containsExactlyInAnyOrder("127.1.0.2", "127.1.0.3");
    assertThat(EngineConfig.read(configuration.file(Role.ENGINE)).management()).hasSize(4);
  }
}
