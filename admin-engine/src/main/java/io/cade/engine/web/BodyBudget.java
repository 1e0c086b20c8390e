package io.cade.engine.web;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Room in memory for what is being read and worked on. A message has its room before its first byte
 * is kept, and gives it back when it has been answered. Large messages (more than {@value #LARGE}
 * bytes) and small ones have rooms of their own, so that reports go on while inventories wait; an
 * owner has one large message at a time and a share of the room for small ones. Who finds none
 * waits in line for a while.
 *
 * <p>Thread-safe.
 */
public final class BodyBudget {
  /** More bytes than this are a large message. */
  public static final int LARGE = 64 << 10;

  /** There was no room in time. */
  public static final class NoRoom extends Exception {
    private static final long serialVersionUID = 1L;

    public NoRoom() {
      super("too much is being sent at once: try again later", null, false, false);
    }
  }

  /**
   * How many bytes there are.
   *
   * @param large for large messages, of all owners
   * @param small for small messages, of all owners
   * @param smallOfOne of these for one owner
   * @param patience so long a message waits
   */
  public record Limits(int large, int small, int smallOfOne, Duration patience) {}

  private final Vertx vertx;
  private final Limits limits;

  // Guarded by this.
  private final Set<Room> waiting = new LinkedHashSet<>();
  private final Set<String> withLarge = new LinkedHashSet<>();
  private final Map<String, Integer> smallOf = new HashMap<>();
  private int large;
  private int small;

  public BodyBudget(Vertx vertx, Limits limits) {
    this.vertx = vertx;
    this.limits = limits;
  }

  /** Room for one message. */
  public final class Room {
    private final String owner;
    private final int bytes;
    private final Context context;
    private final Promise<Room> taken = Promise.promise();
    private boolean held;
    private long timer;

    private Room(String owner, int bytes, Context context) {
      this.owner = owner;
      this.bytes = bytes;
      this.context = context;
    }

    /** Completes, on the context of who asked, when there is room; fails with {@link NoRoom}. */
    public Future<Room> taken() {
      return taken.future();
    }

    /** Gives the room back, or leaves the line. What is said again changes nothing. */
    public void release() {
      BodyBudget.this.release(this);
    }
  }

  /**
   * Asks for room.
   *
   * @param owner whose message it is
   * @param bytes how long it is at most
   */
  public Room ask(String owner, int bytes) {
    Room room = new Room(owner, bytes, vertx.getOrCreateContext());
    synchronized (this) {
      if (fits(room)) {
        hold(room);
      } else {
        waiting.add(room);
        room.timer = vertx.setTimer(limits.patience().toMillis(), _ -> giveUp(room));
      }
      if (!room.held) {
        return room;
      }
    }
    room.taken.complete(room);
    return room;
  }

  /** Bytes of all messages that have room now. */
  public synchronized int held() {
    return large + small;
  }

  private boolean fits(Room room) {
    return room.bytes > LARGE
        ? large + room.bytes <= limits.large() && !withLarge.contains(room.owner)
        : small + room.bytes <= limits.small()
            && smallOf.getOrDefault(room.owner, 0) + room.bytes <= limits.smallOfOne();
  }

  private void hold(Room room) {
    room.held = true;
    if (room.bytes > LARGE) {
      large += room.bytes;
      withLarge.add(room.owner);
    } else {
      small += room.bytes;
      smallOf.merge(room.owner, room.bytes, Integer::sum);
    }
  }

  private void release(Room room) {
    List<Room> next = new ArrayList<>();
    boolean waited;
    synchronized (this) {
      waited = waiting.remove(room);
      if (waited) {
        vertx.cancelTimer(room.timer);
      } else if (room.held) {
        room.held = false;
        if (room.bytes > LARGE) {
          large -= room.bytes;
          withLarge.remove(room.owner);
        } else {
          small -= room.bytes;
          int left = smallOf.getOrDefault(room.owner, 0) - room.bytes;
          if (left > 0) {
            smallOf.put(room.owner, left);
          } else {
            smallOf.remove(room.owner);
          }
        }
        // First come, first served; a small one may pass a large one that does not fit yet.
        for (Iterator<Room> line = waiting.iterator(); line.hasNext(); ) {
          Room first = line.next();
          if (fits(first)) {
            line.remove();
            vertx.cancelTimer(first.timer);
            hold(first);
            next.add(first);
          }
        }
      }
    }
    if (waited) {
      room.taken.tryFail(new NoRoom());
    }
    next.forEach(r -> r.context.runOnContext(_ -> r.taken.tryComplete(r)));
  }

  private void giveUp(Room room) {
    synchronized (this) {
      if (!waiting.remove(room)) {
        return;
      }
    }
    room.taken.tryFail(new NoRoom());
  }
}
