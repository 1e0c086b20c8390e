package io.cade.engine.conduct;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.WireJson;
import io.cade.engine.change.Commit;
import io.cade.engine.model.Change;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.ImageUpdate.Stage;
import io.cade.engine.model.ImageUpdate.State;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A pass is one commit: when a whole cabinet goes on at once it still has to fit into one. */
final class LargePassTest {
  private final World world = new World();
  private long largest;

  private void passes() {
    world.now = world.now.plusSeconds(1);
    for (int i = 0; i < 20; i++) {
      Plan plan =
          world.conductor.decide(
              world.cabinet, world.observations.snapshot(), world.listeningSince, world.now);
      if (plan.changes().isEmpty()) {
        return;
      }
      Commit commit = new Commit(world.cabinet.position() + 1, world.now, plan.changes());
      largest = Math.max(largest, new WireJson().encode(commit).length);
      world.apply(plan.changes().toArray(Change[]::new));
    }
    throw new AssertionError("the conductor does not come to rest");
  }

  private ImageUpdate update() {
    return Objects.requireNonNull(world.cabinet.updates().get("blade"));
  }

  @Test
  void twoHundredAndEightyCardsThatGetAnImageInOnePassFitIntoACommit() {
    for (int chassis = 1; chassis <= 20; chassis++) {
      for (int slot = 1; slot <= 14; slot++) {
        world.boot(chassis + "." + slot, 1, "0123456789abcdef-" + chassis + "-" + slot);
      }
    }
    world.apply(
        new Change.ImageUpdateChanged(
            new ImageUpdate(
                "blade",
                new ImageUpdate.Image("sha256:b", "2", 2, 0, "x86_64", "server", "sha256:n", 100),
                List.of("1"),
                new ImageUpdate.Course(280, 280, "", Duration.ofSeconds(9), Duration.ofSeconds(9)),
                Stage.RUNNING,
                world.now,
                List.of(),
                "ann",
                "")));
    passes();
    assertThat(update().cards()).hasSize(280).allMatch(c -> c.state() == State.STAGING);
    assertThat(update().cards())
        .as("each has the command that its step is about")
        .allMatch(c -> world.cabinet.queue(c.position()).command(c.command()).isPresent());
    assertThat(largest).isBetween(1L, (long) WireJson.MAX_MESSAGE_BYTES / 8);
  }
}
