package io.cade.agent.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.core.AgentMemory;
import io.cade.agent.wire.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class MemoryFileTest {
  @TempDir Path dir = Path.of("unset");

  /** Of a card that carried out some commands. */
  private static AgentMemory memory(long commands, String detail) {
    return new AgentMemory(
        "key",
        LongStream.rangeClosed(1, commands)
            .mapToObj(id -> new CommandResult(id, true, detail))
            .toList(),
        null,
        List.of(),
        List.of());
  }

  private static AgentMemory loaded(Path directory) throws IOException {
    return new MemoryFile(directory).load();
  }

  @Test
  void whatIsStoredIsThereAfterARestartAndReadableForItsOwnerOnly() throws IOException {
    MemoryFile file = new MemoryFile(dir);
    assertThat(file.load()).isEqualTo(AgentMemory.empty());
    // Longer ones and shorter ones, so that nothing of the one before shines through.
    for (int commands : List.of(1, 64, 2, 0, 3)) {
      file.store(memory(commands, "x".repeat(1_000)));
      assertThat(loaded(dir)).isEqualTo(memory(commands, "x".repeat(1_000)));
    }
    try (Stream<Path> files = Files.list(dir)) {
      assertThat(files)
          .hasSize(2)
          .allSatisfy(each ->
              assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                  .isEqualTo("rw-------"));
    }
  }

  @Test
  void aFullDiskKeepsNoMemoryFromBeingStored() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(256)) {
      MemoryFile file = new MemoryFile(disk.directory());
      file.load();
      file.store(memory(1, ""));
      disk.fill();
      for (int commands = 2; commands <= 64; commands++) {
        file.store(memory(commands, ""));
        // What was a moment ago the room of the one before is nobody else's.
        disk.fill();
        assertThat(loaded(disk.directory())).isEqualTo(memory(commands, ""));
      }
      // Also by the next agent, which finds the disk as it is.
      MemoryFile next = new MemoryFile(disk.directory());
      next.load();
      next.store(memory(5, ""));
      assertThat(loaded(disk.directory())).isEqualTo(memory(5, ""));
    }
  }

  @Test
  void aMemoryThatNeedsMoreThanTheRoomThatWasMadeLeavesTheOneBeforeUntilThereIsSome()
      throws Exception {
    try (SmallDisk disk = SmallDisk.mount(512)) {
      MemoryFile file = new MemoryFile(disk.directory());
      file.load();
      file.store(memory(1, ""));
      disk.fill();
      AgentMemory large = memory(64, "x".repeat(1_000));
      assertThatThrownBy(() -> file.store(large)).isInstanceOf(IOException.class);
      assertThat(loaded(disk.directory())).isEqualTo(memory(1, ""));
      file.store(memory(2, ""));
      disk.makeRoom();
      file.store(large);
      assertThat(loaded(disk.directory())).isEqualTo(large);
    }
  }

  @Test
  void anAgentThatWasEndedBetweenTwoRenamingsFindsOneMemoryOrTheOther() throws IOException {
    MemoryFile file = new MemoryFile(dir);
    file.load();
    file.store(memory(1, ""));
    // Before the first one: the file that counts has two names. What is written must not reach it.
    Files.createLink(dir.resolve(".memory.former"), dir.resolve("memory.json"));
    assertThat(loaded(dir)).isEqualTo(memory(1, ""));
    // After the first one: the spare file has the name of neither.
    Files.move(dir.resolve(".memory.spare"), dir.resolve(".memory.former"));
    MemoryFile next = new MemoryFile(dir);
    assertThat(next.load()).isEqualTo(memory(1, ""));
    next.store(memory(2, ""));
    assertThat(loaded(dir)).isEqualTo(memory(2, ""));
  }

  @Test
  void aMemoryOfAnEarlierAgentIsReadAndTakesPart() throws IOException {
    MemoryFile file = new MemoryFile(dir);
    file.store(memory(1, ""));
    Path json = dir.resolve("memory.json");
    Files.writeString(json, Files.readString(json).strip());
    assertThat(file.load()).isEqualTo(memory(1, ""));
    file.store(memory(2, ""));
    file.store(memory(3, ""));
    assertThat(loaded(dir)).isEqualTo(memory(3, ""));
    assertThat(Files.size(json)).isEqualTo(Files.size(dir.resolve(".memory.spare")));
  }
}
