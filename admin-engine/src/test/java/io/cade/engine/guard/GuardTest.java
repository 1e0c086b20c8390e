package io.cade.engine.guard;

import static io.cade.engine.guard.GuardWorld.ACKNOWLEDGED;
import static io.cade.engine.guard.GuardWorld.NEW;
import static io.cade.engine.guard.GuardWorld.OLD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.guard.CutFiles.PowerCut;
import io.cade.engine.guard.GuardRecord.Data;
import io.cade.engine.guard.GuardRecord.Outcome;
import io.cade.engine.guard.GuardRecord.Phase;
import io.cade.engine.guard.GuardRecord.Result;
import io.cade.engine.guard.GuardWorld.Nature;
import io.cade.engine.store.RestoredData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The guard's decisions in virtual time, and what a power cut at each change of the disk does. */
final class GuardTest {
  @TempDir private Path temp;

  private GuardWorld world(String name, Nature nature) throws Exception {
    return new GuardWorld(Files.createDirectory(temp.resolve(name)), nature);
  }

  /** A guard whose stable release runs, and to which another one was just handed over. */
  private static Guard ordered(GuardWorld world) throws Exception {
    Guard guard = world.guard();
    guard.turn();
    assertThat(world.alive()).isEqualTo(OLD);
    world.pass(Duration.ofSeconds(20));
    world.order();
    world.handedOver();
    return guard;
  }

  private static Outcome outcome(GuardRecord record) {
    return Objects.requireNonNull(record.outcome());
  }

  @Test
  void aReleaseThatStaysWellBecomesTheStableOne() throws Exception {
    GuardWorld world = world("good", Nature.GOOD);
    GuardRecord end = world.settle(ordered(world));
    assertThat(end.stable()).isEqualTo(NEW);
    assertThat(outcome(end).result()).isEqualTo(Result.CONFIRMED);
    assertThat(world.alive()).isEqualTo(NEW);
    assertThat(world.stored()).contains(ACKNOWLEDGED, "written by " + NEW);
    assertThat(world.folder.root().resolve("checkpoint")).doesNotExist();
    // And what dies later is started again as what it is now.
    world.dark();
    Guard again = world.guard();
    again.turn();
    assertThat(world.alive()).isEqualTo(NEW);
  }

  @ParameterizedTest
  @EnumSource(
      value = Nature.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"GOOD", "MIGRATES_AND_IS_GOOD"})
  void aReleaseThatIsNotWellGoesBackAndTheCauseIsTold(Nature nature) throws Exception {
    GuardWorld world = world("bad", nature);
    GuardRecord end = world.settle(ordered(world));
    assertThat(world.alive()).isEqualTo(OLD);
    assertThat(end.stable()).isEqualTo(OLD);
    Outcome outcome = outcome(end);
    assertThat(outcome.number()).isEqualTo(1);
    assertThat(outcome.result()).isEqualTo(Result.RETURNED);
    assertThat(outcome.cause())
        .contains(
            switch (nature) {
              case CRASHES -> "it ended with 1";
              case HANGS, MIGRATES_AND_HANGS, SPOILS_THE_DATA -> "not well within 60 s: no answer";
              case LIES_ABOUT_ITS_VERSION -> "it says that it is version 1.9";
              case DIES_IN_ITS_GATE -> "while it was proving itself";
              case FALLS_ILL_IN_ITS_GATE -> "it was well for a time, then: no answer any more";
              case HEARS_NO_CARDS -> "it hears 0 cards";
              case GOOD, MIGRATES_AND_IS_GOOD -> throw new AssertionError(nature);
            });
    boolean restored = nature == Nature.MIGRATES_AND_HANGS || nature == Nature.SPOILS_THE_DATA;
    assertThat(outcome.data()).isEqualTo(restored ? Data.RESTORED : Data.KEPT);
    assertThat(world.stored()).startsWith(ACKNOWLEDGED).doesNotContain("migrated");
    if (restored) {
      assertThat(world.folder.root().resolve("set-aside/store/data"))
          .content()
          .contains("migrated");
      assertThat(world.folder.root().resolveSibling(RestoredData.MARK))
          .as("the engine that starts is to know")
          .exists();
    } else {
      assertThat(world.folder.root().resolveSibling(RestoredData.MARK)).doesNotExist();
      assertThat(world.stored()).as("nothing is forgotten").contains("written by " + NEW);
    }
  }

  @ParameterizedTest
  @EnumSource(Nature.class)
  void aPowerCutAtAnyChangeOfTheDiskLeadsToOneReleaseOrTheOther(Nature nature) throws Exception {
    GuardWorld whole = world("whole", nature);
    Guard guard = ordered(whole);
    whole.files.cut(Integer.MAX_VALUE, false);
    GuardRecord undisturbed = whole.settle(guard);
    int steps = whole.files.done();
    assertThat(steps).isGreaterThan(8);
    int cuts = 0;
    for (int step = 0; step < steps; step++) {
      for (boolean after : new boolean[] {false, true}) {
        GuardWorld world = world(step + "-" + after, nature);
        Guard first = ordered(world);
        world.files.cut(step, after);
        GuardRecord end;
        try {
          end = world.settle(first);
        } catch (PowerCut e) {
          cuts++;
          world.dark();
          Guard second = world.guard();
          end = world.settle(second);
        }
        String where =
            nature + " cut at " + step + (after ? " after" : " before") + " " + world.said;
        String runs = world.alive();
        assertThat(runs).as(where).isEqualTo(end.stable());
        assertThat(end.phase()).as(where).isEqualTo(Phase.IDLE);
        assertThat(outcome(end).number()).as(where).isEqualTo(1);
        assertThat(outcome(end).result())
            .as(where)
            .isEqualTo(NEW.equals(runs) ? Result.CONFIRMED : Result.RETURNED);
        assertThat(world.stored()).as(where).startsWith(ACKNOWLEDGED);
        if (OLD.equals(runs)) {
          assertThat(world.stored()).as(where).doesNotContain("migrated");
        }
        assertThat(Files.exists(world.folder.root().resolveSibling(RestoredData.MARK)))
            .as(where)
            .isEqualTo(outcome(end).data() == Data.RESTORED);
        if (outcome(undisturbed).result() == Result.RETURNED) {
          assertThat(runs).as(where).isEqualTo(OLD);
        }
      }
    }
    assertThat(cuts).as("cuts that hit").isGreaterThan(steps);
  }

  @Test
  void aSecondCutWhileTheCheckpointIsPutBackDoesNoHarm() throws Exception {
    for (int first = 0; first < 12; first++) {
      GuardWorld world = world("twice-" + first, Nature.MIGRATES_AND_HANGS);
      Guard guard = ordered(world);
      while (guard.record().phase() != Phase.RESTORING) {
        guard.turn();
        world.pass(Duration.ofMillis(500));
      }
      for (int cut = 0; cut < 3; cut++) {
        world.files.cut((first + cut) % 12, cut % 2 == 0);
        try {
          guard.turn();
          guard.turn();
        } catch (PowerCut e) {
          world.dark();
        }
        world.dark();
        guard = world.guard();
      }
      GuardRecord end = world.settle(guard);
      assertThat(world.alive()).isEqualTo(OLD);
      assertThat(outcome(end).data()).isEqualTo(Data.RESTORED);
      assertThat(world.stored()).startsWith(ACKNOWLEDGED).doesNotContain("migrated");
    }
  }

  @Test
  void anEngineThatDiesIsStartedAgainAfterGrowingPauses() throws Exception {
    GuardWorld world = world("dies", Nature.GOOD);
    Guard guard = world.guard();
    guard.turn();
    for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
      int before = world.starts;
      world.kill();
      guard.turn();
      world.pass(Duration.ofSeconds(seconds).minusMillis(1));
      guard.turn();
      assertThat(world.starts).as("%d s are not over", seconds).isEqualTo(before);
      world.pass(Duration.ofMillis(1));
      guard.turn();
      assertThat(world.starts).isEqualTo(before + 1);
    }
    world.pass(Guard.SHORT_LIFE);
    world.kill();
    guard.turn();
    world.pass(Guard.FIRST_PAUSE);
    guard.turn();
    assertThat(world.alive()).isEqualTo(OLD);
  }

  @Test
  void anEngineThatHandsOverAndDoesNotEndIsEnded() throws Exception {
    GuardWorld world = world("stays", Nature.GOOD);
    Guard guard = world.guard();
    guard.turn();
    world.order();
    GuardRecord end = world.settle(guard);
    assertThat(end.stable()).isEqualTo(NEW);
  }

  @Test
  void wrongConfigurationIsLeftToAPerson() throws Exception {
    GuardWorld world = world("usage", Nature.GOOD);
    Guard guard = world.guard();
    guard.turn();
    world.exit(2);
    assertThatThrownBy(guard::turn)
        .isInstanceOfSatisfying(Guard.GivesUp.class, e -> assertThat(e.code()).isEqualTo(2));
  }

  @Test
  void aRecordThatCannotBeReadIsRefusedWithWhatToDo() throws Exception {
    GuardWorld world = world("damaged", Nature.GOOD);
    world.guard();
    Files.writeString(world.folder.recordFile(), "phase=SOMETHING\n");
    assertThatThrownBy(world::guard)
        .hasMessageContaining("record")
        .hasMessageContaining("remove it");
  }

  @Test
  void whoeverInstallsAnotherVersionByHandMeansIt() throws Exception {
    GuardWorld world = world("by-hand", Nature.GOOD);
    world.folder.write(GuardRecord.first("0.9").withStable("0.9.1", "0.9"));
    Guard guard = world.guard();
    assertThat(guard.record().stable()).isEqualTo(OLD);
    guard.turn();
    assertThat(world.alive()).isEqualTo(OLD);
  }
}
