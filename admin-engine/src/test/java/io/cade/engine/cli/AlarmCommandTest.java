package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.change.Decision;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.Change.AlarmChange;
import io.cade.engine.model.PendingNotification;
import io.cade.engine.model.Severity;
import io.cade.engine.observe.ReceiverStandings;
import io.cade.engine.operate.AlarmHistory;
import io.cade.engine.operate.Role;
import io.cade.engine.store.EngineState;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands about alarms against the engine's real API server over its real store. */
@Timeout(120)
class AlarmCommandTest {
  @TempDir private Path dir;
  private final InstantSource clock = InstantSource.fixed(Desk.NOW);
  private EngineState state;
  private ServedDesk served;
  private Desk desk;

  @BeforeEach
  void start() throws Exception {
    state = EngineState.open(dir.resolve("engine"), clock);
    AlarmHistory history =
        query ->
            state.store().alarmHistory(query).stream()
                .map(a ->
                    new AlarmHistory.Entry(
                        a.sequence(),
                        a.key(),
                        a.severity(),
                        a.text(),
                        a.raisedAt(),
                        a.clearedAt(),
                        a.acknowledgedBy(),
                        a.acknowledgedAt()))
                .toList();
    served = new ServedDesk(dir, ServedDesk.Wishes.of(state.writer(), clock).withHistory(history));
    desk = served.desk;
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
    state.close();
  }

  private void given(Change... changes) throws Exception {
    state.writer().submit((_, _) -> Decision.of(true, changes)).get();
  }

  private Cabinet cabinet() {
    return state.writer().current();
  }

  private static AlarmKey card(int slot) {
    return new AlarmKey(AlarmType.CARD_LOST, "card 1." + slot);
  }

  private static Change raised(AlarmKey key) {
    return new Change.AlarmRaised(key, key.type().severity(), "no report for 9 s");
  }

  private void succeeds(Desk.Outcome outcome) {
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
  }

  /** Waits until what was committed is in the store. */
  private void settle() throws Exception {
    long position = cabinet().position();
    while (state.requestCheckpoint().get() < position) {
      // Each round waits for what had gathered.
    }
  }

  private void audited(String what) throws Exception {
    settle();
    assertThat(state.store().audit(100)).anyMatch(a -> (a.action() + a.outcome()).contains(what));
  }

  @Test
  void anAlarmAboutAnEventIsClearedByWhomAndOneAboutAStateIsNot() throws Exception {
    AlarmKey moved = new AlarmKey(AlarmType.CARD_MOVED, "card 1.2");
    given(raised(moved), raised(card(1)));
    succeeds(desk.run("alarm", "clear", "1"));
    assertThat(cabinet().alarms()).containsOnlyKeys(card(1));
    audited("clear alarm 1");
    Desk.Outcome refused = desk.run("alarm", "clear", "2");
    assertThat(refused.code()).isEqualTo(ExitCode.CONFLICT.code());
    assertThat(refused.err()).contains("tells of a state and ends with it");
    assertThat(desk.run("alarm", "clear", "4711").code()).isEqualTo(ExitCode.FAILED.code());
    assertThat(desk.run("alarm", "clear").code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(desk.run("alarm", "clear", "x").err()).contains("number");
    assertThat(cabinet().alarms()).containsOnlyKeys(card(1));
  }

  @Test
  void theHistoryIsFilteredAndPaged() throws Exception {
    for (int slot = 1; slot <= 14; slot++) {
      given(raised(card(slot)), new Change.AlarmCleared(card(slot), "back"));
    }
    given(raised(new AlarmKey(AlarmType.SERVICE_DOWN, "service shop")));
    settle();
    Desk.Outcome first = desk.run("alarm", "history", "--limit", "5");
    succeeds(first);
    assertThat(first.out()).contains("service shop", "card 1.14", "card 1.11");
    assertThat(first.out()).doesNotContain("card 1.10");
    assertThat(desk.run("alarm", "history", "--limit", "5", "--before", "11").out())
        .contains("card 1.10", "card 1.6")
        .doesNotContain("card 1.11", "card 1.5");
    assertThat(desk.run("alarm", "history", "--type", "serviceDown").out())
        .contains("service shop")
        .doesNotContain("card");
    assertThat(desk.run("alarm", "history", "--source", "card 1.1*", "--json").out())
        .contains("card 1.1\"", "card 1.14")
        .doesNotContain("card 1.2\"");
    assertThat(desk.run("alarm", "history", "--at-least", "critical").out())
        .contains("service shop")
        .doesNotContain("card");
    assertThat(desk.run("alarm", "history", "--until", "2026-03-01T12:00:00Z").out())
        .isEqualTo("no alarms in the history\n");
    assertThat(desk.run("alarm", "history", "--from", "2026-03-01T12:00:00Z", "--limit", "1").out())
        .contains("service shop");
    for (List<String> wrong :
        List.of(
            List.of("--type", "flood"),
            List.of("--at-least", "bad"),
            List.of("--from", "yesterday"),
            List.of("--limit", "1001"),
            List.of("--limit", "0"),
            List.of("--before", "x"))) {
      Desk.Outcome outcome = desk.run("alarm", "history", wrong.get(0), wrong.get(1));
      assertThat(outcome.code()).as("%s", wrong).isEqualTo(ExitCode.USAGE.code());
      assertThat(outcome.err()).as("%s", wrong).isNotBlank();
    }
  }

  @Test
  void whatIsSuppressedIsShownWithWhatStandsForIt() throws Exception {
    assertThat(desk.run("alarm", "suppressed").out()).isEqualTo("nothing is suppressed\n");
    AlarmKey chassis = new AlarmKey(AlarmType.CHASSIS_LOST, "chassis 1");
    given(
        raised(chassis),
        new AlarmChange.Suppressed(card(3), Severity.MAJOR, "card is lost", chassis));
    assertThat(desk.run("alarm", "suppressed").out())
        .contains("card 1.3", "cardLost", "chassisLost", "chassis 1", "card is lost");
    assertThat(desk.run("alarm", "suppressed", "--json").out()).contains("\"suppressedBy\"");
    assertThat(desk.run("alarm", "list").out()).doesNotContain("card 1.3");
  }

  @Test
  void aThresholdIsSetShownRefusedAndRemoved() throws Exception {
    assertThat(desk.run("alarm", "thresholds").out())
        .contains(
            "celsius", "highWarning=65", "highMajor=75", "highCritical=85", "rpm", "lowMajor");
    Desk.Outcome set =
        desk.run(
            "alarm",
            "threshold",
            "set",
            "celsius",
            "cpu*",
            "highMajor=80",
            "hysteresis=3",
            "readings=2",
            "hold=10");
    succeeds(set);
    assertThat(set.out()).contains("cpu*", "highMajor=80", "highCritical=85", "yes", "10");
    succeeds(
        desk.run(
            "alarm",
            "threshold",
            "set",
            "celsius",
            "inlet",
            "highWarning=",
            "--at",
            "chassis 1",
            "--model",
            "B2"));
    assertThat(desk.run("alarm", "thresholds", "--json").out())
        .contains("\"chassis 1\"", "\"B2\"", "\"set\" : true");
    assertThat(cabinet().alarmState().thresholds()).hasSize(2);
    audited("set threshold");
    for (List<String> wrong :
        List.of(
            List.of("warmth", "cpu*", "highMajor=80"),
            List.of("celsius", "cpu*", "highMajor=hot"),
            List.of("celsius", "cpu*", "high=80"),
            List.of("celsius", "cpu*", "highWarning=90"),
            List.of("celsius", "cpu*", "readings=0"),
            List.of("celsius", "cpu*", "hysteresis=10000"),
            List.of("celsius", "cpu*", "hold=7200"))) {
      Desk.Outcome outcome =
          desk.run("alarm", "threshold", "set", wrong.get(0), wrong.get(1), wrong.get(2));
      assertThat(outcome.code()).as("%s", wrong).isEqualTo(ExitCode.USAGE.code());
      assertThat(outcome.err()).as("%s", wrong).hasLineCount(1);
    }
    assertThat(desk.run("alarm", "threshold", "set", "celsius", "cpu*").code())
        .isEqualTo(ExitCode.USAGE.code());
    assertThat(desk.run("alarm", "threshold", "set", "celsius", "cpu*", "highMajor").code())
        .isEqualTo(ExitCode.USAGE.code());
    assertThat(desk.run("alarm", "threshold", "remove", "celsius", "cpu*").out())
        .isEqualTo("removed\n");
    assertThat(desk.run("alarm", "threshold", "remove", "celsius", "cpu*").err())
        .contains("no such threshold is set: celsius cpu*;");
    for (String nowhere : List.of("cards", "card 99.99", "chassis", "chassis 21", "1.3")) {
      assertThat(
              desk.run("alarm", "threshold", "set", "celsius", "x", "highMajor=80", "--at", nowhere)
                  .err())
          .contains("at is '" + nowhere + "'; 'card 1.3' or 'chassis 1' is meant");
    }
    assertThat(desk.run("alarm", "history", "--before", "-4").err()).contains("counted from 1");
    assertThat(desk.run("alarm", "thresholds").out()).doesNotContain("cpu*");
  }

  @Test
  void aRuleIsAddedShownRefusedAndRemoved() throws Exception {
    given(new AlarmChange.ReceiversKnown(List.of("noc", "pager")));
    assertThat(desk.run("alarm", "rule", "list").out()).isEqualTo("no rules\n");
    Desk.Outcome added =
        desk.run(
            "alarm",
            "rule",
            "add",
            "hot",
            "--type",
            "temperatureHigh,cardOverheated",
            "--at-least",
            "major",
            "--action",
            "drain-card",
            "--source",
            "card 1.*");
    succeeds(added);
    assertThat(added.out())
        .contains("hot", "temperatureHigh,cardOverheated", "drain-card", "600 s");
    succeeds(
        desk.run(
            "alarm",
            "rule",
            "add",
            "page",
            "--at-least",
            "critical",
            "--action",
            "notify",
            "--receiver",
            "pager",
            "--every",
            "5min",
            "--per-hour",
            "12"));
    assertThat(desk.run("alarm", "rule", "list").out())
        .contains("card 1.*", "notify pager", "once in 300 s, 12 in 1 h");
    assertThat(desk.run("alarm", "rule", "add", "hot", "--action", "power-cycle").code())
        .isEqualTo(ExitCode.CONFLICT.code());
    for (List<String> wrong :
        List.of(
            List.of("--action", "explode"),
            List.of("--action", "notify"),
            List.of("--action", "notify", "--receiver", "nobody"),
            List.of("--action", "drain-card", "--type", "flood"),
            List.of("--action", "drain-card", "--every", "soon"),
            List.of("--action", "drain-card", "--every", "2d"),
            List.of("--action", "drain-card", "--per-hour", "101"),
            List.of("--action", "drain-card", "--at-least", "bad"))) {
      String[] words = new String[4 + wrong.size()];
      System.arraycopy(new String[] {"alarm", "rule", "add", "wrong"}, 0, words, 0, 4);
      for (int i = 0; i < wrong.size(); i++) {
        words[4 + i] = wrong.get(i);
      }
      Desk.Outcome outcome = desk.run(words);
      assertThat(outcome.code()).as("%s", wrong).isEqualTo(ExitCode.USAGE.code());
      assertThat(outcome.err()).as("%s", wrong).hasLineCount(1);
    }
    assertThat(desk.run("alarm", "rule", "add", "no_name", "--action", "drain-card").err())
        .contains("letters, digits and hyphens");
    assertThat(desk.run("alarm", "rule", "add", "nothing").code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(cabinet().alarmState().rules()).containsOnlyKeys("hot", "page");
    audited("add alarm rule");
    assertThat(desk.run("alarm", "rule", "remove", "hot").out()).isEqualTo("removed\n");
    assertThat(desk.run("alarm", "rule", "remove", "hot").err()).contains("there is no rule hot");
  }

  @Test
  void theWayToTheReceiversIsTriedAndTheirStandingShown() throws Exception {
    assertThat(desk.run("alarm", "receivers").out()).isEqualTo("no receivers\n");
    given(new AlarmChange.ReceiversKnown(List.of("noc", "pager", "wall")));
    Desk.Outcome test = desk.run("alarm", "test");
    succeeds(test);
    assertThat(test.out()).isEqualTo("test notification 1 is on its way\n");
    assertThat(cabinet().notifications().values())
        .singleElement()
        .satisfies(n -> {
          assertThat(n.kind()).isEqualTo(PendingNotification.Kind.TEST);
          assertThat(n.text()).contains(PeerEngine.USER);
        });
    given(new AlarmChange.NotificationsDelivered("noc", 1));
    served
        .operations
        .alarms()
        .standings()
        .put(
            "pager",
            new ReceiverStandings.Standing(
                "no acknowledgement from /192.0.2.9:162 in 2 attempts",
                Desk.NOW.minusSeconds(90),
                Desk.NOW.plusSeconds(17)));
    String shown = desk.run("alarm", "receivers").out();
    assertThat(shown)
        .containsPattern("noc +1 +0 +0 +has everything")
        .containsPattern(
            "pager +0 +1 +0 +went away 90 s ago: no acknowledgement from /192.0.2.9:162 in 2"
                + " attempts; next try in 17 s")
        .containsPattern("wall +0 +1 +0 +is being told");
    assertThat(desk.run("alarm", "receivers", "--json").out())
        .contains("\"missed\" : 0", "\"nextTry\" : \"2026-03-01T12:00:17Z\"");
    audited("send a test notification");
  }

  @Test
  void whoMayOnlyLookChangesNothing() throws Exception {
    given(raised(new AlarmKey(AlarmType.CARD_MOVED, "card 1.2")));
    served.sitsDown("vera", Role.VIEWER);
    succeeds(desk.run("alarm", "thresholds"));
    for (List<String> words :
        List.of(
            List.of("alarm", "clear", "1"),
            List.of("alarm", "test"),
            List.of("alarm", "threshold", "set", "celsius", "cpu*", "highMajor=80"),
            List.of("alarm", "threshold", "remove", "celsius", "cpu*"),
            List.of("alarm", "rule", "add", "hot", "--action", "drain-card"),
            List.of("alarm", "rule", "remove", "hot"))) {
      Desk.Outcome outcome = desk.run(words.toArray(String[]::new));
      assertThat(outcome.code()).as("%s", words).isEqualTo(ExitCode.REFUSED.code());
      assertThat(outcome.err()).as("%s", words).containsIgnoringCase("operator");
    }
    assertThat(cabinet().alarms()).hasSize(1);
    assertThat(cabinet().notifications()).hasSize(1);
    assertThat(cabinet().alarmState().thresholds()).isEmpty();
  }
}
