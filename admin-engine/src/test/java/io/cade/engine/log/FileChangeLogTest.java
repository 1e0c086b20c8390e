package io.cade.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileChangeLogTest extends ChangeLogContract {
  @TempDir Path directory;

  @Override
  ChangeLog open() throws IOException {
    return FileChangeLog.open(directory.resolve("log"), 1_000);
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
      byte[] torn = java.util.Arrays.copyOf(whole, whole.length - cut);
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
    bytes[40] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("damaged at byte 8")
        .hasMessageContaining("backup");
    assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
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
