package io.cade.proxy.accesslog;

import io.cade.proxy.stats.RequestAccount;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Requests on their way from one event loop to the writer: one producer, one consumer, neither ever
 * waits. What finds it full is dropped and counted.
 */
final class Ring {
  private final AtomicReferenceArray<@Nullable RequestAccount> slots;
  private final int mask;
  private final AtomicLong dropped = new AtomicLong();
  // Owned by the event loop.
  private long head;
  // Owned by the writer.
  private long tail;

  /**
   * @param size rounded up to a power of two
   */
  Ring(int size) {
    int slotsNeeded = Integer.highestOneBit(Math.max(2, size) * 2 - 1);
    this.slots = new AtomicReferenceArray<>(slotsNeeded);
    this.mask = slotsNeeded - 1;
  }

  /** By the event loop. */
  void offer(RequestAccount account) {
    int at = (int) head & mask;
    if (slots.getAcquire(at) != null) {
      dropped.lazySet(dropped.getPlain() + 1);
      return;
    }
    slots.setRelease(at, account);
    head++;
  }

  /** By the writer: the next, or null. */
  @Nullable RequestAccount poll() {
    int at = (int) tail & mask;
    RequestAccount account = slots.getAcquire(at);
    if (account != null) {
      slots.setRelease(at, null);
      tail++;
    }
    return account;
  }

  long dropped() {
    return dropped.get();
  }
}
