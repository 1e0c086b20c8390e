package io.cade.proxy.http;

import io.cade.proxy.pool.BackendPool;

/** What the connections of one event loop share, and nobody else touches. */
final class LoopResources {
  private final BackendPool pool;
  private final byte[] scratch;
  private final RequestIds requestIds;
  private final UnfinishedHeads unfinished;

  /**
   * @param scratch room for the one head that is being inspected
   */
  LoopResources(
      BackendPool pool, byte[] scratch, RequestIds requestIds, UnfinishedHeads unfinished) {
    this.unfinished = unfinished;
    this.pool = pool;
    this.requestIds = requestIds;
    this.scratch = scratch;
  }

  BackendPool pool() {
    return pool;
  }

  RequestIds requestIds() {
    return requestIds;
  }

  UnfinishedHeads unfinished() {
    return unfinished;
  }

  byte[] scratch() {
    return scratch;
  }
}
