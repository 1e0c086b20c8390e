package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.Report;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.ServiceStatus;
import io.cade.engine.model.AlarmRule;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Change;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.SensorThreshold;
import io.cade.engine.model.ServiceVersion;
import io.cade.engine.model.Severity;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A rule that restarts services ends none that serves; a service on three cards. */
final class ReactionsTest {
  private static final List<String> CARDS = List.of("1.1", "2.1", "3.1");
  private final World world = new World();

  /** Cards on which the service has ended. */
  private final Set<String> ended = new HashSet<>();

  private double watts = 20;

  @BeforeEach
  void shopOnThreeCards() {
    for (String card : CARDS) {
      world.boot(card, 1, "b" + card);
    }
    world.create("shop", 3);
    world.generate("shop");
    CARDS.forEach(world::obey);
    world.apply(
        new Change.AlarmChange.ThresholdSet(
            SensorThreshold.high(SensorReading.Kind.WATTS, 65, 75, 85, 5)));
    seconds(3);
    assertThat(world.alarms()).isEmpty();
  }

  private void seconds(int count) {
    for (int i = 0; i < count; i++) {
      world.now = world.now.plusSeconds(1);
      for (String card : CARDS) {
        ServiceStatus.State state =
            ended.contains(card) ? ServiceStatus.State.FAILED : ServiceStatus.State.RUNNING;
        world.observations.heard(
            new Report(
                at(card),
                "b" + card,
                List.of(new ServiceStatus("shop", state, "sha256:shop", "")),
                List.of(
                    new SensorReading(
                        "board",
                        SensorReading.Kind.WATTS,
                        card.equals("1.1") ? watts : 20,
                        SensorReading.Quality.OK,
                        "",
                        world.now)),
                null),
            world.now);
      }
      world.settle();
    }
  }

  private void restartOn(AlarmType type, Severity severity) {
    world.apply(
        new Change.AlarmChange.RuleSet(
            new AlarmRule(
                "r1",
                List.of(type),
                "*",
                severity,
                AlarmRule.Action.RESTART_SERVICE,
                List.of(),
                Duration.ofMinutes(10),
                5,
                0,
                List.of())));
  }

  private String outcome() {
    AlarmRule rule = Objects.requireNonNull(world.cabinet.alarmState().rules().get("r1"));
    assertThat(rule.firings()).hasSize(1);
    return rule.firings().getFirst().outcome();
  }

  /** Cards that are to stop and start the service. */
  private Set<String> restarted() {
    return CARDS.stream()
        .filter(c ->
            world.cabinet.queue(at(c)).waiting().stream()
                .anyMatch(q -> q.getClass().getSimpleName().equals("StopService")))
        .collect(Collectors.toSet());
  }

  @Test
  void aDegradedServiceIsRestartedOnlyWhereItDoesNotServe() {
    restartOn(AlarmType.SERVICE_DEGRADED, Severity.MINOR);
    ended.add("3.1");
    seconds(2);
    assertThat(outcome())
        .isEqualTo("restarted shop on 3.1; not: shop serves on 1.1; shop serves on 2.1");
    assertThat(restarted()).containsExactly("3.1");
    assertThat(world.alarms())
        .contains("serviceDegraded service shop")
        .doesNotContain("serviceDown service shop");
    assertThat(world.cabinet.service("shop").orElseThrow().running()).isEqualTo(2);
  }

  @Test
  void aServiceThatGetsAVersionIsLeftAlone() {
    restartOn(AlarmType.LOAD_WRONG, Severity.MAJOR);
    world.apply(
        new Change.VersionAdded(
            "shop", new ServiceVersion(2, "sha256:c2", "sha256:p2", 9, world.now, "ann", "sale")),
        new Change.RolloutChanged(
            "shop",
            Rollout.begin(1, 2, Duration.ofSeconds(9), Duration.ofSeconds(9), "ann", world.now)));
    watts = 76;
    seconds(1);
    assertThat(outcome()).isEqualTo("nothing done: service shop gets another version");
    assertThat(restarted()).isEmpty();
  }

  @Test
  void aCardThatGetsAnImageIsLeftAlone() {
    restartOn(AlarmType.LOAD_WRONG, Severity.MAJOR);
    world.apply(new Change.ImageUpdateChanged(CardChooserTest.update(at("1.1"), world.now)));
    watts = 76;
    seconds(1);
    assertThat(outcome()).isEqualTo("nothing done: card 1.1 gets image blade 2");
    assertThat(restarted()).isEmpty();
  }

  @Test
  void theOnlyCardThatStillServesIsNotRestarted() {
    ended.addAll(List.of("2.1", "3.1"));
    seconds(3);
    restartOn(AlarmType.LOAD_WRONG, Severity.MAJOR);
    watts = 76;
    seconds(1);
    assertThat(outcome()).isEqualTo("nothing done: no other card serves shop");
    assertThat(restarted()).isEmpty();
  }

  @Test
  void aCardIsRestartedWhileOthersServe() {
    restartOn(AlarmType.LOAD_WRONG, Severity.MAJOR);
    watts = 76;
    seconds(1);
    assertThat(outcome()).isEqualTo("restarted shop on 1.1");
    assertThat(restarted()).containsExactly("1.1");
  }
}
