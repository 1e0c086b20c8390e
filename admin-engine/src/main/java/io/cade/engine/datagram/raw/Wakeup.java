package io.cade.engine.datagram.raw;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Waits for packet sockets, until one has something, a time is over, or somebody calls {@link
 * #wake}. Waiting belongs to one thread; any other may wake it.
 */
final class Wakeup implements AutoCloseable {
  private static final int EFD_NONBLOCK = 0x800;
  private static final int EFD_CLOEXEC = 0x80000;
  private static final short POLLIN = 1;

  private final SystemCalls waiting;
  private final MemorySegment descriptors;
  private final int count;

  // Guarded by this.
  private final SystemCalls waking;
  private final MemorySegment one;
  private final int event;
  private boolean closed;

  private Wakeup(
      SystemCalls waiting, MemorySegment descriptors, int count, int event, Arena arena) {
    this.waiting = waiting;
    this.descriptors = descriptors;
    this.count = count;
    this.event = event;
    this.waking = new SystemCalls(arena);
    this.one = arena.allocateFrom(JAVA_LONG, 1);
  }

  static Wakeup of(Arena arena, PacketSocket... sockets) throws SystemError {
    SystemCalls calls = new SystemCalls(arena);
    int event = calls.eventfd(EFD_NONBLOCK | EFD_CLOEXEC);
    int count = sockets.length + 1;
    // struct pollfd: descriptor, wanted events, events that came.
    MemorySegment descriptors = arena.allocate(8L * count, 8);
    for (int i = 0; i < count; i++) {
      int fd = i == 0 ? event : sockets[i - 1].descriptor();
      descriptors.set(JAVA_INT, 8L * i, fd);
      descriptors.set(JAVA_SHORT, 8L * i + 4, POLLIN);
    }
    return new Wakeup(calls, descriptors, count, event, arena);
  }

  void await(int timeoutMillis) throws SystemError {
    int ignored = waiting.poll(descriptors, count, timeoutMillis);
  }

  /** Ends this and every later waiting. */
  synchronized void wake() {
    if (!closed) {
      try {
        waking.write(event, one);
      } catch (SystemError e) {
        throw new IllegalStateException("an eventfd takes one more event", e);
      }
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      waking.close(event);
    }
  }
}
