package io.cade.engine.boottree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.CardPosition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryUploadsTest {
  private static final CardPosition CARD = new CardPosition(1, 3);
  private static final CardPosition OTHER = new CardPosition(1, 4);

  @TempDir private Path root;
  private DirectoryUploads uploads;

  @BeforeEach
  void open() throws Exception {
    uploads = DirectoryUploads.open(root, new UploadLimits(100, 150, 3, 0));
  }

  @Test
  void aFileIsThereWhenItIsCompleteAndNotBefore() throws Exception {
    try (Upload upload = opened("crash/core")) {
      upload.write(new byte[] {1, 2});
      assertThat(root.resolve("1.3/crash/core")).doesNotExist();
      upload.write(new byte[] {3});
      upload.complete();
    }
    assertThat(root.resolve("1.3/crash/core")).hasBinaryContent(new byte[] {1, 2, 3});
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(root.resolve("1.3/crash/core"))))
        .isEqualTo("rw-------");
    assertThat(root.resolve(".parts")).isEmptyDirectory();
  }

  @Test
  void whatIsGivenUpLeavesNothing() throws Exception {
    Upload upload = opened("log/boot");
    upload.write(new byte[50]);
    upload.close();
    assertThat(root.resolve("1.3/log")).doesNotExist();
    assertThat(root.resolve(".parts")).isEmptyDirectory();
  }

  @Test
  void aRestartClearsWhatWasBeingWritten() throws Exception {
    opened("log/boot").write(new byte[5]);
    DirectoryUploads.open(root, UploadLimits.usual());
    assertThat(root.resolve(".parts")).isEmptyDirectory();
  }

  @Test
  void onlyNamesInTheOpenFoldersAreTaken() throws Exception {
    for (String name :
        new String[] {"core", "boot/x", "crash", "crash/a/b", "log/.x", "crash/.."}) {
      assertThat(uploads.open(CARD, name, OptionalLong.empty()))
          .as(name)
          .isEqualTo(new UploadLookup.Refused(BootOutcome.REFUSED_UPLOAD_PATH));
    }
  }

  @Test
  void aCrashDumpIsKeptAndALogReplaced() throws Exception {
    put("crash/core", 10);
    put("log/boot", 10);
    assertThat(uploads.open(CARD, "crash/core", OptionalLong.empty()))
        .isEqualTo(new UploadLookup.Refused(BootOutcome.REFUSED_UPLOAD_EXISTS));
    put("log/boot", 20);
    assertThat(Files.size(root.resolve("1.3/log/boot"))).isEqualTo(20);
  }

  @Test
  void aFileHasItsLimitWithAndWithoutAnAnnouncement() throws Exception {
    assertThat(uploads.open(CARD, "crash/core", OptionalLong.of(101)))
        .isEqualTo(new UploadLookup.Refused(BootOutcome.REFUSED_UPLOAD_SPACE));
    try (Upload upload = opened("crash/core")) {
      upload.write(new byte[100]);
      assertThatThrownBy(() -> upload.write(new byte[1])).isInstanceOf(Upload.NoRoom.class);
    }
    put("crash/core", 100);
  }

  @Test
  void aCardHasItsShareAndItsNeighbourAnother() throws Exception {
    put("crash/a", 100);
    try (Upload upload = opened("crash/b")) {
      upload.write(new byte[50]);
      assertThatThrownBy(() -> upload.write(new byte[1])).isInstanceOf(Upload.NoRoom.class);
    }
    assertThat(uploads.open(OTHER, "crash/b", OptionalLong.of(100)))
        .isInstanceOf(UploadLookup.Opened.class);
    put("crash/c", 10);
    put("crash/d", 10);
    assertThat(uploads.open(CARD, "crash/e", OptionalLong.empty()))
        .as("three files are there")
        .isEqualTo(new UploadLookup.Refused(BootOutcome.REFUSED_UPLOAD_SPACE));
    Files.delete(root.resolve("1.3/crash/a"));
    put("crash/e", 100);
  }

  private Upload opened(String name) throws Exception {
    return ((UploadLookup.Opened) uploads.open(CARD, name, OptionalLong.empty())).upload();
  }

  private void put(String name, int bytes) throws Exception {
    try (Upload upload = opened(name)) {
      upload.write(new byte[bytes]);
      upload.complete();
    }
  }
}
