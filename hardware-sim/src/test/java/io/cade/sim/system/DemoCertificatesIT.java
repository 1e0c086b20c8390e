package io.cade.sim.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cade.sim.net.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demonstration's balancer, proxies and cards renew their certificates: it is started a second
 * time 290 days later, by a library that tells all its processes another time (faketime).
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class DemoCertificatesIT {
  private static final List<String> SMALL = List.of("--chassis", "1", "--cards", "3");
  private static final List<String> CARDS = List.of("0.3", "0.4", "0.5", "1.1");
  private static final String SITE = "certificates.example";

  @Test
  void balancerProxiesAndCardsRenewWhileVisitorsAreServed(@TempDir Path folder) throws Exception {
    Map<String, String> later = later();
    int offset = Ports.freeOffset();
    Path state = folder.resolve("state");
    Map<String, String> enrolled;
    try (RunningDemo demo = RunningDemo.start(state, offset, folder.resolve("first"), SMALL)) {
      Path content = Files.createDirectory(folder.resolve("content"));
      Files.writeString(content.resolve("index.html"), "<h1>Served on</h1>\n");
      Run.Result made =
          demo.cade("service", "create", "site", "--host", SITE, "--content", content.toString());
      assertThat(made.exit()).as(made.toString()).isZero();
      enrolled = serials(demo);
      assertThat(enrolled).containsOnlyKeys(CARDS).doesNotContainValue("");
    }
    try (RunningDemo demo =
            RunningDemo.start(state, offset, folder.resolve("second"), SMALL, later);
        Visitors visitors = Visitors.of(demo.port("http"), SITE)) {
      Duration took =
          Patience.until(
              "renewed certificates",
              Duration.ofSeconds(90),
              () -> {
                Map<String, String> now = serials(demo);
                return now.entrySet().stream()
                        .allMatch(e -> !e.getValue().equals(enrolled.get(e.getKey())))
                    ? ""
                    : now.toString();
              });
      List<Visitors.Seen> seen = visitors.endNoSoonerThan(System.nanoTime() + 2_000_000_000L);
      assertThat(seen).hasSizeGreaterThan(20).allMatch(Visitors.Seen::good);
      System.out.println(
          "renewed within "
              + took.toMillis()
              + " ms of the start, "
              + seen.size()
              + " visits, none failed");
      assertThat(demo.json("alarm", "list")).isEmpty();
    }
  }

  /** What makes a process believe that it is 290 days later; its intervals stay as they are. */
  private static Map<String, String> later() throws IOException, InterruptedException {
    String faketime = Tool.require("faketime", "faketime");
    String preload =
        Tool.run(List.of(faketime, "-m", "-f", "+290d", "env"))
            .orFail()
            .lines()
            .filter(line -> line.startsWith("LD_PRELOAD="))
            .findFirst()
            .orElseThrow()
            .substring("LD_PRELOAD=".length());
    return Map.of("LD_PRELOAD", preload, "FAKETIME", "+290d", "DONT_FAKE_MONOTONIC", "1");
  }

  private static Map<String, String> serials(RunningDemo demo) throws Exception {
    Map<String, String> serials = new TreeMap<>();
    for (JsonNode card : demo.json("show", "cards")) {
      String at = card.path("position").asText();
      if (CARDS.contains(at)) {
        serials.put(at, card.path("certificateSerial").asText());
      }
    }
    return serials;
  }
}
