package io.cade.agent.run;

import io.cade.agent.wire.DiskStatus;
import java.io.IOException;
import java.util.List;

/** A card's mirrored data disks (SPEC C4). Calls may block for a moment; one caller at a time. */
public interface DiskArray {
  /** The disks as they are, at most 8; empty for a card without. */
  List<DiskStatus> disks();

  /**
   * Takes a replaced disk into the mirror, which then copies its data to it.
   *
   * @throws IOException when that is not possible; says why
   */
  void add(int disk) throws IOException;

  /** A card without disks. */
  static DiskArray none() {
    return new DiskArray() {
      @Override
      public List<DiskStatus> disks() {
        return List.of();
      }

      @Override
      public void add(int disk) throws IOException {
        throw new IOException("this card has no mirrored disks");
      }
    };
  }
}
