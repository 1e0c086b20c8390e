package io.cade.agent.device;

import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.FileItem;
import io.cade.agent.wire.DeviceItem.FirewallItem;
import io.cade.agent.wire.DeviceItem.PackageItem;
import io.cade.agent.wire.ItemDifference;
import io.cade.agent.wire.ModelStanding;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A device whose agent can be killed and started again, in a time that stands still. */
final class DeskWorld {
  static final Duration LOOK = Duration.ofSeconds(60);

  final Fuse fuse = new Fuse();
  final MemorySystem system = new MemorySystem(fuse);

  /** Monotonic nanoseconds, and the wall clock: apart, since clocks jump. */
  long nanos = 1_000;

  Instant wall = Instant.parse("2026-01-01T00:00:00Z");
  boolean diskFull;

  /** What is stored is there, and cannot be read. */
  boolean unreadable;

  DeviceState stored = DeviceState.empty();
  int stores;
  DeviceDesk desk = newDesk();

  private final class Memory implements DeviceJournal {
    @Override
    public DeviceState load() throws IOException {
      if (unreadable) {
        throw new IOException("too many open files");
      }
      return stored;
    }

    @Override
    public void store(DeviceState state) throws IOException {
      if (diskFull) {
        throw new IOException("no space left on device");
      }
      fuse.pass(() -> {
        stored = state;
        stores++;
      });
    }
  }

  private DeviceDesk newDesk() {
    return new DeviceDesk(system, new Memory(), LOOK, () -> nanos, () -> wall);
  }

  /** The agent dies and is started again; monotonic time begins somewhere else. */
  void restart() throws InterruptedException {
    nanos = -Math.abs(nanos * 31 + 7) % 1_000_000_000_000L;
    desk = newDesk();
    desk.start();
  }

  void pass(Duration time) throws InterruptedException {
    nanos += time.toNanos();
    wall = wall.plus(time);
    desk.work();
  }

  CommandResult run(Command.OfDevice command) throws InterruptedException {
    return desk.run(command);
  }

  CommandResult apply(long id, String label, int confirm, DeviceItem... items)
      throws InterruptedException {
    return run(new Command.ApplyModel(id, label, List.of(items), List.of(), confirm));
  }

  ModelStanding standing() {
    return desk.standing();
  }

  List<String> different() {
    return standing().differences().stream().map(ItemDifference::key).toList();
  }

  static FileItem file(String path, String content) {
    return new FileItem(path, content, "0644", "");
  }

  static PackageItem pack(String name, String version) {
    return new PackageItem(name, version);
  }

  static FirewallItem firewall(String rules) {
    return new FirewallItem("inet cade", rules);
  }
}
