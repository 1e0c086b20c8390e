package io.cade.proxy.http;

/**
 * Memory that heads of which the end has not come yet may take together, on one event loop. A head
 * that comes at once needs none; thousands of visitors who begin one and do not go on would take
 * what all visitors need. Who comes beyond is refused, and the others' deadlines free the rest.
 * Owned by the event loop.
 */
final class UnfinishedHeads {
  private final long most;
  private long taken;

  /**
   * @param most bytes
   */
  UnfinishedHeads(long most) {
    this.most = most;
  }

  /**
   * A buffer has become larger, or smaller.
   *
   * @return false, and nothing changes, when there is no room for that
   */
  boolean change(int from, int to) {
    long next = taken - from + to;
    if (next > most && to > from) {
      return false;
    }
    taken = next;
    return true;
  }

  /**
   * It is there no more.
   *
   * @return 0, what is kept from now on
   */
  int giveBack(int bytes) {
    taken -= bytes;
    return 0;
  }

  long taken() {
    return taken;
  }
}
