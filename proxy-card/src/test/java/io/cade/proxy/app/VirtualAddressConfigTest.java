package io.cade.proxy.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.cade.agent.config.ConfigProblems;
import io.cade.proxy.vrrp.VrrpSettings;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VirtualAddressConfigTest {
  private static final String BALANCER =
      """
      role: balancer
      position: 0.3
      stateDirectory: state
      http: 192.0.2.10:80
      proxiesHttp: 10.0.0.4:80
      virtualAddress:
      """;

  @TempDir Path folder;

  private ProxyConfig read(String yaml) throws Exception {
    Path file = folder.resolve("balancer.yaml");
    Files.writeString(file, yaml);
    return ProxyConfig.read(file);
  }

  private List<String> problems(String yaml) {
    ConfigProblems refused = catchThrowableOfType(ConfigProblems.class, () -> read(yaml));
    return refused.problems().stream()
        .map(line -> line.substring(folder.toString().length() + 1))
        .toList();
  }

  private static Inet4Address address(String text) {
    return (Inet4Address) InetAddress.ofLiteral(text);
  }

  @Test
  void nothingIsSharedByDefault() throws Exception {
    String alone = BALANCER.replace("virtualAddress:\n", "");
    assertThat(read(alone).virtualAddress()).isNull();
  }

  @Test
  void defaultsAreThoseDocumented() throws Exception {
    assertThat(
            read(BALANCER + "  {id: 51, addresses: 192.0.2.10, interface: eth0}").virtualAddress())
        .isEqualTo(
            new VirtualAddressConfig(
                new VrrpSettings(
                    51, List.of(address("192.0.2.10")), 100, true, Duration.ofSeconds(1)),
                "eth0",
                null,
                Set.of()));
  }

  @Test
  void everyKeyIsRead() throws Exception {
    String yaml =
        BALANCER.replace("192.0.2.10", "127.0.0.9")
            + """
              id: 255
              addresses: [127.0.0.9, 127.0.0.10]
              loopback: 127.1.0.3:1112
              peers: [127.1.0.2:1112]
              priority: 254
              preempt: false
              interval: 250 ms
            """;
    assertThat(read(yaml).virtualAddress())
        .isEqualTo(
            new VirtualAddressConfig(
                new VrrpSettings(
                    255,
                    List.of(address("127.0.0.9"), address("127.0.0.10")),
                    254,
                    false,
                    Duration.ofMillis(250)),
                null,
                new InetSocketAddress(address("127.1.0.3"), 1112),
                Set.of(new InetSocketAddress(address("127.1.0.2"), 1112))));
  }

  @Test
  void everyProblemIsToldWithItsLine() {
    String yaml =
        BALANCER
            + """
              id: 0
              addresses: [224.0.0.1, "::1"]
              priority: 255
              interval: 50 ms
              preempted: true
              interface: eth0
              loopback: 10.0.0.1:1112
            """;
    assertThat(problems(yaml))
        .anyMatch(line -> line.startsWith("balancer.yaml:7: 'virtualAddress.id' is '0'"))
        .anyMatch(line -> line.startsWith("balancer.yaml:8: 'virtualAddress.addresses' has '224"))
        .anyMatch(line -> line.startsWith("balancer.yaml:8: 'virtualAddress.addresses' has '::1'"))
        .anyMatch(line -> line.startsWith("balancer.yaml:9: 'virtualAddress.priority' is '255'"))
        .anyMatch(line -> line.startsWith("balancer.yaml:10: 'virtualAddress.interval' is 50 ms"))
        .anyMatch(line -> line.startsWith("balancer.yaml:11: unknown key"))
        .anyMatch(line -> line.startsWith("balancer.yaml:12: 'virtualAddress.interface' or"))
        .anyMatch(line -> line.startsWith("balancer.yaml:13: 'virtualAddress.loopback' has"));
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    assertThat(problems(BALANCER + "  {id: 1, addresses: 192.0.2.10}"))
        .containsExactly(
            "balancer.yaml:7: 'virtualAddress.interface' or 'loopback' must be given, not both:"
                + " where do the balancers meet?");
    assertThat(problems(BALANCER + "  {id: 1, addresses: 192.0.2.11, interface: eth0}"))
        .containsExactly(
            "balancer.yaml:7: 'virtualAddress.addresses' are not listened at; name one in http or"
                + " https");
    assertThat(problems(BALANCER + "  {id: 1, addresses: 192.0.2.10, loopback: 127.0.0.1:9}"))
        .anyMatch(line -> line.contains("'virtualAddress.peers' is missing"))
        .anyMatch(line -> line.contains("192.0.2.10, which is not on loopback"));
    assertThat(
            problems(
                """
                role: proxy
                position: 0.4
                stateDirectory: s
                http: 192.0.2.10:80
                virtualAddress: {id: 1, addresses: 192.0.2.10, interface: eth0}
                """))
        .containsExactly("balancer.yaml:5: 'virtualAddress' is for the role balancer only");
  }
}
