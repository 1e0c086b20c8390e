package io.cade.agent.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class LineLoggingTest {
  private static final String NAME = "io.cade.agent.run.AgentLoop";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Logger logger(String name, @Nullable String level) {
    return new LineLogging(
            new PrintStream(out, true, UTF_8),
            InstantSource.fixed(Instant.parse("2026-02-03T04:05:06.007Z")),
            level)
        .getLoggerFactory()
        .getLogger(name);
  }

  private List<String> lines() {
    return out.toString(UTF_8).lines().toList();
  }

  @Test
  void eachEventIsOneLineInTheFormOfTheOtherDaemons() {
    Thread.currentThread().setName("agent-1.3");
    logger(NAME, null).info("card {}: {} of {}", "1.3", 1, 2);
    logger(NAME, null).error("stopped");

    assertThat(lines())
        .containsExactly(
            "2026-02-03T04:05:06.007Z INFO  i.c.agent.run.AgentLoop [agent-1.3] card 1.3: 1 of 2",
            "2026-02-03T04:05:06.007Z ERROR i.c.agent.run.AgentLoop [agent-1.3] stopped");
  }

  @Test
  void causesAreTold() {
    logger(NAME, null).warn("failed", new IllegalStateException("outer", new IOException("inner")));

    assertThat(lines()).anyMatch(l -> l.equals("java.lang.IllegalStateException: outer"));
    assertThat(lines()).anyMatch(l -> l.equals("Caused by: java.io.IOException: inner"));
    assertThat(lines().stream().filter(l -> l.startsWith("\tat "))).hasSizeBetween(2, 24);
  }

  @Test
  void onlyEventsOfTheWantedLevelAreWritten() {
    for (String level : List.of("TRACE", "debug", "INFO", "WARN", "ERROR", "OFF")) {
      out.reset();
      Logger logger = logger(NAME, level);
      logger.trace("t");
      logger.debug("d");
      logger.info("i");
      logger.warn("w");
      logger.error("e");
      assertThat(lines())
          .as(level)
          .hasSize(
              5
                  - List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF")
                      .indexOf(level.toUpperCase(java.util.Locale.ROOT)));
    }
    out.reset();
    logger(NAME, "loud").debug("no such level is INFO");
    assertThat(lines()).isEmpty();
  }

  @Test
  void librariesAreQuieter() {
    logger("com.pi4j.Pi4J", null).info("hello");
    logger("com.pi4j.boardinfo.util.BoardInfoHelper", "TRACE").error("no Raspberry Pi");
    assertThat(lines()).isEmpty();
    logger("com.pi4j.Pi4J", null).warn("careful");
    assertThat(lines()).hasSize(1);
  }

  @Test
  void longNamesAreShortenedFromTheirFront() {
    assertThat(LineLogger.shortened("Main")).isEqualTo("Main");
    assertThat(LineLogger.shortened("io.cade.agent.run.Agent"))
        .isEqualTo("io.cade.agent.run.Agent");
    assertThat(LineLogger.shortened("io.cade.agent.run.OsServiceProcesses"))
        .isEqualTo("i.c.a.r.OsServiceProcesses");
  }
}
