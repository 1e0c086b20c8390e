package io.cade.engine.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.cade.agent.config.ConfigProblems;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.dhcp.policy.AddressRange;
import io.cade.engine.dhcp.policy.Architecture;
import io.cade.engine.dhcp.policy.DhcpPolicy;
import io.cade.engine.dhcp.policy.Network;
import io.cade.engine.dhcp.policy.Parameters;
import io.cade.engine.dhcp.policy.Route;
import io.cade.engine.dhcp.policy.Strangers;
import io.cade.engine.dhcp.policy.Subnet;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.Octets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DhcpSettingsTest {
  @TempDir Path directory;

  @Test
  void withoutTheSectionCardsAreServedAndOthersIgnored() throws Exception {
    DhcpSettings settings = read("");
    assertThat(settings.leaseTime()).isEqualTo(Duration.ofHours(1));
    assertThat(settings.bootServerPort()).isZero();
    assertThat(settings.bootAddress()).isEqualTo(Ipv4Address.of(127, 0, 0, 1));
    DhcpPolicy policy = settings.policy();
    assertThat(policy.proxy()).isFalse();
    assertThat(policy.rapidCommit()).isTrue();
    assertThat(policy.bootp()).isTrue();
    assertThat(policy.strangers()).isEqualTo(Strangers.IGNORED);
    assertThat(policy.subnets()).isEmpty();
    assertThat(policy.parameters()).isEqualTo(Parameters.NONE);
    assertThat(policy.boot().loaders()).isEqualTo(Architecture.usualLoaders());
    assertThat(policy.boot().url(policy.boot().script()))
        .isEqualTo("http://127.0.0.1:9080/boot.ipxe");
    assertThat(policy.boot().url(policy.boot().discoveryScript()))
        .isEqualTo("http://127.0.0.1:9080/discovery.ipxe");
  }

  @Test
  void everyKeyIsRead() throws Exception {
    DhcpSettings settings =
        read(
            """
            dhcp:
              leaseTime: 30 min
              bootServerPort: 4011
              rapidCommit: false
              bootp: false
              unknown: discovery
              poolLeaseTime: 2 min
              lockTime: 2 h
              inventory: {"1.3": "02:00:00:01:03:00"}
              remoteIds: {"hub-a": 2, "0x0a0b": 1}
              options: {dns: [10.0.0.1, 10.0.0.2], domain: cab.example, mtu: 9000}
              subnets:
                "10.20.0.0/24":
                  router: 10.20.0.1
                  pool: 10.20.0.100-10.20.0.199
                  options: {ntp: [10.20.0.1], routes: ["10.9.0.0/16 via 10.20.0.2"]}
              boot:
                server: 10.0.0.9
                loaders: {bios: mine.kpxe, efi-arm64: "", http-x64: "https://boot.example/x.efi"}
                script: start.ipxe
                discoveryScript: "http://10.0.0.8/look.ipxe"
            """);
    assertThat(settings.leaseTime()).isEqualTo(Duration.ofMinutes(30));
    assertThat(settings.bootServerPort()).isEqualTo(4011);
    assertThat(settings.bootAddress()).isEqualTo(Ipv4Address.of(10, 0, 0, 9));
    DhcpPolicy policy = settings.policy();
    assertThat(policy.rapidCommit()).isFalse();
    assertThat(policy.bootp()).isFalse();
    assertThat(policy.strangers())
        .isEqualTo(
            new Strangers(
                Strangers.Treatment.DISCOVERY, Duration.ofMinutes(2), Duration.ofHours(2)));
    assertThat(policy.identification().inventory())
        .isEqualTo(Map.of(new MacAddress("02:00:00:01:03:00"), new CardPosition(1, 3)));
    assertThat(policy.identification().remoteIds())
        .isEqualTo(Map.of(Octets.ofText("hub-a"), 2, Octets.of((byte) 10, (byte) 11), 1));
    assertThat(policy.parameters())
        .isEqualTo(
            new Parameters(
                List.of(Ipv4Address.of(10, 0, 0, 1), Ipv4Address.of(10, 0, 0, 2)),
                List.of(),
                "cab.example",
                9000,
                List.of()));
    assertThat(policy.subnets())
        .containsExactly(
            new Subnet(
                Network.parse("10.20.0.0/24"),
                Optional.of(Ipv4Address.of(10, 20, 0, 1)),
                Optional.of(AddressRange.parse("10.20.0.100-10.20.0.199")),
                new Parameters(
                    List.of(),
                    List.of(Ipv4Address.of(10, 20, 0, 1)),
                    "",
                    0,
                    List.of(Route.parse("10.9.0.0/16 via 10.20.0.2")))));
    assertThat(policy.boot().loaders())
        .containsEntry(Architecture.BIOS, "mine.kpxe")
        .containsEntry(Architecture.HTTP_X64, "https://boot.example/x.efi")
        .doesNotContainKey(Architecture.EFI_ARM64);
    assertThat(policy.boot().url(policy.boot().script()))
        .isEqualTo("http://10.0.0.9:9080/start.ipxe");
    assertThat(policy.boot().url(policy.boot().discoveryScript()))
        .isEqualTo("http://10.0.0.8/look.ipxe");
  }

  @Test
  void proxyModeOpensThePortOfBootServers() throws Exception {
    DhcpSettings settings = read("dhcp: {mode: proxy}\n");
    assertThat(settings.policy().proxy()).isTrue();
    assertThat(settings.bootServerPort()).isEqualTo(4011);
  }

  @Test
  void everyProblemIsNamedWithItsKey() {
    for (String[] wrong :
        new String[][] {
          {"dhcp: {mode: both}", "dhcp.mode"},
          {"dhcp: {unknown: welcome}", "dhcp.unknown"},
          {"dhcp: {unknown: quarantine}", "dhcp.unknown"},
          {"dhcp: {leaseTime: 5 s}", "dhcp.leaseTime"},
          {"dhcp: {lease: 5 min}", "unknown key 'dhcp.lease'"},
          {"dhcp: {inventory: {\"1.99\": \"02:00:00:01:03:00\"}}", "dhcp.inventory.1.99"},
          {
            "dhcp: {inventory: {\"1.1\": \"02:00:00:01:03:00\", \"1.2\": \"02:00:00:01:03:00\"}}",
            "dhcp.inventory"
          },
          {"dhcp: {remoteIds: {hub: 21}}", "dhcp.remoteIds.hub"},
          {"dhcp: {options: {mtu: 60}}", "dhcp.options.mtu"},
          {"dhcp: {options: {routes: [\"10.0.0.0 via\"]}}", "dhcp.options.routes"},
          {"dhcp: {subnets: {\"10.0.0.1/24\": {}}}", "dhcp.subnets.10.0.0.1/24"},
          {
            "dhcp: {subnets: {\"10.0.0.0/24\": {pool: 10.0.1.1-10.0.1.9}}}",
            "dhcp.subnets.10.0.0.0/24"
          },
          {"dhcp: {subnets: {\"10.0.0.0/8\": {}, \"10.1.0.0/16\": {}}}", "dhcp.subnets"},
          {"dhcp: {subnets: {\"10.0.0.0/8\": {gateway: 10.0.0.1}}}", "10.0.0.0/8.gateway"},
          {"dhcp: {boot: {loaders: {efi: x}}}", "dhcp.boot.loaders.efi"},
          {"listenAddress: 0.0.0.0\nstateDirectory: x", "dhcp.boot.server"},
        }) {
      ConfigProblems problems =
          catchThrowableOfType(ConfigProblems.class, () -> read(wrong[0] + "\n"));
      assertThat(problems).as(wrong[0]).isNotNull();
      assertThat(problems.getMessage()).as(wrong[0]).contains(wrong[1]);
    }
  }

  private DhcpSettings read(String more) throws Exception {
    Path file = directory.resolve("engine.yaml");
    Files.writeString(
        file, (more.contains("stateDirectory") ? "" : "stateDirectory: /var/x\n") + more);
    return EngineConfig.read(file).dhcp();
  }
}
