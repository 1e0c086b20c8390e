package io.cade.engine.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.log.MemoryChangeLog;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Change;
import io.cade.engine.model.Severity;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What every change writer does. */
abstract class ChangeWriterContract {
  static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-21T10:00:00Z"));

  final MemoryChangeLog log = new MemoryChangeLog();

  abstract ChangeWriter writer();

  /** Lets submitted transactions run. */
  abstract <T> T await(CompletableFuture<T> future) throws Exception;

  static Change seated(int slot) {
    return new Change.CardSeated(
        new CardPosition(1, slot),
        CardRole.SERVER,
        new MacAddress("02:00:00:00:01:%02x".formatted(slot)));
  }

  static Change raised(String source) {
    return new Change.AlarmRaised(
        new AlarmKey(AlarmType.CARD_LOST, source), Severity.MAJOR, "gone");
  }

  @Test
  void aResultIsToldOnlyWhenItsChangesAreDurableAndVisible() throws Exception {
    ChangeWriter writer = writer();
    CompletableFuture<Long> seen =
        writer
            .submit((c, now) -> Decision.of("ok", seated(1)))
            .thenApply(r -> log.lastPosition() * 10 + writer.current().cards().size());
    assertThat(await(seen)).isEqualTo(11);
  }

  @Test
  void aTransactionSeesTheChangesOfThoseBeforeIt() throws Exception {
    ChangeWriter writer = writer();
    var first = writer.submit((c, now) -> Decision.of(c.cards().size(), seated(1)));
    var second = writer.submit((c, now) -> Decision.of(c.cards().size(), seated(2)));
    assertThat(await(first)).isZero();
    assertThat(await(second)).isEqualTo(1);
  }

  @Test
  void aRefusalChangesNothingAndIsTold() throws Exception {
    ChangeWriter writer = writer();
    var refused =
        writer.submit((c, now) -> {
          throw new Refusal(Refusal.Kind.CONFLICT, "taken");
        });
    assertThatThrownBy(() -> await(refused))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(Refusal.class)
        .hasMessage("taken");
    assertThat(writer.current().position()).isZero();
    assertThat(log.lastPosition()).isZero();
  }

  @Test
  void changesThatContradictTheStateLeaveNoTrace() throws Exception {
    ChangeWriter writer = writer();
    var bad =
        writer.submit(
            (c, now) -> Decision.of("", seated(1), raised("card 1.1"), raised("card 1.1")));
    assertThatThrownBy(() -> await(bad)).cause().isInstanceOf(IllegalStateException.class);
    assertThat(writer.current().cards()).isEmpty();
    assertThat(writer.current().nextAlarm()).isEqualTo(1);
    assertThat((Object) await(writer.submit((c, now) -> Decision.of("", raised("card 1.1")))))
        .isEqualTo("");
    assertThat(writer.current().alarms()).hasSize(1);
  }

  @Test
  void anUnexpectedExceptionDoesNotStopTheWriter() throws Exception {
    ChangeWriter writer = writer();
    var broken =
        writer.submit((c, now) -> {
          throw new UnsupportedOperationException("a defect");
        });
    assertThatThrownBy(() -> await(broken))
        .cause()
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat((Object) await(writer.submit((c, now) -> Decision.of(1, seated(1))))).isEqualTo(1);
  }

  @Test
  void evenAnErrorIsThatTransactionsAlone() throws Exception {
    ChangeWriter writer = writer();
    var before = writer.submit((c, now) -> Decision.of(1, seated(1)));
    var broken =
        writer.submit((c, now) -> {
          throw new StackOverflowError();
        });
    var after = writer.submit((c, now) -> Decision.of(2, seated(2)));
    assertThat((Object) await(before)).isEqualTo(1);
    assertThatThrownBy(() -> await(broken)).cause().isInstanceOf(StackOverflowError.class);
    assertThat((Object) await(after)).isEqualTo(2);
    assertThat(writer.current().position()).isEqualTo(2);
  }

  @Test
  void aListenerThatFailsKeepsNobodyFromHearing() throws Exception {
    ChangeWriter writer = writer();
    List<Long> heard = new ArrayList<>();
    writer.listen((commits, after) -> {
      throw new NoClassDefFoundError("a defect");
    });
    writer.listen((commits, after) -> heard.add(after.position()));
    assertThat((Object) await(writer.submit((c, now) -> Decision.of(1, seated(1))))).isEqualTo(1);
    assertThat(heard).containsExactly(1L);
  }

  @Test
  void aTransactionThatCannotBeWrittenDoesNotTakeTheOthersWithIt() throws Exception {
    log.refuseLargerThan(3);
    ChangeWriter writer = writer();
    var first = writer.submit((c, now) -> Decision.of(c.position(), seated(1)));
    var huge =
        writer.submit((c, now) -> Decision.of(0, seated(2), seated(2), seated(2), seated(2)));
    var last = writer.submit((c, now) -> Decision.of(c.position(), seated(3)));
    assertThat(await(first)).isZero();
    assertThatThrownBy(() -> await(huge)).cause().isInstanceOf(IllegalArgumentException.class);
    assertThat(await(last)).isEqualTo(1);
    assertThat(writer.current().cards()).hasSize(2);
    assertThat(log.lastPosition()).isEqualTo(2);
  }

  @Test
  void aDecisionWithoutChangesIsToldAfterThoseBeforeIt() throws Exception {
    ChangeWriter writer = writer();
    List<String> told = new ArrayList<>();
    var change = writer.submit((c, now) -> Decision.of("change", seated(1))).thenAccept(told::add);
    var look = writer.submit((c, now) -> Decision.nothing("look")).thenAccept(told::add);
    var _ = await(look);
    var _ = await(change);
    assertThat(told).containsExactly("change", "look");
  }

  @Test
  void afterACrashTheWriterGoesOnWhereTheLogEnds() throws Exception {
    ChangeWriter writer = writer();
    assertThat((Object) await(writer.submit((c, now) -> Decision.of("", seated(1))))).isEqualTo("");
    log.tearNext(0);
    var lost = writer.submit((c, now) -> Decision.of("", seated(2)));
    assertThatThrownBy(() -> await(lost)).cause().isInstanceOf(IOException.class);
    var later = writer.submit((c, now) -> Decision.of("", seated(3)));
    assertThatThrownBy(() -> await(later)).cause().isInstanceOf(IOException.class);
    assertThat(writer.current().cards()).hasSize(1);
    log.crash();
    SteppedChangeWriter next = new SteppedChangeWriter(log, CLOCK, writer.current());
    var again = next.submit((c, now) -> Decision.of(c.position(), seated(2)));
    assertThat(next.step()).isTrue();
    assertThat(again.get()).isEqualTo(1);
  }

  @Test
  void nothingIsAcknowledgedOrVisibleWhenTheLogCannotBeWritten() throws Exception {
    ChangeWriter writer = writer();
    log.failing(true);
    var lost = writer.submit((c, now) -> Decision.of("", seated(1)));
    assertThatThrownBy(() -> await(lost)).cause().isInstanceOf(IOException.class);
    assertThat(writer.current().cards()).isEmpty();
  }

  @Test
  void listenersHearEveryCommitInOrder() throws Exception {
    ChangeWriter writer = writer();
    List<Long> heard = new ArrayList<>();
    writer.listen((commits, after) -> commits.forEach(c -> heard.add(c.position())));
    for (int slot = 1; slot <= 5; slot++) {
      int s = slot;
      String told = await(writer.submit((c, now) -> Decision.of("", seated(s))));
      assertThat(told).isEmpty();
    }
    assertThat(heard).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void aDecisionWithoutChangesNeedsNoRecord() throws Exception {
    assertThat((Object) await(writer().submit((c, now) -> Decision.nothing("looked"))))
        .isEqualTo("looked");
    assertThat(log.lastPosition()).isZero();
  }
}
