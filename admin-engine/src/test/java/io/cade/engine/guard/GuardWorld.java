package io.cade.engine.guard;

import io.cade.engine.guard.GuardRecord.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A machine with a real disk, virtual time and engines that are played: each writes into the data
 * when it begins, and an old one cannot read what a newer one has migrated.
 */
final class GuardWorld {
  static final String OLD = "1.0";
  static final String NEW = "2.0";
  static final String ACKNOWLEDGED = "acknowledged before the update\n";

  /** What a release is like. */
  enum Nature {
    GOOD,
    CRASHES,
    HANGS,
    LIES_ABOUT_ITS_VERSION,
    DIES_IN_ITS_GATE,
    FALLS_ILL_IN_ITS_GATE,
    HEARS_NO_CARDS,
    MIGRATES_AND_HANGS,
    MIGRATES_AND_IS_GOOD,
    /** It says the same form of the data, and leaves them so that the old one cannot read them. */
    SPOILS_THE_DATA
  }

  final CutFiles files = new CutFiles();
  final GuardFolder folder;
  final List<String> said = new ArrayList<>();
  int starts;
  private final Path state;
  private final Nature nature;
  private long nanos = 1;
  private @Nullable Engine running;

  GuardWorld(Path state, Nature nature) throws IOException {
    this.state = state;
    this.nature = nature;
    this.folder = new GuardFolder(state, files);
    folder.make();
    Files.createDirectories(state.resolve("store"));
    Files.createDirectories(state.resolve("content"));
    Files.writeString(state.resolve("content/by-digest"), "content");
    Files.writeString(data(), ACKNOWLEDGED);
  }

  private Path data() {
    return state.resolve("store/data");
  }

  String stored() throws IOException {
    return Files.readString(data());
  }

  /** What the old engine does when an operator orders an update, without its own end. */
  void order() throws IOException {
    DurableFiles real = DurableFiles.real();
    new GuardFolder(state, real)
        .order(
            new UpgradeOrder(
                NEW,
                OLD,
                "operator",
                Instant.EPOCH,
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                5,
                2));
  }

  /** The old engine ends, having handed over. */
  void handedOver() {
    exit(10);
  }

  /** An engine dies. */
  void kill() {
    exit(137);
  }

  void exit(int code) {
    Engine engine = running;
    if (engine != null && engine.exit == null) {
      engine.exit = code;
    }
  }

  Guard guard() throws IOException {
    return Guard.open(
        new Guard.Surroundings(
            folder,
            new DataCopy(state, files),
            this::start,
            this::look,
            () -> {
              if (alive() != null) {
                throw new AssertionError("an engine has the data open");
              }
            },
            (_, _) -> {},
            () -> nanos,
            () -> Instant.EPOCH.plusNanos(nanos),
            said::add),
        OLD);
  }

  void pass(Duration time) {
    nanos += time.toNanos();
  }

  @Nullable String alive() {
    Engine engine = running;
    return engine == null || engine.exit().isPresent() ? null : engine.version;
  }

  /** The machine loses its power, or the guard is killed: no engine outlives that. */
  void dark() {
    kill();
    files.never();
  }

  private Guard.Child start(String version) throws IOException {
    if (alive() != null) {
      throw new AssertionError("two engines at once");
    }
    starts++;
    Engine engine = new Engine(version, nanos);
    running = engine;
    DurableFiles real = DurableFiles.real();
    boolean migrates = version.equals(NEW) && nature.name().startsWith("MIGRATES");
    boolean spoils = version.equals(NEW) && nature == Nature.SPOILS_THE_DATA;
    new GuardFolder(state, real).format(migrates ? "new" : "old");
    if (version.equals(OLD) && stored().contains("migrated")) {
      engine.exit = 1;
    } else {
      Files.writeString(
          data(),
          (migrates || spoils ? "migrated by " : "written by ") + version + "\n",
          StandardOpenOption.APPEND);
    }
    if (version.equals(NEW) && nature == Nature.CRASHES) {
      engine.exit = 1;
    }
    return engine;
  }

  private Guard.Sight look(String version, int cards, int proxies) {
    Engine engine = running;
    if (engine == null || engine.exit().isPresent()) {
      return new Guard.Sight("nobody answers", false);
    }
    boolean young = nanos - engine.began < Duration.ofSeconds(3).toNanos();
    if (young) {
      return new Guard.Sight("it is starting", false);
    }
    boolean proving = nanos - engine.began > Duration.ofSeconds(8).toNanos();
    if (engine.version.equals(OLD)) {
      return version.equals(OLD) ? Guard.Sight.WELL : new Guard.Sight("another version", true);
    }
    return switch (nature) {
      case GOOD, MIGRATES_AND_IS_GOOD, CRASHES, DIES_IN_ITS_GATE -> Guard.Sight.WELL;
      case HANGS, MIGRATES_AND_HANGS, SPOILS_THE_DATA -> new Guard.Sight("no answer", false);
      case LIES_ABOUT_ITS_VERSION -> new Guard.Sight("it says that it is version 1.9", true);
      case FALLS_ILL_IN_ITS_GATE ->
          proving ? new Guard.Sight("no answer any more", false) : Guard.Sight.WELL;
      case HEARS_NO_CARDS ->
          cards > 0 ? new Guard.Sight("it hears 0 cards", false) : Guard.Sight.WELL;
    };
  }

  private final class Engine implements Guard.Child {
    final String version;
    final long began;
    @Nullable Integer exit;

    Engine(String version, long began) {
      this.version = version;
      this.began = began;
    }

    @Override
    public long pid() {
      return 1000L + starts;
    }

    @Override
    public Optional<Integer> exit() {
      if (version.equals(NEW)
          && nature == Nature.DIES_IN_ITS_GATE
          && nanos - began > Duration.ofSeconds(8).toNanos()) {
        exit = 1;
      }
      return Optional.ofNullable(exit);
    }

    @Override
    public void end(Duration limit) {
      if (exit == null) {
        exit = 143;
      }
    }
  }

  /** Turns until an outcome is on record and an engine has run on for a time. */
  GuardRecord settle(Guard guard) throws Exception {
    int calm = 0;
    for (int i = 0; i < 4_000; i++) {
      guard.turn();
      pass(Duration.ofMillis(200));
      boolean quiet =
          guard.record().phase() == Phase.IDLE
              && guard.record().outcome() != null
              && alive() != null;
      calm = quiet ? calm + 1 : 0;
      if (calm > 20) {
        return guard.record();
      }
    }
    throw new AssertionError("no end: " + guard.record() + " " + said);
  }
}
