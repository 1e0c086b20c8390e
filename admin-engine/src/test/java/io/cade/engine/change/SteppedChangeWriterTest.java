package io.cade.engine.change;

import io.cade.engine.model.Cabinet;
import java.util.concurrent.CompletableFuture;

final class SteppedChangeWriterTest extends ChangeWriterContract {
  private final SteppedChangeWriter writer = new SteppedChangeWriter(log, CLOCK, Cabinet.empty());

  @Override
  ChangeWriter writer() {
    return writer;
  }

  @Override
  <T> T await(CompletableFuture<T> future) throws Exception {
    writer.step();
    return future.get();
  }
}
