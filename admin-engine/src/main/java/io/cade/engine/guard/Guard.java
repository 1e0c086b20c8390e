package io.cade.engine.guard;

import io.cade.engine.guard.GuardRecord.Data;
import io.cade.engine.guard.GuardRecord.Phase;
import io.cade.engine.guard.GuardRecord.Result;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The guard's decisions (SPEC U3). {@link #turn} is called again and again by one thread; each turn
 * looks at what is on record and takes one step. Before each step the record says durably what
 * begins, so a guard that was killed anywhere goes on from its record: a release on trial that it
 * finds there has failed. There is one child at a time, always.
 */
final class Guard {
  /** Time for an engine to end by itself, before it is killed. */
  static final Duration END = Duration.ofSeconds(15);

  /** Between two looks at a release on trial. */
  static final Duration LOOK = Duration.ofSeconds(1);

  /** Looks one after the other that may find something wrong once a release was well. */
  static final int MISSES = 3;

  /** How long the stable release may take, after a return, before the checkpoint is put back. */
  static final Duration BACK_WITHIN = Duration.ofSeconds(90);

  /** How often it may die meanwhile. */
  static final int BACK_DEATHS = 3;

  static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  static final Duration SHORT_LIFE = Duration.ofSeconds(10);

  private static final int USAGE = 2;
  private static final int IN_USE = 5;

  /** A process of an engine. */
  interface Child {
    long pid();

    /** Exit code; empty while it lives. */
    Optional<Integer> exit();

    /** Ends it and waits until it has ended: by a signal, and by force after the limit. */
    void end(Duration limit);
  }

  /** Starts engines. */
  interface Children {
    /**
     * @param version release to start
     * @throws IOException when it is not there or cannot be started
     */
    Child start(String version) throws IOException;
  }

  /** Looks at the engine from outside, as those do who need it. */
  interface Probe {
    /** What is missing to its being well, for people; empty when nothing is. Blocks for seconds. */
    Sight look(String version, int cards, int proxies);
  }

  /**
   * What a look has seen.
   *
   * @param trouble empty when all is well
   * @param hopeless whether waiting will not help: it is another version
   */
  record Sight(String trouble, boolean hopeless) {
    static final Sight WELL = new Sight("", false);

    boolean isWell() {
      return trouble.isEmpty();
    }
  }

  /** The right to touch the engine's data: nobody else's process has it open. */
  interface Sole {
    /**
     * Waits for an engine that an earlier guard has left to end, and ends it if it does not.
     *
     * @throws IOException when somebody else's engine has the data
     */
    void require() throws IOException;
  }

  /** Releases that are not needed any more. */
  interface Releases {
    /** Deletes all but these. */
    void prune(String stable, String other) throws IOException;
  }

  /** Everything around it. */
  record Surroundings(
      GuardFolder folder,
      DataCopy data,
      Children children,
      Probe probe,
      Sole sole,
      Releases releases,
      LongSupplier ticker,
      InstantSource clock,
      Consumer<String> log) {}

  private final Surroundings around;
  private final String installed;
  private GuardRecord record;
  private @Nullable Child child;
  private String childVersion = "";
  private long startedNanos;
  private long pauseUntil;
  private boolean pausing;
  private int shortLives;
  private int backDeaths;
  private @Nullable Long lastLook;
  private @Nullable Long wellSince;
  private @Nullable Long orderSeen;
  private @Nullable Long backSince;
  private int misses;
  private String lastTrouble = "it was not looked at yet";

  /** The guard cannot do its work. */
  static final class GivesUp extends Exception {
    private static final long serialVersionUID = 1L;

    private final int code;

    GivesUp(int code, String message) {
      super(message);
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  private Guard(Surroundings around, String installed, GuardRecord record) {
    this.around = around;
    this.installed = installed;
    this.record = record;
  }

  /**
   * Reads what is on record, and writes what follows from that alone.
   *
   * @param installed version of the distribution that the guard itself came with
   */
  static Guard open(Surroundings around, String installed) throws IOException {
    around.sole().require();
    Optional<GuardRecord> found = around.folder().record();
    GuardRecord record = found.orElseGet(() -> GuardRecord.first(installed));
    if (record.phase() == Phase.TRIAL) {
      around.log().accept("the release on trial was not confirmed when the guard ended");
      record =
          record.returning(
              "the guard ended (killed, stopped, or a power cut) before the release was confirmed");
      around.folder().write(record);
    } else if (record.phase() == Phase.IDLE && !record.installed().equals(installed)) {
      around
          .log()
          .accept(
              "version %s was installed beside the guard: it is the stable release from now on, in"
                      .formatted(installed)
                  + " the place of "
                  + record.stable());
      record = record.withStable(installed, installed);
      around.folder().write(record);
    } else if (found.isEmpty()) {
      around.folder().write(record);
    }
    return new Guard(around, installed, record);
  }

  GuardRecord record() {
    return record;
  }

  /** Process id of the engine that runs; empty when none does. */
  Optional<Long> pid() {
    Child running = child;
    return running == null ? Optional.empty() : Optional.of(running.pid());
  }

  /**
   * One step.
   *
   * @throws GivesUp when only a person can help
   * @throws IOException when the disk fails; the turn may be tried again
   */
  void turn() throws IOException, GivesUp {
    switch (record.phase()) {
      case IDLE -> idle();
      case PREPARING -> prepare();
      case TRIAL -> trial();
      case RETURNING -> comeBack();
      case BACK -> back();
      case RESTORING -> restore();
    }
  }

  /** Ends the engine, in order; what is on record stays. */
  void end() {
    endChild();
  }

  // --- the stable release ------------------------------------------------------------------------

  private void idle() throws IOException, GivesUp {
    Optional<UpgradeOrder> order = around.folder().order();
    if (child != null) {
      Optional<Integer> exit = child.exit();
      if (exit.isEmpty()) {
        if (order.isPresent()) {
          handOver();
        }
        return;
      }
      died(exit.get(), order.isPresent());
    }
    if (order.isPresent()) {
      accept(order.get());
      return;
    }
    if (!isPausing()) {
      launchStable();
    }
  }

  private void launchStable() throws IOException {
    try {
      launch(record.stable());
    } catch (IOException e) {
      pause(FIRST_PAUSE);
      if (record.stable().equals(installed)) {
        throw e;
      }
      around
          .log()
          .accept(
              "%s; the installed release %s takes its place".formatted(e.getMessage(), installed));
      write(record.withStable(installed, installed));
    }
  }

  /** The engine ends itself once it has handed over; one that does not is ended. */
  private void handOver() {
    if (orderSeen == null) {
      orderSeen = now();
    } else if (since(orderSeen).compareTo(END) > 0) {
      endChild();
    }
  }

  private void died(int code, boolean handedOver) throws GivesUp {
    Duration life = since(startedNanos);
    child = null;
    if (handedOver) {
      return;
    }
    if (code == USAGE || code == IN_USE) {
      throw new GivesUp(code, "the engine ended with " + code + ", which only a person can mend");
    }
    shortLives = life.compareTo(SHORT_LIFE) < 0 ? shortLives + 1 : 0;
    Duration pause = pause(shortLives);
    around
        .log()
        .accept(
            "engine %s ended with %d after %.1f s; started again in %d s"
                .formatted(childVersion, code, life.toMillis() / 1e3, pause.toSeconds()));
    pause(pause);
  }

  /** 1 s after a long life and after the first short one, then 2, 4, … 30 s. */
  static Duration pause(int shortLives) {
    int doublings = Math.min(5, Math.max(0, shortLives - 1));
    Duration pause = FIRST_PAUSE.multipliedBy(1L << doublings);
    return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
  }

  private void accept(UpgradeOrder order) throws IOException {
    around.log().accept("release %s is to go on trial".formatted(order.version()));
    write(record.ordered(order));
    around.folder().dropOrder();
    orderSeen = null;
    pausing = false;
  }

  // --- the new one -------------------------------------------------------------------------------

  private void prepare() throws IOException {
    endChild();
    // Left by a power cut between the record and its deletion.
    around.folder().dropOrder();
    try {
      around.sole().require();
      around.data().take();
    } catch (IOException e) {
      finish(Result.RETURNED, "it was not begun: " + e.getMessage(), Data.KEPT);
      return;
    }
    write(record.onTrial(around.folder().format()));
    try {
      launch(order().version());
    } catch (IOException e) {
      fail("it cannot be started: " + e.getMessage());
    }
  }

  private void trial() throws IOException {
    UpgradeOrder order = order();
    Child running = child;
    if (running == null) {
      fail("it does not run");
      return;
    }
    Optional<Integer> exit = running.exit();
    if (exit.isPresent()) {
      child = null;
      fail(
          "it ended with %d after %.1f s"
                  .formatted(exit.get(), since(startedNanos).toMillis() / 1e3)
              + (wellSince == null ? "" : ", while it was proving itself"));
      return;
    }
    if (lastLook != null && since(lastLook).compareTo(LOOK) < 0) {
      return;
    }
    Sight sight = around.probe().look(order.version(), order.cards(), order.proxies());
    long now = now();
    lastLook = now;
    if (sight.isWell()) {
      misses = 0;
      if (wellSince == null) {
        wellSince = now;
        around
            .log()
            .accept(
                "release %s is well after %.1f s; it has %d s to prove itself"
                    .formatted(
                        order.version(),
                        since(startedNanos).toMillis() / 1e3,
                        order.gate().toSeconds()));
      }
      if (now - wellSince >= order.gate().toNanos()) {
        finish(Result.CONFIRMED, "", Data.KEPT);
      }
      return;
    }
    if (!sight.trouble().equals(lastTrouble)) {
      around.log().accept("release %s: %s".formatted(order.version(), sight.trouble()));
    }
    lastTrouble = sight.trouble();
    misses++;
    if (sight.hopeless()) {
      fail(sight.trouble());
    } else if (wellSince != null && misses >= MISSES) {
      fail("it was well for a time, then: " + sight.trouble());
    } else if (wellSince == null && since(startedNanos).compareTo(order.healthyWithin()) > 0) {
      fail(
          "it was not well within %d s: %s"
              .formatted(order.healthyWithin().toSeconds(), sight.trouble()));
    }
  }

  private void fail(String cause) throws IOException {
    around.log().accept("release %s goes back: %s".formatted(order().version(), cause));
    write(record.returning(cause));
  }

  // --- and back ----------------------------------------------------------------------------------

  private void comeBack() throws IOException {
    endChild();
    around.sole().require();
    // The same form of the data: the stable release can go on with them, and nothing is forgotten.
    boolean same = record.format().equals(around.folder().format());
    write(record.into(same ? Phase.BACK : Phase.RESTORING));
    backDeaths = 0;
    backSince = null;
    pausing = false;
  }

  private void back() throws IOException {
    if (child == null) {
      if (isPausing()) {
        return;
      }
      if (backSince == null) {
        backSince = now();
      }
      launchStable();
      return;
    }
    Optional<Integer> exit = child.exit();
    if (exit.isPresent()) {
      child = null;
      backDeaths++;
      pause(FIRST_PAUSE);
      if (backDeaths >= BACK_DEATHS) {
        giveUpData("it ended with " + exit.get());
      }
      return;
    }
    if (lastLook != null && since(lastLook).compareTo(LOOK) < 0) {
      return;
    }
    // Cards and proxies may be away for reasons of their own: it serves, that is enough here.
    Sight sight = around.probe().look(record.stable(), 0, 0);
    lastLook = now();
    if (sight.isWell()) {
      finish(Result.RETURNED, record.cause(), Data.KEPT);
    } else if (since(Objects.requireNonNull(backSince)).compareTo(BACK_WITHIN) > 0) {
      giveUpData(sight.trouble());
    }
  }

  private void giveUpData(String why) throws IOException {
    around
        .log()
        .accept(
            "release %s does not run with the data as they are (%s): the checkpoint is put back"
                .formatted(record.stable(), why));
    write(record.into(Phase.RESTORING));
  }

  private void restore() throws IOException {
    endChild();
    around.sole().require();
    around.data().restore();
    finish(Result.RETURNED, record.cause(), Data.RESTORED);
  }

  private void finish(Result result, String cause, Data data) throws IOException {
    UpgradeOrder order = order();
    write(record.ended(result, cause, data, around.clock().instant()));
    around
        .log()
        .accept(
            result == Result.CONFIRMED
                ? "release %s is confirmed".formatted(order.version())
                : "the engine is at %s again, data %s"
                    .formatted(record.stable(), data == Data.KEPT ? "kept" : "put back"));
    pausing = false;
    shortLives = 0;
    // What is left over costs room only, and the next update clears it too.
    try {
      around.data().drop();
      around.releases().prune(record.stable(), order.from());
    } catch (IOException e) {
      around.log().accept("what is not needed any more stays: " + e.getMessage());
    }
  }

  // --- common ------------------------------------------------------------------------------------

  private UpgradeOrder order() {
    return Objects.requireNonNull(record.order());
  }

  private void write(GuardRecord next) throws IOException {
    around.folder().write(next);
    record = next;
  }

  private void launch(String version) throws IOException {
    if (child != null) {
      throw new IllegalStateException("an engine runs already");
    }
    startedNanos = now();
    lastLook = null;
    wellSince = null;
    misses = 0;
    lastTrouble = "";
    childVersion = version;
    child = around.children().start(version);
    around.log().accept("engine %s runs as process %d".formatted(version, child.pid()));
  }

  private void endChild() {
    Child running = child;
    if (running != null) {
      running.end(END);
      child = null;
    }
  }

  private boolean isPausing() {
    pausing &= now() < pauseUntil;
    return pausing;
  }

  private void pause(Duration time) {
    pausing = true;
    pauseUntil = now() + time.toNanos();
  }

  private long now() {
    return around.ticker().getAsLong();
  }

  private Duration since(long nanos) {
    return Duration.ofNanos(now() - nanos);
  }
}
