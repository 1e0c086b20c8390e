package io.cade.engine.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BodyBudgetTest {
  private static final int KIB = 1 << 10;
  private static final Duration LONG = Duration.ofMinutes(1);

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private BodyBudget budget(Duration patience) {
    return new BodyBudget(
        vertx, new BodyBudget.Limits(1_000 * KIB, 200 * KIB, 100 * KIB, patience));
  }

  private static boolean has(BodyBudget.Room room) {
    return room.taken().succeeded();
  }

  private static void get(BodyBudget.Room room) throws Exception {
    room.taken().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
  }

  @Test
  void anOwnerHasOneLargeMessageAndItsShareOfSmallOnes() throws Exception {
    BodyBudget budget = budget(LONG);
    BodyBudget.Room first = budget.ask("a", 100 * KIB);
    BodyBudget.Room second = budget.ask("a", 100 * KIB);
    BodyBudget.Room small = budget.ask("a", 60 * KIB);
    BodyBudget.Room more = budget.ask("a", 60 * KIB);
    assertThat(has(first)).isTrue();
    assertThat(has(second)).isFalse();
    assertThat(has(small)).isTrue();
    assertThat(has(more)).isFalse();
    assertThat(has(budget.ask("b", 100 * KIB))).as("another one's").isTrue();
    assertThat(has(budget.ask("b", 60 * KIB))).isTrue();
    first.release();
    get(second);
    small.release();
    get(more);
  }

  @Test
  void allTogetherHaveNoMoreThanThereIsAndWhoWaitsComesInTurn() throws Exception {
    BodyBudget budget = budget(LONG);
    BodyBudget.Room most = budget.ask("a", 900 * KIB);
    BodyBudget.Room waits = budget.ask("b", 200 * KIB);
    BodyBudget.Room later = budget.ask("c", 900 * KIB);
    assertThat(has(waits)).isFalse();
    assertThat(has(budget.ask("d", 10 * KIB))).as("a small one goes on").isTrue();
    most.release();
    get(waits);
    assertThat(has(later)).isFalse();
    waits.release();
    waits.release();
    get(later);
    later.release();
    assertThat(budget.held()).isEqualTo(10 * KIB);
  }

  @Test
  void whoWaitsTooLongOrGoesAwayGetsNothing() throws Exception {
    BodyBudget budget = budget(Duration.ofMillis(200));
    BodyBudget.Room first = budget.ask("a", 900 * KIB);
    BodyBudget.Room waits = budget.ask("b", 900 * KIB);
    assertThatThrownBy(() -> get(waits)).hasCauseInstanceOf(BodyBudget.NoRoom.class);
    BodyBudget.Room gone = budget.ask("c", 900 * KIB);
    gone.release();
    assertThat(gone.taken().failed()).isTrue();
    first.release();
    assertThat(budget.held()).isZero();
  }

  /** With the gateway's numbers: every message of a module that starts finds its room. */
  @Test
  void aWholeModuleThatStartsIsNeverRefused() throws Exception {
    BodyBudget budget =
        new BodyBudget(
            vertx, new BodyBudget.Limits(16 << 20, 6 << 20, 256 << 10, Duration.ofSeconds(5)));
    List<BodyBudget.Room> all = new ArrayList<>();
    Queue<BodyBudget.Room> ready = new ConcurrentLinkedQueue<>();
    for (int card = 0; card < 283; card++) {
      for (int kib : new int[] {6, 12, 20, 180, 100}) {
        BodyBudget.Room room = budget.ask("card " + card, kib * KIB);
        all.add(room);
        room.taken().onSuccess(ready::add);
      }
    }
    // They are answered one after the other, as they come.
    Queue<BodyBudget.Room> answered = new ArrayDeque<>();
    while (answered.size() < all.size()) {
      BodyBudget.Room next = ready.poll();
      if (next == null) {
        assertThat(all).noneMatch(r -> r.taken().failed());
        Thread.onSpinWait();
        continue;
      }
      assertThat(budget.held()).isLessThanOrEqualTo(22 << 20);
      next.release();
      answered.add(next);
    }
    assertThat(budget.held()).isZero();
  }
}
