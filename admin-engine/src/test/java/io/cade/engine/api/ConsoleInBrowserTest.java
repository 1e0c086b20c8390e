package io.cade.engine.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The console in a real browser: its script runs under the strict policy and draws the cabinet. */
@Timeout(120)
class ConsoleInBrowserTest {
  @TempDir Path dir;

  @Test
  void browserDrawsCardsServicesSensorsAndAlarms() throws Exception {
    assumeTrue(
        Stream.of(String.valueOf(System.getenv("PATH")).split(":"))
            .anyMatch(p -> Files.isExecutable(Path.of(p, "chromium"))),
        "needs chromium (package chromium)");
    try (ApiBench bench = new ApiBench(dir, 0)) {
      bench.populate();
      String dom = browse(bench.server.port());

      assertThat(dom)
          .contains("card 1.1, running, shop")
          .contains("card 1.7, failed")
          .contains("card 0.4, running, proxy")
          .contains("www.shop.example")
          .contains("cardLost: card 1.7")
          .contains("unavailable: bus error")
          .contains(">connected<");
    }
  }

  private String browse(int port) throws IOException, InterruptedException {
    String credentials = "viewer:" + ApiBench.PASSWORD.replace(" ", "%20") + "@127.0.0.1:" + port;
    List<String> command =
        new ArrayList<>(
            List.of(
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--ignore-certificate-errors",
                "--user-data-dir=" + dir.resolve("profile"),
                "--virtual-time-budget=5000",
                "--window-size=1300,1700"));
    String picture = System.getProperty("cade.console.picture", "");
    command.add(picture.isEmpty() ? "--dump-dom" : "--screenshot=" + picture);
    command.add("https://" + credentials + "/");
    Path out = dir.resolve("dom.html");
    Process browser =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(dir.resolve("browser.log").toFile())
            .start();
    try {
      assertThat(browser.waitFor(60, TimeUnit.SECONDS)).as("the browser ended").isTrue();
      return Files.readString(out, StandardCharsets.UTF_8);
    } finally {
      browser.destroyForcibly();
    }
  }
}
