package io.cade.sim.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the processes running: one that ends is started again after {@link #FIRST_PAUSE}, after
 * growing pauses when it does not live for {@link #SHORT_LIFE}. All state is owned by the turns;
 * the public methods may be called by any thread.
 */
final class Supervisor {
  static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  static final Duration SHORT_LIFE = Duration.ofSeconds(10);

  /** Between attempts while another engine has the state directory. */
  static final Duration CONFLICT_PAUSE = Duration.ofSeconds(2);

  /** Before signals are sent to those that do not heed the end of their input. */
  static final Duration INPUT_TIME = Duration.ofSeconds(3);

  /** A process that was never ready is given up after so many ends. */
  static final int MAX_STILLBIRTHS = 3;

  private static final int USAGE = 2;
  private static final int CONFLICT = 5;
  private static final int SIGNALLED = 128;

  /** Starts processes. */
  @FunctionalInterface
  interface Starter {
    Child start(Role role) throws IOException;
  }

  /** Is told, in the supervisor's turns. */
  interface Listener {
    /** A line for the operator. */
    void say(String line);

    /** These run now. */
    void running(Map<Role, Long> pids);
  }

  private final Starter starter;
  private final Turn turn;
  private final Listener listener;
  private final Function<Role, Path> logs;

  // Owned by the turns.
  private final Map<Role, Watched> all = new EnumMap<>(Role.class);
  private @Nullable CompletableFuture<Void> stopped;

  /** What is known of one role. */
  private static final class Watched {
    final CompletableFuture<Void> ready = new CompletableFuture<>();
    @Nullable Child child;
    long startedNanos;
    int shortLives;
    boolean conflict;
  }

  Supervisor(Starter starter, Turn turn, Function<Role, Path> logs, Listener listener) {
    this.starter = starter;
    this.turn = turn;
    this.logs = logs;
    this.listener = listener;
  }

  /**
   * Starts a role and keeps it running from now on.
   *
   * @return completes when it is ready for the first time; exceptionally with {@link DemoFailure}
   *     when it is given up
   */
  CompletableFuture<Void> start(Role role) {
    Watched watched = new Watched();
    turn.run(() -> {
      if (stopped == null && all.putIfAbsent(role, watched) == null) {
        launch(role, watched, "");
      }
    });
    return watched.ready;
  }

  /**
   * Ends everything: by the end of input, by signal, by force.
   *
   * @param limit after which force is used
   * @return completes when all have ended
   */
  CompletableFuture<Void> stop(Duration limit) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    turn.run(() -> {
      if (stopped != null) {
        var _ = stopped.thenRun(() -> done.complete(null));
        return;
      }
      stopped = done;
      all.values().forEach(w -> onChild(w, Child::closeInput));
      turn.after(INPUT_TIME, () -> all.values().forEach(w -> onChild(w, Child::terminate)));
      turn.after(limit, () -> all.values().forEach(w -> onChild(w, Child::kill)));
      completeWhenEmpty(done);
    });
    return done;
  }

  private interface Order {
    void to(Child child);
  }

  private static void onChild(Watched watched, Order order) {
    Child child = watched.child;
    if (child != null) {
      order.to(child);
    }
  }

  private void launch(Role role, Watched watched, String reason) {
    watched.startedNanos = turn.nanoTime();
    Child child;
    try {
      child = starter.start(role);
    } catch (IOException e) {
      ended(role, watched, 1, "", "cannot be started: " + e.getMessage());
      return;
    }
    watched.child = child;
    if (!reason.isEmpty()) {
      listener.say(reason + "; started again as pid " + child.pid());
    }
    publish();
    child.onOtherPid(() -> turn.run(this::publish));
    var _ =
        child.ready().thenRun(() -> turn.run(() -> ready(role, watched, child, !reason.isEmpty())));
    var _ = child.exit().thenAccept(code -> turn.run(() -> exited(role, watched, child, code)));
  }

  private void ready(Role role, Watched watched, Child child, boolean again) {
    if (watched.child == null || watched.child.pid() != child.pid()) {
      return;
    }
    boolean news = again || watched.conflict;
    watched.conflict = false;
    watched.ready.complete(null);
    publish();
    if (news && stopped == null) {
      listener.say(role.label() + " is ready again (pid " + child.pid() + ")");
    }
  }

  private void exited(Role role, Watched watched, Child child, int code) {
    watched.child = null;
    CompletableFuture<Void> stopping = stopped;
    if (stopping != null) {
      completeWhenEmpty(stopping);
      return;
    }
    publish();
    // Who is killed has not said why.
    String how =
        code > SIGNALLED
            ? "ended by signal " + (code - SIGNALLED)
            : "ended with " + code + lastLine(child);
    ended(role, watched, code, " (pid " + child.pid() + ")", how);
  }

  private static String lastLine(Child child) {
    String line = child.lastLine();
    return line.isEmpty() || line.startsWith("READY") ? "" : ", last saying: " + line;
  }

  private void ended(Role role, Watched watched, int code, String pid, String how) {
    String what = role.label() + pid + " " + how;
    if (role == Role.ENGINE && code == CONFLICT && watched.ready.isDone()) {
      if (!watched.conflict) {
        listener.say(
            what
                + "; another engine has the state directory: it is left alone, and ours is tried"
                + " again every "
                + CONFLICT_PAUSE.toSeconds()
                + " s");
      }
      watched.conflict = true;
      turn.after(CONFLICT_PAUSE, () -> again(role, watched, role.label() + " was not running"));
      return;
    }
    boolean shortLife = turn.nanoTime() - watched.startedNanos < SHORT_LIFE.toNanos();
    watched.shortLives = shortLife ? watched.shortLives + 1 : 0;
    if (!watched.ready.isDone() && (code == USAGE || watched.shortLives >= MAX_STILLBIRTHS)) {
      watched.ready.completeExceptionally(
          new DemoFailure(
              DemoFailure.FAILED, what + "; it was not ready even once, see " + logs.apply(role)));
      return;
    }
    Duration pause = pause(watched.shortLives);
    if (pause.compareTo(FIRST_PAUSE) > 0) {
      listener.say(
          what
              + ", time and again; tried again in "
              + pause.toSeconds()
              + " s, see "
              + logs.apply(role));
    }
    turn.after(pause, () -> again(role, watched, what));
  }

  private void again(Role role, Watched watched, String reason) {
    if (stopped == null && watched.child == null) {
      // While another engine has the directory there is one line about it, not one each time.
      launch(role, watched, watched.conflict ? "" : reason);
    }
  }

  /** 1 s after a long life and after the first short one, then 2, 4, … 30 s. */
  static Duration pause(int shortLives) {
    int doublings = Math.min(5, Math.max(0, shortLives - 1));
    Duration pause = FIRST_PAUSE.multipliedBy(1L << doublings);
    return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
  }

  private void publish() {
    Map<Role, Long> pids = new EnumMap<>(Role.class);
    all.forEach((role, watched) -> {
      if (!watched.conflict) {
        onChild(watched, child -> pids.put(role, child.pid()));
      }
    });
    listener.running(pids);
  }

  private void completeWhenEmpty(CompletableFuture<Void> done) {
    if (all.values().stream().allMatch(w -> w.child == null)) {
      done.complete(null);
    }
  }
}
