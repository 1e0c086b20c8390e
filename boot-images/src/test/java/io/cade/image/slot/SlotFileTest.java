package io.cade.image.slot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlotFileTest {
  @TempDir private Path folder;

  private static SlotState state(long build) {
    SlotState.Installation outcome =
        SlotState.empty().install("sha256:" + build, "v", build, 0, Optional.empty());
    return ((SlotState.Installation.Allowed) outcome).next();
  }

  private SlotFile opened() throws IOException {
    SlotFile file = new SlotFile(folder);
    file.load();
    return file;
  }

  @Test
  void anEmptyStoreIsAnEmptyCard() throws Exception {
    assertThat(new SlotFile(folder).load()).isEqualTo(SlotState.empty());
  }

  @Test
  void whatWasStoredIsReadAgain() throws Exception {
    SlotFile file = opened();
    for (long build = 1; build <= 5; build++) {
      file.store(state(build));
      assertThat(opened().load()).isEqualTo(state(build));
    }
    SlotState full =
        new SlotState(
            state(3).a(),
            null,
            Slot.A,
            Slot.A,
            2,
            java.util.List.of(new SlotState.DowngradePermit("anna", "why not", 1, 5)));
    file.store(full);
    assertThat(opened().load()).isEqualTo(full);
  }

  @Test
  void aDamagedNewestStateLeavesTheOneBeforeIt() throws Exception {
    SlotFile file = opened();
    file.store(state(1));
    file.store(state(2));
    Path newest = folder.resolve("slots.0");
    byte[] whole = Files.readAllBytes(newest);
    for (int length = 0; length < whole.length; length++) {
      Files.write(newest, java.util.Arrays.copyOf(whole, length));
      assertThat(opened().load()).as("cut after %d bytes", length).isEqualTo(state(1));
      byte[] flipped = whole.clone();
      flipped[length] ^= 4;
      Files.write(newest, flipped);
      assertThat(opened().load()).as("flipped byte %d", length).isEqualTo(state(1));
    }
  }

  @Test
  void aCardWhoseStatesAreBothDamagedSaysSoInsteadOfForgettingItsFloor() throws Exception {
    SlotFile file = opened();
    file.store(state(1));
    file.store(state(2));
    Files.write(folder.resolve("slots.0"), new byte[9]);
    Files.write(folder.resolve("slots.1"), new byte[9]);
    assertThatThrownBy(() -> new SlotFile(folder).load()).hasMessageContaining("both damaged");
  }
}
