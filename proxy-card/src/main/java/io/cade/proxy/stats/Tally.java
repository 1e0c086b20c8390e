package io.cade.proxy.stats;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * A row of counters, once for each event loop that counts. Each cell has one writer, its loop, so
 * that adding is a plain read and an opaque write; reading adds the cells up and sees each number
 * whole and never going back, though not all of one moment.
 */
final class Tally {
  private final LoopSlots slots;
  private final int size;
  private volatile @Nullable AtomicLongArray[] cells = new AtomicLongArray[0];

  Tally(LoopSlots slots, int size) {
    this.slots = slots;
    this.size = size;
  }

  void add(int index, long amount) {
    AtomicLongArray cell = cell();
    cell.setOpaque(index, cell.getPlain(index) + amount);
  }

  private AtomicLongArray cell() {
    int slot = slots.current();
    @Nullable AtomicLongArray[] known = cells;
    AtomicLongArray cell = slot < known.length ? known[slot] : null;
    return cell != null ? cell : newCell(slot);
  }

  private synchronized AtomicLongArray newCell(int slot) {
    @Nullable AtomicLongArray[] next = Arrays.copyOf(cells, Math.max(cells.length, slot + 1));
    AtomicLongArray cell = new AtomicLongArray(size);
    next[slot] = cell;
    cells = next;
    return cell;
  }

  long sum(int index) {
    long sum = 0;
    for (AtomicLongArray cell : cells) {
      if (cell != null) {
        sum += cell.getOpaque(index);
      }
    }
    return sum;
  }
}
