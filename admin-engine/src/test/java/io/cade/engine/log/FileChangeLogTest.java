package io.cade.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.change.Commit;
import io.cade.engine.model.Change;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileChangeLogTest extends ChangeLogContract {
  @TempDir Path directory;

  @Override
  ChangeLog open() throws IOException {
    return FileChangeLog.open(directory.resolve("log"), 1_000);
  }

  private Path big() {
    return directory.resolve("big");
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("log"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void segmentsAreRotatedAndOldOnesDeleted() throws Exception {
    try (ChangeLog log = open()) {
      for (int i = 1; i <= 50; i++) {
        log.append(commits(i, i));
      }
      int before = files().size();
      assertThat(before).isGreaterThan(3);
      log.truncate(45);
      assertThat(files().size()).isLessThan(before);
      assertThat(replayed(log, 45)).isEqualTo(commits(46, 50));
      assertThatThrownBy(() -> replayed(log, 0)).hasMessageContaining("missing");
    }
  }

  @Test
  void onlyTheOwnerCanReadIt() throws Exception {
    try (ChangeLog log = open()) {
      log.append(commits(1, 1));
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files().getFirst())))
        .isEqualTo("rw-------");
  }

  @Test
  void aTailTornAnywhereIsCutOffAndNothingElseIsLost() throws Exception {
    try (ChangeLog log = open()) {
      log.append(commits(1, 3));
    }
    Path file = files().getLast();
    byte[] whole = Files.readAllBytes(file);
    int lastRecord = (whole.length - 8) / 3;
    for (int cut = 1; cut < lastRecord; cut++) {
      byte[] torn = Arrays.copyOf(whole, whole.length - cut);
      Files.write(file, torn);
      try (ChangeLog log = open()) {
        assertThat(log.lastPosition()).as("cut by %d", cut).isEqualTo(2);
        log.append(commits(3, 3));
        assertThat(replayed(log, 0)).isEqualTo(commits(1, 3));
      }
    }
  }

  @Test
  void garbageAfterTheLastRecordIsCutOff() throws Exception {
    try (ChangeLog log = open()) {
      log.append(commits(1, 3));
    }
    byte[] garbage = new byte[100];
    long seed = 42;
    new Random(seed).nextBytes(garbage);
    Files.write(files().getLast(), garbage, StandardOpenOption.APPEND);
    try (ChangeLog log = open()) {
      assertThat(replayed(log, 0)).isEqualTo(commits(1, 3));
    }
  }

  @Test
  void damageInFrontOfSoundRecordsIsRefusedWithFileAndOffset() throws Exception {
    try (ChangeLog log = open()) {
      log.append(commits(1, 3));
    }
    Path file = files().getLast();
    byte[] bytes = Files.readAllBytes(file);
    bytes[60] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("damaged at byte 8")
        .hasMessageContaining("backup");
    assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
  }

  @Test
  void damageInAnOlderSegmentIsFoundWhenItIsNeeded() throws Exception {
    try (ChangeLog log = open()) {
      for (int i = 1; i <= 20; i++) {
        log.append(commits(i, i));
      }
    }
    Path oldest = files().getFirst();
    byte[] bytes = Files.readAllBytes(oldest);
    bytes[bytes.length - 3] ^= 1;
    Files.write(oldest, bytes);
    try (ChangeLog log = open()) {
      assertThat(log.lastPosition()).isEqualTo(20);
      assertThatThrownBy(() -> replayed(log, 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(oldest.toString())
          .hasMessageContaining("damaged at byte");
    }
  }

  /** Three batches of three; the offset at which each record starts. */
  private List<Integer> threeBatches(Path file) throws Exception {
    try (ChangeLog log = FileChangeLog.open(big(), 1 << 20)) {
      log.append(commits(1, 3));
      log.append(commits(4, 6));
      log.append(commits(7, 9));
    }
    byte[] bytes = Files.readAllBytes(file);
    List<Integer> starts = new ArrayList<>();
    for (int at = SegmentFile.HEADER; at < bytes.length; at = CommitCodec.end(bytes, at)) {
      starts.add(at);
    }
    return starts;
  }

  @Test
  void aBatchWhoseLaterPartReachedTheDiskFirstIsCutOff() throws Exception {
    Path file = big().resolve(SegmentFile.name(1));
    List<Integer> starts = threeBatches(file);
    byte[] bytes = Files.readAllBytes(file);
    // The power failed while the last batch was written: its first record is not there.
    Arrays.fill(bytes, starts.get(6), starts.get(7), (byte) 0);
    Files.write(file, bytes);
    try (ChangeLog log = FileChangeLog.open(big(), 1 << 20)) {
      assertThat(replayed(log, 0)).isEqualTo(commits(1, 6));
      log.append(commits(7, 7));
    }
    try (ChangeLog log = FileChangeLog.open(big(), 1 << 20)) {
      assertThat(replayed(log, 0)).isEqualTo(commits(1, 7));
    }
  }

  @Test
  void aHoleInABatchThatWasAcknowledgedIsRefused() throws Exception {
    Path file = big().resolve(SegmentFile.name(1));
    List<Integer> starts = threeBatches(file);
    byte[] bytes = Files.readAllBytes(file);
    Arrays.fill(bytes, starts.get(3), starts.get(4), (byte) 0);
    Files.write(file, bytes);
    assertThatThrownBy(() -> FileChangeLog.open(big(), 1 << 20))
        .hasMessageContaining("damaged at byte " + starts.get(3));
  }

  @Test
  void oneWrongBitInTheLastBatchIsNoTornWriteAndIsRefused() throws Exception {
    Path file = big().resolve(SegmentFile.name(1));
    List<Integer> starts = threeBatches(file);
    for (int bit = starts.get(6); bit < starts.get(7); bit++) {
      byte[] bytes = Files.readAllBytes(file);
      byte[] rotten = bytes.clone();
      rotten[bit] ^= 0x10;
      Files.write(file, rotten);
      assertThatThrownBy(() -> FileChangeLog.open(big(), 1 << 20))
          .as("byte %d", bit)
          .hasMessageContaining("damaged at byte " + starts.get(6));
      Files.write(file, bytes);
    }
  }

  @Test
  void aSegmentThatWasOnlyBegunIsNoDamage() throws Exception {
    try (ChangeLog log = open()) {
      log.append(commits(1, 3));
    }
    for (byte[] begun : List.of(new byte[0], new byte[5], new byte[4096])) {
      Files.write(directory.resolve("log").resolve(SegmentFile.name(4)), begun);
      try (ChangeLog log = open()) {
        assertThat(log.lastPosition()).isEqualTo(3);
        assertThat(replayed(log, 0)).isEqualTo(commits(1, 3));
      }
    }
    try (ChangeLog log = open()) {
      log.append(commits(4, 5));
      assertThat(replayed(log, 0)).isEqualTo(commits(1, 5));
    }
  }

  @Test
  void aMissingSegmentIsRefused() throws Exception {
    try (ChangeLog log = open()) {
      for (int i = 1; i <= 50; i++) {
        log.append(commits(i, i));
      }
    }
    Files.delete(files().get(1));
    try (ChangeLog log = open()) {
      assertThatThrownBy(() -> replayed(log, 0)).hasMessageContaining("changes are missing");
    }
  }

  @Test
  void roomAheadIsNoPartOfTheLogAfterAPowerCut() throws Exception {
    Path cut = directory.resolve("cut");
    Files.createDirectory(cut);
    try (ChangeLog log = FileChangeLog.open(big(), 1 << 20)) {
      log.append(commits(1, 3));
      log.append(commits(4, 6));
      Path file = big().resolve(SegmentFile.name(1));
      assertThat(Files.size(file)).isGreaterThan(FileChangeLog.AHEAD_BYTES);
      // What the disk holds when the power fails now.
      Files.copy(file, cut.resolve(SegmentFile.name(1)));
    }
    assertThat(Files.size(big().resolve(SegmentFile.name(1)))).isLessThan(2_000);
    try (ChangeLog log = FileChangeLog.open(cut, 1 << 20)) {
      assertThat(replayed(log, 0)).isEqualTo(commits(1, 6));
      log.append(commits(7, 7));
    }
    try (ChangeLog log = FileChangeLog.open(cut, 1 << 20)) {
      assertThat(replayed(log, 0)).isEqualTo(commits(1, 7));
    }
  }

  @Test
  void roomThatAnOlderSegmentKeptIsNoDamage() throws Exception {
    try (ChangeLog log = open()) {
      for (int i = 1; i <= 20; i++) {
        log.append(commits(i, i));
      }
    }
    assertThat(files().size()).isGreaterThan(1);
    Files.write(files().getFirst(), new byte[4096], StandardOpenOption.APPEND);
    try (ChangeLog log = open()) {
      assertThat(replayed(log, 0)).isEqualTo(commits(1, 20));
    }
  }

  @Test
  void roomIsMadeAgainWhenItIsUsedUp() throws Exception {
    Path file = big().resolve(SegmentFile.name(1));
    List<Commit> all = new ArrayList<>();
    try (ChangeLog log = FileChangeLog.open(big(), 8 << 20)) {
      for (int i = 1; i <= 30; i++) {
        String text = ("" + i % 10).repeat(50_000);
        Commit commit =
            new Commit(i, Instant.EPOCH, List.of(new Change.Audited("anna", text, "done")));
        all.add(commit);
        log.append(List.of(commit));
        assertThat(Files.size(file)).isGreaterThan(50_000L * i);
      }
      assertThat(replayed(log, 0)).isEqualTo(all);
    }
    try (ChangeLog log = FileChangeLog.open(big(), 8 << 20)) {
      assertThat(replayed(log, 0)).isEqualTo(all);
    }
  }

  @Test
  void aForeignFileIsNamed() throws Exception {
    open().close();
    Files.writeString(directory.resolve("log").resolve("notes.log"), "x");
    assertThatThrownBy(this::open).hasMessageContaining("notes.log");
  }

  @Test
  void afterAFailedWriteNothingIsTakenUntilTheLogIsOpenedAgain() throws Exception {
    Path folder = directory.resolve("log");
    Path aside = directory.resolve("aside");
    try (ChangeLog log = FileChangeLog.open(folder, 10)) {
      log.append(commits(1, 1));
      // The next batch needs a new segment, for which there is no place.
      Files.move(folder, aside);
      assertThatThrownBy(() -> log.append(commits(2, 2))).isInstanceOf(IOException.class);
      Files.move(aside, folder);
      assertThatThrownBy(() -> log.append(commits(2, 2)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("restart the engine");
      assertThat(log.lastPosition()).isEqualTo(1);
    }
    try (ChangeLog log = FileChangeLog.open(folder, 10)) {
      log.append(commits(2, 2));
      assertThat(replayed(log, 0)).isEqualTo(commits(1, 2));
    }
  }

  @Test
  void aCommitThatIsTooLargeIsRefusedAndTheLogGoesOn() throws Exception {
    try (ChangeLog log = open()) {
      Commit huge =
          new Commit(
              1,
              Instant.EPOCH,
              List.of(new Change.Audited("anna", "x".repeat(CommitCodec.MAX_BODY), "")));
      assertThatThrownBy(() -> log.append(List.of(huge)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("limit");
      log.append(commits(1, 1));
      assertThat(replayed(log, 0)).isEqualTo(commits(1, 1));
    }
  }

  @Test
  void aBatchLargerThanTheBufferIsWrittenWhole() throws Exception {
    List<Commit> large = new ArrayList<>();
    for (int i = 1; i <= 40; i++) {
      String text = ("" + i % 10).repeat(20_000 * (1 + i % 3) + i);
      large.add(new Commit(i, Instant.EPOCH, List.of(new Change.Audited("anna", text, "done"))));
    }
    try (ChangeLog log = open()) {
      log.append(large);
    }
    try (ChangeLog log = open()) {
      assertThat(replayed(log, 0)).isEqualTo(large);
    }
  }

  @Test
  void aChangeThatThisVersionDoesNotKnowIsNamed() throws Exception {
    try (ChangeLog log = open()) {
      log.append(commits(1, 1));
    }
    Path file = files().getFirst();
    byte[] body =
        "{\"position\":2,\"at\":\"2026-11-21T10:00:00Z\",\"changes\":[{\"type\":\"tea-made\"}]}"
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer rest = ByteBuffer.allocate(8 + body.length).putLong(2).put(body);
    CRC32C crc = new CRC32C();
    crc.update(rest.array());
    ByteBuffer record =
        ByteBuffer.allocate(8 + rest.capacity())
            .putInt(body.length)
            .putInt((int) crc.getValue())
            .put(rest.array());
    Files.write(file, record.array(), StandardOpenOption.APPEND);
    try (ChangeLog log = open()) {
      assertThat(log.lastPosition()).isEqualTo(2);
      assertThatThrownBy(() -> replayed(log, 0))
          .hasMessageContaining(file.toString())
          .hasMessageContaining("not one that this version understands");
    }
  }

  @Test
  void aLogOfANewerFormatIsRefused() throws Exception {
    try (ChangeLog log = open()) {
      log.append(commits(1, 1));
    }
    Path file = files().getLast();
    byte[] bytes = Files.readAllBytes(file);
    bytes[7] = 9;
    Files.write(file, bytes);
    assertThatThrownBy(this::open).hasMessageContaining("newer version");
  }

  @Test
  void aClosedLogTakesNothing() throws Exception {
    ChangeLog log = open();
    log.close();
    assertThatThrownBy(() -> log.append(commits(1, 1))).isInstanceOf(IOException.class);
  }
}
