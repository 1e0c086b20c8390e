package io.cade.engine.log;

final class MemoryChangeLogTest extends ChangeLogContract {
  private final MemoryChangeLog log = new MemoryChangeLog();

  @Override
  ChangeLog open() {
    return log;
  }
}
