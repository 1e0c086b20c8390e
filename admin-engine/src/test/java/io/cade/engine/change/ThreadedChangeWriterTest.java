package io.cade.engine.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.model.Cabinet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ThreadedChangeWriterTest extends ChangeWriterContract {
  private final ThreadedChangeWriter writer = new ThreadedChangeWriter(log, CLOCK, Cabinet.empty());

  @BeforeEach
  void start() {
    writer.start();
  }

  @AfterEach
  void stop() {
    writer.close();
  }

  @Override
  ChangeWriter writer() {
    return writer;
  }

  @Override
  <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(10, TimeUnit.SECONDS);
  }

  @Test
  void whatWasSubmittedBeforeTheCloseIsStillWritten() throws Exception {
    List<CompletableFuture<String>> all = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      int slot = 1 + i % 14;
      all.add(writer.submit((c, now) -> Decision.of("", seated(slot), seated(slot))));
    }
    writer.close();
    for (CompletableFuture<String> f : all) {
      assertThat(f.get(1, TimeUnit.SECONDS)).isEmpty();
    }
    assertThatThrownBy(() -> await(writer.submit((c, now) -> Decision.nothing(""))))
        .cause()
        .isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void aFullQueueRefusesInsteadOfGrowing() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch entered = new CountDownLatch(1);
    var blocker =
        writer.submit((c, now) -> {
          entered.countDown();
          try {
            gate.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return Decision.nothing("");
        });
    assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<String> last = new CompletableFuture<>();
    for (int i = 0; i <= ThreadedChangeWriter.MAX_WAITING; i++) {
      last = writer.submit((c, now) -> Decision.nothing("ok"));
    }
    CompletableFuture<String> refused = last;
    assertThatThrownBy(() -> await(refused)).cause().isInstanceOf(RejectedExecutionException.class);
    gate.countDown();
    assertThat((Object) await(blocker)).isEqualTo("");
  }
}
