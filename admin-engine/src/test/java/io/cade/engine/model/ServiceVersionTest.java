package io.cade.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.DataSteps;
import io.cade.agent.wire.DataSteps.Step;
import io.cade.agent.wire.WireJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Versions and rollouts as the log has them, those of earlier releases included. */
final class ServiceVersionTest {
  private static final Instant NOW = Instant.parse("2026-11-22T06:00:00Z");
  private static final String PROGRAM = "sha256:" + "0".repeat(64);
  private static final Step FIRST = new Step(2, "1", "2.0", PROGRAM, 60);
  private static final Step SECOND = new Step(3, "2.0", "3.0", PROGRAM, 90);

  private final WireJson json = new WireJson();

  private <T> T read(String text, Class<T> type) throws IOException {
    return json.decode(text.getBytes(StandardCharsets.UTF_8), type);
  }

  private static ServiceVersion version(int number, Step... steps) {
    return new ServiceVersion(
        number,
        "sha256:c",
        "sha256:p",
        7,
        NOW,
        "ann",
        "why",
        steps.length == 0 ? null : new ServiceVersion.Release("shop", number + ".0", 9, "sha256:b"),
        new DataSteps(List.of(steps)));
  }

  @Test
  void whatEarlierReleasesWroteIsAVersionThatNoBundleBrought() throws Exception {
    ServiceVersion old =
        read(
            """
            {"number":4,"contentDigest":"sha256:c","packageDigest":"sha256:p","packageBytes":7,
             "at":"2026-11-22T06:00:00Z","by":"ann","why":"sale"}
            """,
            ServiceVersion.class);
    assertThat(old.release()).isNull();
    assertThat(old.data()).isEqualTo(DataSteps.none());
    assertThat(old.label()).isEqualTo("4");
    Rollout rollout =
        read(
            """
            {"from":1,"to":2,"stage":"PROVING","since":"2026-11-22T06:00:00Z","done":[],
             "counted":[],"gate":"PT10S","drain":"PT8S","by":"ann","cause":""}
            """,
            Rollout.class);
    assertThat(rollout.window()).isEmpty();
  }

  @Test
  void whatIsWrittenIsRead() throws Exception {
    ServiceVersion made = version(3, FIRST, SECOND);
    assertThat(json.decode(json.encode(made), ServiceVersion.class)).isEqualTo(made);
    assertThat(made.label()).isEqualTo("3.0");
    Rollout rollout =
        Rollout.begin(1, 3, Duration.ofSeconds(10), Duration.ZERO, "ann", NOW)
            .within("02:00-04:00");
    assertThat(json.decode(json.encode(rollout), Rollout.class)).isEqualTo(rollout);
    assertThat(rollout.plus(new io.cade.agent.wire.CardPosition(1, 1)).waiting("x").window())
        .isEqualTo("02:00-04:00");
  }

  @Test
  void timeForDataIsThatOfTheStepsBetweenTwoVersions() {
    ServiceVersions versions =
        new ServiceVersions(
            3,
            List.of(version(1), version(2, FIRST), version(3, FIRST, SECOND)),
            Rollout.begin(3, 1, Duration.ofSeconds(10), Duration.ZERO, "ann", NOW));
    assertThat(versions.dataTime(1, 3)).hasSeconds(150);
    assertThat(versions.dataTime(3, 2)).hasSeconds(90);
    assertThat(versions.dataTime(2, 2)).isZero();
    assertThat(versions.dataTime()).hasSeconds(150);
  }
}
