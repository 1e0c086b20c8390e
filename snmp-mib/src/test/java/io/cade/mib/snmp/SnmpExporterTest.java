package io.cade.mib.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.mib.Tools;
import io.cade.mib.nms.NmsFiles;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Prometheus' own exporter reads the agent by SNMPv3 with the file that we ship. */
@Timeout(90)
class SnmpExporterTest {
  private static final SnmpUser USER = AgentContract.USER;

  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  Path folder;

  @Test
  void exporterShowsTheCabinetWithTheShippedModule() throws Exception {
    String exporter = Tools.need("prometheus-snmp-exporter", "prometheus-snmp-exporter");
    NmsFiles.writeTo(folder);
    Path configuration = folder.resolve("prometheus/snmp-until-0.22.yml");
    // What its first lines ask a reader to do.
    String filledIn =
        Files.readString(configuration)
            .replace("username: \"CHANGE-ME\"", "username: \"" + USER.name() + "\"")
            .replace(" password: \"CHANGE-ME\"", " password: \"" + USER.authPassphrase() + "\"")
            .replace(
                "priv_password: \"CHANGE-ME\"", "priv_password: \"" + USER.privPassphrase() + "\"");
    Files.writeString(configuration, filledIn);

    InetAddress loopback = InetAddress.getLoopbackAddress();
    var config =
        new SnmpAgentConfig(
            new InetSocketAddress(loopback, 0),
            "",
            USER,
            folder,
            new SnmpAgentConfig.SystemTexts("Cade", "", "c", ""));
    try (var agent =
        new SnmpAgent(config, FixtureView.of(2, 3, 2), InstantSource.fixed(FixtureView.NOW))) {
      agent.start();
      int port;
      try (var free = new ServerSocket(0, 1, loopback)) {
        port = free.getLocalPort();
      }
      Path log = folder.resolve("exporter.log");
      Process process =
          new ProcessBuilder(
                  exporter,
                  "--config.file=" + configuration,
                  "--web.listen-address=127.0.0.1:" + port)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      try {
        String metrics = scrape(port, agent.localAddress().getPort(), process, log);
        assertThat(metrics)
            .containsPattern("cadeCardState\\{cadeCardSlot=\"1\",cadeChassisNumber=\"1\"[^}]*} ")
            .contains("cadeCabinetChassisCount 2")
            .contains("cadeSensorValue{")
            .contains("cadeServiceState{");
        assertThat(metrics.lines().filter(l -> l.startsWith("cadeCardState{")).count())
            .isEqualTo(6);
      } finally {
        process.destroy();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  private static String scrape(int port, int agent, Process process, Path log) throws Exception {
    URI uri =
        URI.create("http://127.0.0.1:" + port + "/snmp?module=cade&target=127.0.0.1:" + agent);
    try (HttpClient client =
        HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build()) {
      for (int attempt = 0; ; attempt++) {
        try {
          HttpResponse<String> answer =
              client.send(
                  HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build(),
                  HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
          assertThat(answer.statusCode()).as(answer.body() + said(log)).isEqualTo(200);
          return answer.body();
        } catch (java.net.ConnectException e) {
          // It is not listening yet.
          assertThat(process.isAlive() && attempt < 200).as(said(log)).isTrue();
          process.waitFor(100, TimeUnit.MILLISECONDS);
        }
      }
    }
  }

  private static String said(Path log) throws java.io.IOException {
    return Files.readAllLines(log).stream().collect(Collectors.joining("\n"));
  }
}
