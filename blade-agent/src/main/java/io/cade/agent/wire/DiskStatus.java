package io.cade.agent.wire;

/**
 * One of a card's mirrored data disks (SPEC C4).
 *
 * @param number 0 or 1, the place in the card
 * @param serial of the disk, empty when it is missing or does not say
 * @param state what the mirror makes of it
 * @param rebuildPercent how much of it holds the mirror's data again; 100 when healthy, 0 when the
 *     disk takes no part
 */
public record DiskStatus(int number, String serial, State state, int rebuildPercent) {
  /** What a disk is to its mirror. */
  public enum State {
    /** In the mirror, with all of its data. */
    HEALTHY,
    /** In the mirror; its data are being copied from the other disk. */
    REBUILDING,
    /** Thrown out of the mirror by errors. */
    FAILED,
    /** No disk in its place, or one that the mirror does not know yet. */
    MISSING
  }

  public DiskStatus {
    Limits.range("number", number, 0, 7);
    Limits.text("serial", serial, 64);
    Limits.range("rebuildPercent", rebuildPercent, 0, 100);
  }
}
