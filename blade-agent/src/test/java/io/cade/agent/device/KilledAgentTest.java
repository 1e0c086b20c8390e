package io.cade.agent.device;

import static io.cade.agent.device.DeskWorld.file;
import static io.cade.agent.device.DeskWorld.firewall;
import static io.cade.agent.device.DeskWorld.pack;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.Command;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.KernelItem;
import io.cade.agent.wire.DeviceItem.UnitItem;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The agent is killed at every durable step of a change (each entry of the journal, each item), and
 * again at every step of what it does afterwards: all of the change, or nothing of it.
 */
final class KilledAgentTest {
  private static final List<DeviceItem> FIRST =
      List.of(
          pack("nginx", "1"),
          file("/etc/motd", "one\n"),
          file("/srv/leaves", "x\n"),
          new KernelItem("vm.swappiness", "10"));
  private static final List<DeviceItem> SECOND =
      List.of(
          pack("nginx", "2"),
          file("/etc/motd", "two\n"),
          firewall("tcp dport ssh accept"),
          new UnitItem("nginx", true, true));

  /** What the device is like, and what it says of itself. */
  private record Seen(String label, Map<String, DeviceItem> items) {
    static Seen of(DeskWorld world) {
      return new Seen(world.standing().label(), new TreeMap<>(world.system.items));
    }
  }

  private static DeskWorld prepared(boolean fails) throws InterruptedException {
    DeskWorld world = new DeskWorld();
    world.system.put(file("/etc/motd", "factory\n"));
    world.system.put(new KernelItem("vm.swappiness", "60"));
    world.desk.start();
    assertThat(world.run(new Command.ApplyModel(1, "server/1", FIRST, List.of(), 0)).succeeded())
        .isTrue();
    if (fails) {
      world.system.stuck.add("unit:nginx");
    }
    return world;
  }

  @ParameterizedTest
  @CsvSource({"false,false,0", "false,true,0", "true,false,0", "true,true,0", "false,true,60"})
  void changeIsWholeOrNotAtAll(boolean fails, boolean after, int confirmSeconds)
      throws InterruptedException {
    Command.ApplyModel change =
        new Command.ApplyModel(2, "server/2", SECOND, List.of(), confirmSeconds);
    DeskWorld calm = prepared(fails);
    Seen before = Seen.of(calm);
    calm.run(change);
    Seen whole = Seen.of(calm);
    assertThat(whole.equals(before)).isEqualTo(fails);

    int first = 0;
    int cuts = 0;
    boolean cut = true;
    for (; cut; first++) {
      boolean again = true;
      cut = false;
      for (int second = 0; again && second < 40; second++) {
        DeskWorld world = prepared(fails);
        again = false;
        world.fuse.blowAt(first, after);
        try {
          world.run(change);
          world.fuse.mend();
        } catch (PowerCut e) {
          cut = true;
          cuts++;
          world.fuse.blowAt(second, after);
          try {
            world.restart();
            world.fuse.mend();
          } catch (PowerCut twice) {
            again = true;
            world.fuse.mend();
            world.restart();
          }
        }
        String when = "killed at step " + first + ", then at " + second;
        assertThat(Seen.of(world)).as(when).isIn(before, whole);
        assertThat(world.standing().differences()).as(when).isEmpty();

        // The engine, which has heard nothing, sends the command again.
        boolean succeeded = world.run(change).succeeded();
        assertThat(Seen.of(world)).as(when).isEqualTo(succeeded ? whole : before);
        world.system.stuck.clear();
        world.pass(Duration.ofHours(1));
        assertThat(Seen.of(world))
            .as(when + ", an hour later")
            .isEqualTo(succeeded && confirmSeconds == 0 ? whole : before);
        assertThat(world.run(new Command.ApplyModel(3, "", List.of(), List.of(), 0)).succeeded())
            .isTrue();
        assertThat(world.system.items)
            .as(when + ", without a model")
            .isEqualTo(
                Map.of(
                    "file:/etc/motd",
                    file("/etc/motd", "factory\n"),
                    "kernel:vm.swappiness",
                    new KernelItem("vm.swappiness", "60")));
      }
    }
    assertThat(cuts).as("power cuts").isGreaterThan(first);
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void takingBackThatIsInterruptedGoesOn(boolean after) throws InterruptedException {
    boolean cut = true;
    for (int step = 0; cut; step++) {
      DeskWorld world = prepared(false);
      Seen before = Seen.of(world);
      world.run(new Command.ApplyModel(2, "server/2", SECOND, List.of(), 60));
      cut = false;
      world.fuse.blowAt(step, after);
      try {
        world.pass(Duration.ofSeconds(60));
      } catch (PowerCut e) {
        cut = true;
      }
      world.fuse.mend();
      if (cut) {
        world.restart();
        world.desk.work();
      }
      assertThat(Seen.of(world)).as("killed at step %d of taking back", step).isEqualTo(before);
      assertThat(world.standing().problem())
          .isEqualTo("change 2 was taken back: not confirmed within 60 s");
      assertThat(world.run(new Command.ConfirmChange(3, 2)).succeeded()).isFalse();
    }
  }
}
