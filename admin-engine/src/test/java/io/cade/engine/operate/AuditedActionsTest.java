package io.cade.engine.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.Change;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

final class AuditedActionsTest {
  private static final Caller VERA = new Caller("vera", Role.VIEWER);
  private static final Caller OLGA = new Caller("olga", Role.OPERATOR);

  private Instant now = Instant.parse("2026-03-01T00:00:00Z");
  private final TestWriter log = new TestWriter(() -> now);
  private final FullLog writer = new FullLog(log);
  private final AuditedActions actions = new AuditedActions(writer);
  private final List<String> done = new ArrayList<>();

  private List<String> record() {
    return log.changes(Change.Audited.class).stream()
        .map(a -> a.user() + ": " + a.action() + ": " + a.outcome())
        .toList();
  }

  private static void fails(CompletionStage<?> stage, Class<? extends Exception> how) {
    assertThatThrownBy(() -> stage.toCompletableFuture().join()).hasCauseInstanceOf(how);
  }

  private void tries(Caller caller, String action) {
    fails(
        actions.carryOut(caller, Role.OPERATOR, action, true, (_, _) -> Decision.nothing(true)),
        Refusal.class);
  }

  @Test
  void aRefusalThatComesAgainIsOnRecordOnceAMinuteWithTheNumberOfThoseLeftOut() {
    for (int i = 0; i < 500; i++) {
      tries(VERA, "acknowledge alarm 1");
    }
    assertThat(record())
        .containsExactly(
            "vera: acknowledge alarm 1: refused: this needs the role operator, vera is viewer");
    now = now.plus(RefusalPace.PAUSE);
    tries(VERA, "acknowledge alarm 1");
    assertThat(record()).hasSize(2);
    assertThat(record().getLast()).endsWith("vera is viewer (499 more before)");
    tries(new Caller("eve", Role.VIEWER), "acknowledge alarm 1");
    assertThat(record()).as("each user has his own").hasSize(3);
  }

  @Test
  void eachActionThatIsRefusedIsSeenButNobodyFillsTheRecordWithNewOnes() {
    for (int i = 0; i < RefusalPace.MOST; i++) {
      tries(VERA, "acknowledge alarm " + i);
      assertThat(record().getLast()).contains("alarm " + i + ":");
    }
    for (int i = RefusalPace.MOST; i < 1_000; i++) {
      tries(VERA, "acknowledge alarm " + i);
    }
    assertThat(record()).hasSize(RefusalPace.MOST);
    now = now.plus(RefusalPace.PAUSE);
    tries(VERA, "switch card 1.1 off");
    assertThat(record().getLast())
        .contains("switch card 1.1 off: refused")
        .endsWith("(" + (1_000 - RefusalPace.MOST) + " other refusals before were left out)");
  }

  @Test
  void aClockThatWasSetBackSilencesNobody() {
    tries(VERA, "drain card 1.1");
    now = now.minus(Duration.ofHours(5));
    tries(VERA, "drain card 1.1");
    assertThat(record()).hasSize(2);
  }

  @Test
  void whatIsDoneIsAlwaysOnRecord() {
    for (int i = 0; i < 100; i++) {
      actions
          .carryOut(OLGA, Role.OPERATOR, "drain card 1.1", true, (_, _) -> Decision.nothing(true))
          .toCompletableFuture()
          .join();
    }
    assertThat(record()).hasSize(100);
  }

  private CompletionStage<String> beside(Caller caller, String result) {
    return actions.carryOutBeside(
        caller,
        Role.OPERATOR,
        "replace a file",
        (_, _) -> Decision.nothing(true),
        Runnable::run,
        _ -> {
          done.addAll(record());
          return switch (result) {
            case "refused" -> throw new Refusal(Refusal.Kind.CONTENT, "no file");
            case "failed" -> throw new IOException("bad sector");
            default -> result;
          };
        });
  }

  @Test
  void whatIsDoneOutsideTheLogIsOnRecordBeforeAndAfter() {
    assertThat(beside(OLGA, "well").toCompletableFuture().join()).isEqualTo("well");
    assertThat(done).containsExactly("olga: replace a file: begun");
    assertThat(record())
        .containsExactly("olga: replace a file: begun", "olga: replace a file: done");
    fails(beside(OLGA, "refused"), Refusal.class);
    assertThat(record().getLast()).isEqualTo("olga: replace a file: refused: no file");
    fails(beside(OLGA, "refused"), Refusal.class);
    assertThat(record()).as("each beginning has its end").hasSize(6);
    fails(beside(OLGA, "failed"), IOException.class);
    assertThat(record().getLast()).isEqualTo("olga: replace a file: failed: bad sector");
  }

  @Test
  void nothingIsDoneOutsideTheLogWhenThereIsNoRoomToSaySo() {
    writer.full(true);
    fails(beside(OLGA, "well"), IOException.class);
    fails(beside(VERA, "well"), Refusal.class);
    assertThat(done).isEmpty();
    assertThat(record()).isEmpty();
    writer.full(false);
    assertThat(beside(OLGA, "well").toCompletableFuture().join()).isEqualTo("well");
  }
}
