package io.cade.proxy.http;

import io.cade.proxy.pool.BackendPool;

/** What the connections of one event loop share, and nobody else touches. */
final class LoopResources {
  private final BackendPool pool;
  private final byte[] scratch;

  /**
   * @param scratch room for the one head that is being inspected
   */
  LoopResources(BackendPool pool, byte[] scratch) {
    this.pool = pool;
    this.scratch = scratch;
  }

  BackendPool pool() {
    return pool;
  }

  byte[] scratch() {
    return scratch;
  }
}
