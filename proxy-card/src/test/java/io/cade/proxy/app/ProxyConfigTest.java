package io.cade.proxy.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.cade.agent.config.ConfigProblems;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.NetworkPrefix;
import io.cade.proxy.accesslog.AccessLogConfig;
import io.cade.proxy.balance.HealthPolicy;
import io.cade.proxy.balancer.BalancerLimits;
import io.cade.proxy.ftp.FtpSettings;
import io.cade.proxy.guard.SignalPolicy;
import io.cade.proxy.http.VisitorLimits;
import io.cade.proxy.line.LineLimits;
import io.cade.proxy.pool.PoolLimits;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProxyConfigTest {
  @TempDir Path folder;

  private ProxyConfig read(String yaml) throws Exception {
    Path file = folder.resolve("proxy.yaml");
    Files.writeString(file, yaml);
    return ProxyConfig.read(file);
  }

  private List<String> problems(String yaml) {
    ConfigProblems refused = catchThrowableOfType(ConfigProblems.class, () -> read(yaml));
    return refused.problems().stream()
        .map(line -> line.substring(folder.toString().length() + 1))
        .toList();
  }

  private static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  @Test
  void defaultsAreThoseDocumented() throws Exception {
    ProxyConfig config =
        read(
            """
            role: proxy
            position: 0.4
            stateDirectory: state
            http: 127.1.0.4:8080
            """);
    assertThat(config)
        .isEqualTo(
            new ProxyConfig(
                ProxyConfig.Role.PROXY,
                new CardPosition(0, 4),
                null,
                folder.resolve("state"),
                new MacAddress("02:00:00:00:04:00"),
                List.of(at("127.1.0.4", 8080)),
                List.of(),
                Set.of(),
                List.of(),
                List.of(),
                null,
                ProxyConfig.Balancing.ROUND_ROBIN,
                0,
                HealthPolicy.standard(),
                VisitorLimits.standard(),
                PoolLimits.standard(),
                new BalancerLimits(20_000, Duration.ofSeconds(1), Duration.ofMinutes(15)),
                1000,
                500,
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                LineConfig.none(),
                VisitorsConfig.standard(),
                Map.of(),
                null));
  }

  @Test
  void everyKeyOfAProxyIsRead() throws Exception {
    ProxyConfig config =
        read(
            """
            role: proxy
            position: 0.10
            bootConfig: agent.json
            stateDirectory: /var/lib/x
            mac: 02:00:00:00:09:01
            http: [127.1.0.4:80, "[::1]:80"]
            https: [127.1.0.4:443]
            trustedBalancers: [127.1.0.3]
            balancing: least-connections
            threads: 3
            ftp: 127.1.0.4:2121
            ftpPassivePorts: 30000-30049
            ftpPublicAddress: 192.0.2.1
            ftpActive: false
            ftpActiveSource: 192.0.2.2
            pop3: 127.1.0.4:1110
            pop3s: 127.1.0.4:1995
            requireTls: true
            health: {kind: tcp, path: /up, interval: 2s, timeout: 300ms, rise: 3, fall: 4}
            timeouts:
              connect: 2s
              head: 3s
              response: 4s
              idle: 5s
              keepAlive: 6s
              tunnelIdle: 7m
              backendIdle: 8s
              drain: 9s
              report: 10s
              login: 24s
              reply: 25s
              session: 26m
              data: 27s
            limits:
              visitors: 11
              requestLine: 1200
              header: 1300
              responseHeader: 1400
              connectionsPerBackend: 15
              idlePerBackend: 16
              attempts: 7
              retryReserve: 18
              sessions: 21
              sessionsPerVisitor: 22
              line: 2048
              logins: 23
              transferBytesPerSecond: 28
            """);
    assertThat(config)
        .isEqualTo(
            new ProxyConfig(
                ProxyConfig.Role.PROXY,
                new CardPosition(0, 10),
                folder.resolve("agent.json"),
                Path.of("/var/lib/x"),
                new MacAddress("02:00:00:00:09:01"),
                List.of(at("127.1.0.4", 80), at("::1", 80)),
                List.of(at("127.1.0.4", 443)),
                Set.of("127.1.0.3"),
                List.of(),
                List.of(),
                null,
                ProxyConfig.Balancing.LEAST_CONNECTIONS,
                3,
                new HealthPolicy(
                    HealthPolicy.Kind.TCP,
                    "/up",
                    "health.cade.invalid",
                    Duration.ofSeconds(2),
                    Duration.ofMillis(300),
                    3,
                    4),
                new VisitorLimits(
                    11,
                    1200,
                    1300,
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(6),
                    Duration.ofMinutes(7),
                    7),
                new PoolLimits(Duration.ofSeconds(2), 16, Duration.ofSeconds(8), 4096, 1400),
                new BalancerLimits(11, Duration.ofSeconds(2), Duration.ofMinutes(7)),
                15,
                18,
                Duration.ofSeconds(9),
                Duration.ofSeconds(10),
                new LineConfig(
                    List.of(at("127.1.0.4", 2121)),
                    List.of(at("127.1.0.4", 1110)),
                    List.of(at("127.1.0.4", 1995)),
                    new FtpSettings(
                        30000,
                        30049,
                        (Inet4Address) InetAddress.ofLiteral("192.0.2.1"),
                        false,
                        InetAddress.ofLiteral("192.0.2.2")),
                    new LineLimits(
                        21,
                        22,
                        2048,
                        8192,
                        23,
                        Duration.ofSeconds(24),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(25),
                        Duration.ofMinutes(26),
                        Duration.ofSeconds(27),
                        28,
                        true),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of()),
                VisitorsConfig.standard(),
                Map.of(),
                null));
  }

  @Test
  void keysOfProtectionAndAccountingAreRead() throws Exception {
    String basis = "role: proxy\nposition: 0.4\nstateDirectory: state\nhttp: 127.1.0.4:8080\n";
    VisitorsConfig visitors =
        read(basis
                + """
                accessLog: {file: log/a.log, form: json, maxMegabytes: 2, keep: 3, ring: 64}
                metrics: 127.0.0.1:9464
                localNetworks: [10.1.0.0/16, "2001:db8::/32"]
                signals: {slowHeads: 1, flood: 2, scan: 3, guesses: 4}
                timeouts: {traffic: 7s}
                """)
            .visitors();
    assertThat(visitors)
        .isEqualTo(
            new VisitorsConfig(
                new AccessLogConfig(
                    folder.resolve("log/a.log"), AccessLogConfig.Form.JSON, 2L << 20, 3, 64),
                List.of(at("127.0.0.1", 9464)),
                List.of(NetworkPrefix.parse("10.1.0.0/16"), NetworkPrefix.parse("2001:db8::/32")),
                SignalPolicy.of(1, 2, 3, 4),
                Duration.ofSeconds(7)));
    assertThat(read(basis + "accessLog: {file: a.log, on: false}\n").visitors())
        .isEqualTo(VisitorsConfig.standard());
    assertThat(read(basis + "accessLog: {file: a.log}\n").visitors().accessLog())
        .isEqualTo(
            new AccessLogConfig(
                folder.resolve("a.log"), AccessLogConfig.Form.COMBINED, 100L << 20, 5, 8192));
    assertThatThrownBy(() -> read(basis + "accessLog: {form: xml}\nlocalNetworks: [10.0.0.1/8]\n"))
        .hasMessageContaining("combined, json")
        .hasMessageContaining("accessLog.file")
        .hasMessageContaining("10.0.0.0/8 is meant");
  }

  @Test
  void keysOfABalancerAreRead() throws Exception {
    ProxyConfig config =
        read(
            """
            role: balancer
            position: 0.3
            stateDirectory: state
            http: [127.0.0.1:8080]
            https: [127.0.0.1:8443]
            proxiesHttp: [127.1.0.4:8080, 127.1.0.5:8080]
            proxiesHttps: [127.1.0.4:8443]
            proxyCards: {127.1.0.4: 0.4}
            sourceAddress: 127.1.0.3
            ftp: [127.0.0.1:2121]
            proxiesFtp: [127.1.0.4:2121]
            ftpPassive: {127.1.0.4: 30000-30049}
            pop3: [127.0.0.1:1110]
            proxiesPop3: [127.1.0.4:1110]
            """);
    assertThat(config.proxiesHttp()).containsExactly(at("127.1.0.4", 8080), at("127.1.0.5", 8080));
    assertThat(config.proxiesHttps()).containsExactly(at("127.1.0.4", 8443));
    assertThat(config.sourceAddress()).isEqualTo("127.1.0.3");
    assertThat(config.lines().proxiesFtp()).containsExactly(at("127.1.0.4", 2121));
    assertThat(config.lines().proxiesPop3()).containsExactly(at("127.1.0.4", 1110));
    assertThat(config.proxyCards()).isEqualTo(Map.of("127.1.0.4", new CardPosition(0, 4)));
    assertThat(config.lines().passive())
        .containsExactly(new LineConfig.PassivePorts("127.1.0.4", 30000, 30049));
  }

  @Test
  void wrongKeysOfFtpAndPop3AreToldAtOnce() {
    assertThat(
            problems(
                """
                role: proxy
                position: 0.4
                stateDirectory: s
                http: 127.0.0.1:80
                ftpPassivePorts: 10-20
                ftpPublicAddress: "::1"
                ftpPassive: {127.1.0.4: 5}
                proxiesPop3: 127.1.0.4:1110
                """))
        .satisfiesExactlyInAnyOrder(
            line ->
                assertThat(line).startsWith("proxy.yaml:5: 'ftpPassivePorts' is wrong: '10-20'"),
            line -> assertThat(line).startsWith("proxy.yaml:6: 'ftpPublicAddress' has '::1'"),
            line -> assertThat(line).startsWith("proxy.yaml:7: 'ftpPassive.127.1.0.4' '5'"),
            line -> assertThat(line).startsWith("proxy.yaml:7: 'ftpPassive' is for the role"),
            line -> assertThat(line).startsWith("proxy.yaml:8: 'proxiesPop3' is for the role"));
  }

  @Test
  void allProblemsAreToldAtOnceWithTheirLines() {
    assertThat(
            problems(
                """
                role: router
                position: 99.1
                mac: xx
                http: [localhost:80, 127.0.0.1:99999]
                trustedBalancers: name
                colour: red
                threads: -1
                health:
                  path: no-slash
                  interval: 1 moment
                  colour: red
                timeouts:
                  drain: 10h
                limits: many
                """))
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).startsWith("proxy.yaml:1: 'role' is 'router', one of"),
            line -> assertThat(line).startsWith("proxy.yaml:1: 'stateDirectory' is missing"),
            line -> assertThat(line).startsWith("proxy.yaml:2: 'position' is wrong: "),
            line -> assertThat(line).startsWith("proxy.yaml:3: 'mac' is wrong"),
            line -> assertThat(line).startsWith("proxy.yaml:4: 'http' has 'localhost:80'"),
            line -> assertThat(line).startsWith("proxy.yaml:4: 'http' has '127.0.0.1:99999'"),
            line -> assertThat(line).startsWith("proxy.yaml:5: 'trustedBalancers' has 'name'"),
            line -> assertThat(line).startsWith("proxy.yaml:6: unknown key 'colour'; known here"),
            line -> assertThat(line).startsWith("proxy.yaml:7: 'threads' is '-1', a whole"),
            line -> assertThat(line).startsWith("proxy.yaml:9: 'health.path' is wrong: 'no-sl"),
            line -> assertThat(line).startsWith("proxy.yaml:10: 'health.interval' is '1 moment'"),
            line -> assertThat(line).startsWith("proxy.yaml:11: unknown key 'health.colour'"),
            line -> assertThat(line).startsWith("proxy.yaml:13: 'timeouts.drain' is 10h, outside"),
            line -> assertThat(line).startsWith("proxy.yaml:14: 'limits' should hold keys"));
  }

  @Test
  void keysOfTheOtherRoleAreRefused() {
    assertThat(
            problems(
                """
                role: proxy
                position: 0.4
                stateDirectory: s
                http: 127.0.0.1:80
                proxiesHttp: 127.0.0.1:81
                """))
        .containsExactly("proxy.yaml:5: 'proxiesHttp' is for the role balancer only");
    assertThat(
            problems(
                """
                role: balancer
                position: 0.3
                stateDirectory: s
                http: 127.0.0.1:80
                trustedBalancers: 127.0.0.1
                """))
        .hasSize(2);
  }

  @Test
  void malformedYamlIsToldWithItsLine() {
    assertThat(problems("role: proxy\nposition: [0.4\n"))
        .anyMatch(line -> line.contains("not YAML"));
    assertThat(problems("- a\n")).anyMatch(line -> line.contains("keys with values"));
    assertThat(problems("role: proxy\nrole: proxy\n"))
        .containsExactly("proxy.yaml:2: 'role' is given twice");
    assertThat(problems("")).anyMatch(line -> line.contains("'role' is missing"));
  }
}
