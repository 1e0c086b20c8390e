package io.cade.sim.cabinet;

import io.cade.agent.run.DiskArray;
import io.cade.agent.wire.DiskStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Two mirrored disks as Linux' md shows them: a failed one is thrown out, a new one waits until it
 * is added, then its data are copied. Thread-safe.
 */
final class SimulatedDisks implements DiskArray {
  private static final double REBUILD_SECONDS = 60;

  private static final class Disk {
    final int generation;
    DiskStatus.State state;
    double rebuilt;

    Disk(int generation, DiskStatus.State state, double rebuilt) {
      this.generation = generation;
      this.state = state;
      this.rebuilt = rebuilt;
    }
  }

  private final String card;
  // Guarded by this.
  private final List<Disk> disks = new ArrayList<>();

  SimulatedDisks(String card) {
    this.card = card;
    disks.add(new Disk(1, DiskStatus.State.HEALTHY, 1));
    disks.add(new Disk(1, DiskStatus.State.HEALTHY, 1));
  }

  @Override
  public synchronized List<DiskStatus> disks() {
    List<DiskStatus> all = new ArrayList<>();
    for (int i = 0; i < disks.size(); i++) {
      Disk disk = disks.get(i);
      all.add(
          new DiskStatus(
              i,
              "%s-D%d%02d".formatted(card, i, disk.generation),
              disk.state,
              (int) (disk.rebuilt * 100)));
    }
    return all;
  }

  @Override
  public synchronized void add(int number) throws IOException {
    Disk disk = disks.get(number);
    if (disk.state != DiskStatus.State.MISSING) {
      throw new IOException("disk " + number + " is " + disk.state + ": replace it first");
    }
    if (disks.get(1 - number).state != DiskStatus.State.HEALTHY) {
      throw new IOException("there is no sound disk to copy from");
    }
    disk.state = DiskStatus.State.REBUILDING;
  }

  /** The disk breaks. */
  synchronized void fail(int number) {
    Disk disk = disks.get(number);
    disk.state = DiskStatus.State.FAILED;
    disk.rebuilt = 0;
  }

  /** A technician puts in another disk. */
  synchronized void replace(int number) {
    disks.set(number, new Disk(disks.get(number).generation % 99 + 1, DiskStatus.State.MISSING, 0));
  }

  /** Time passes on a card that has power. */
  synchronized void advance(double seconds) {
    for (Disk disk : disks) {
      if (disk.state == DiskStatus.State.REBUILDING) {
        disk.rebuilt = Math.min(1, disk.rebuilt + seconds / REBUILD_SECONDS);
        if (disk.rebuilt >= 1) {
          disk.state = DiskStatus.State.HEALTHY;
        }
      }
    }
  }
}
