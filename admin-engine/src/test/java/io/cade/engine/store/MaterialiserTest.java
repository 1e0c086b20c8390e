package io.cade.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.change.Commit;
import io.cade.engine.change.Decision;
import io.cade.engine.change.SteppedChangeWriter;
import io.cade.engine.log.MemoryChangeLog;
import io.cade.engine.model.AlarmQuery;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetWalk;
import io.cade.engine.model.Change;
import io.cade.engine.model.EntityKey;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class MaterialiserTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-21T10:00:00Z"));

  private final MemoryChangeLog log = new MemoryChangeLog();
  private final SteppedChangeWriter writer = new SteppedChangeWriter(log, CLOCK, Cabinet.empty());
  private final Store store = new Store();

  /** A store that can be held and can fail. */
  private static final class Store implements CabinetStore {
    final MemoryCabinetStore inner = new MemoryCabinetStore();
    final CountDownLatch entered = new CountDownLatch(1);
    volatile CountDownLatch gate = new CountDownLatch(0);
    final AtomicInteger failures = new AtomicInteger();
    volatile long lastApplied;

    @Override
    public Cabinet load() {
      return inner.load();
    }

    @Override
    public void apply(List<Commit> commits, Cabinet after, Set<EntityKey> touched)
        throws IOException {
      entered.countDown();
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      if (failures.get() > 0) {
        failures.decrementAndGet();
        throw new IOException("disk full");
      }
      assertThat(commits.getFirst().position()).isEqualTo(lastApplied + 1);
      lastApplied = after.position();
      inner.apply(commits, after, touched);
    }

    @Override
    public long checkpoint() throws IOException {
      if (failures.get() > 0) {
        throw new IOException("disk full");
      }
      return inner.checkpoint();
    }

    @Override
    public List<PastAlarm> alarmHistory(AlarmQuery query) {
      return inner.alarmHistory(query);
    }

    @Override
    public List<AuditEntry> audit(int limit) {
      return inner.audit(limit);
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  private Materialiser started() {
    Materialiser materialiser = new Materialiser(store, log, store.load());
    writer.listen(materialiser);
    materialiser.start();
    return materialiser;
  }

  private void write(int commits) {
    CabinetWalk walk = new CabinetWalk(commits);
    for (int i = 0; i < commits; i++) {
      List<Change> changes = i % 100 == 0 ? walk.allowed(writer.current(), 1) : audited(i);
      var _ = writer.submit((c, now) -> new Decision<>(changes, ""));
      assertThat(writer.step()).isTrue();
    }
  }

  private static List<Change> audited(int i) {
    return List.of(new Change.Audited("anna", "action " + i, "done"));
  }

  @Test
  void theStoreFollowsTheLog() {
    try (Materialiser materialiser = started()) {
      assertThat(materialiser).isNotNull();
      write(1_000);
    }
    assertThat(store.load()).isEqualTo(writer.current());
    assertThat(store.audit(10_000)).hasSize(990);
  }

  @Test
  void theWriterIsNeverHeldHoweverFarTheStoreLags() throws Exception {
    store.gate = new CountDownLatch(1);
    try (Materialiser materialiser = started()) {
      assertThat(materialiser).isNotNull();
      write(1);
      assertThat(store.entered.await(10, TimeUnit.SECONDS)).isTrue();
      // More than may wait in memory: all of it is written while the store stands still.
      write(Materialiser.MAX_WAITING + 2 * Materialiser.CATCH_UP);
      assertThat(store.load().position()).isZero();
      store.gate.countDown();
    }
    assertThat(store.load()).isEqualTo(writer.current());
  }

  @Test
  void aBatchThatFailedIsReadFromTheLogAndTriedAgain() throws Exception {
    store.failures.set(1);
    try (Materialiser materialiser = started()) {
      write(50);
      assertThat(store.entered.await(10, TimeUnit.SECONDS)).isTrue();
      while (store.failures.get() > 0) {
        Thread.onSpinWait();
      }
      write(50);
      // Waits for nothing but the second try.
      while (materialiser.checkpoint().get(30, TimeUnit.SECONDS) < 100) {
        Thread.onSpinWait();
      }
    }
    assertThat(store.load()).isEqualTo(writer.current());
  }

  @Test
  void whatTheLogIsAheadIsAppliedAtTheStart() {
    write(Materialiser.CATCH_UP + 500);
    try (Materialiser materialiser = started()) {
      assertThat(materialiser).isNotNull();
    }
    assertThat(store.load()).isEqualTo(writer.current());
  }

  @Test
  void aCheckpointShortensTheLogAndNothingThatIsNeededGoes() throws Exception {
    try (Materialiser materialiser = started()) {
      write(100);
      long durable = materialiser.checkpoint().get(10, TimeUnit.SECONDS);
      assertThat(durable).isLessThanOrEqualTo(100);
      log.replay(durable, c -> assertThat(c.position()).isGreaterThan(durable));
      if (durable > 0) {
        assertThatThrownBy(() -> log.replay(durable - 1, c -> {})).hasMessageContaining("gone");
      }
    }
    assertThat(store.load().position()).isEqualTo(100);
  }

  @Test
  void aCheckpointThatFailsIsToldAndLeavesTheLogAlone() throws Exception {
    try (Materialiser materialiser = started()) {
      write(10);
      assertThat(materialiser.checkpoint().get(10, TimeUnit.SECONDS)).isNotNegative();
      store.failures.set(Integer.MAX_VALUE);
      assertThatThrownBy(() -> materialiser.checkpoint().get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("disk full");
      store.failures.set(0);
    }
  }

  @Test
  void aCheckpointAfterTheEndIsRefusedInsteadOfBeingForgotten() {
    Materialiser materialiser = started();
    materialiser.close();
    assertThatThrownBy(() -> materialiser.checkpoint().get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("closed");
  }
}
