package io.cade.sim.virtual;

import io.cade.engine.change.Commit;
import io.cade.engine.log.ChangeLog;
import io.cade.engine.log.MemoryChangeLog;
import io.cade.engine.model.Cabinet;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** The engine's disk: survives every crash, may fail, and shows what became durable. */
final class Disk implements ChangeLog {
  private final MemoryChangeLog log = new MemoryChangeLog();
  private final Consumer<List<Commit>> durable;
  private final Runnable crash;
  private Cabinet stored = Cabinet.empty();
  private boolean crashAfterAppend;

  /**
   * @param durable hears of commits when they have become durable, before anybody else
   * @param crash kills the engine at once
   */
  Disk(Consumer<List<Commit>> durable, Runnable crash) {
    this.durable = durable;
    this.crash = crash;
  }

  void failing(boolean on) {
    log.failing(on);
    if (!on) {
      // The engine was started again and has opened its log anew.
      log.crash();
    }
  }

  /** The next batch becomes durable, and the engine dies before it can tell anybody. */
  void crashAfterAppend(boolean on) {
    crashAfterAppend = on;
  }

  /** The store behind the log holds this state now. */
  void checkpoint(Cabinet state) {
    stored = state;
    log.truncate(state.position());
  }

  /** What the store holds: where a replay begins. */
  Cabinet stored() {
    return stored;
  }

  @Override
  public void append(List<Commit> commits) throws IOException {
    log.append(commits);
    durable.accept(commits);
    if (crashAfterAppend) {
      crashAfterAppend = false;
      crash.run();
      // The process is dead: whatever the writer still does with this, nobody hears of it.
      throw new EngineCrash();
    }
  }

  @Override
  public long lastPosition() {
    return log.lastPosition();
  }

  @Override
  public void replay(long after, Consumer<Commit> consumer) throws IOException {
    log.replay(after, consumer);
  }

  @Override
  public void truncate(long upTo) {
    log.truncate(upTo);
  }

  @Override
  public void close() {
    log.close();
  }
}
