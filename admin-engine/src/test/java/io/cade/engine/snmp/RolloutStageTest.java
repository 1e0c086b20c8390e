package io.cade.engine.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.Change;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.ServiceDefinition;
import io.cade.engine.model.ServiceVersion;
import io.cade.mib.RolloutRow;
import io.cade.mib.RolloutStage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What SNMP tells of a version on its way. */
class RolloutStageTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:20:30Z");

  private final TestWriter writer = new TestWriter(InstantSource.fixed(NOW));
  private final ServiceTables tables = new ServiceTables();

  private RolloutRow at(Rollout.Stage stage) {
    writer.given(
        new Change.ServiceCreated(
            writer.current().nextServiceIndex(),
            new ServiceDefinition("shop", "static-site", List.of("a.example"), 1, "sha256:00")),
        new Change.PackageGenerated("shop", "sha256:p", 10),
        new Change.VersionAdded(
            "shop", new ServiceVersion(2, "sha256:c2", "sha256:p2", 1, NOW, "ann", "")),
        new Change.RolloutChanged(
            "shop",
            Rollout.begin(1, 2, Duration.ofSeconds(10), Duration.ofSeconds(10), "ann", NOW)
                .into(stage, new CardPosition(1, 3), NOW, "")));
    return tables.rollouts(writer.current()).getFirst();
  }

  @ParameterizedTest
  @EnumSource
  void eachStageIsToldByItsOwnName(Rollout.Stage stage) {
    assertThat(at(stage).stage().name()).isEqualTo(stage.name());
  }

  @Test
  void aVersionThatIsTriedWithoutVisitorsIsNotToldAsProving() {
    assertThat(at(Rollout.Stage.TRYING).stage()).isEqualTo(RolloutStage.TRYING);
  }
}
