package io.cade.sim.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoDirectoryTest {
  @TempDir Path folder;

  private static DemoFailure refusal(Path path) {
    return catchThrowableOfType(DemoFailure.class, () -> DemoDirectory.inspect(path));
  }

  @Test
  void inspectingWritesNothing() throws Exception {
    try (DemoDirectory _ = DemoDirectory.inspect(folder.resolve("a/b"))) {
      assertThat(folder).isEmptyDirectory();
    }
  }

  @Test
  void takingItMakesItForItsOwnerOnly() throws Exception {
    Path state = folder.resolve("a/b");
    try (DemoDirectory directory = DemoDirectory.inspect(state)) {
      directory.take();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
          .isEqualTo("rwx------");
      assertThat(state.resolve("format")).hasContent("1");
    }
  }

  @Test
  void aSecondDemonstrationIsAConflictUntilTheFirstEnds() throws Exception {
    try (DemoDirectory first = DemoDirectory.inspect(folder)) {
      first.take();
      DemoFailure refused = refusal(folder);
      assertThat(refused.exitCode()).isEqualTo(5);
      assertThat(refused.getMessage())
          .contains("process id " + ProcessHandle.current().pid())
          .hasLineCount(1);
    }
    try (DemoDirectory again = DemoDirectory.inspect(folder)) {
      again.take();
    }
  }

  @Test
  void aFileIsRefused() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThat(refusal(file).exitCode()).isEqualTo(1);
    assertThat(refusal(file.resolve("below")).getMessage()).contains("is a file").hasLineCount(1);
  }

  @Test
  void aNewerFormatIsRefusedAndUntouched() throws IOException {
    Files.writeString(folder.resolve("format"), "2\n");
    assertThat(refusal(folder).exitCode()).isEqualTo(1);
    assertThat(refusal(folder).getMessage()).contains("newer version").hasLineCount(1);
    assertThat(folder).isDirectoryNotContaining(p -> !p.endsWith("format"));
  }

  @Test
  void theEnginesNewerFormatIsRefusedToo() throws IOException {
    Files.createDirectory(folder.resolve("engine"));
    Files.writeString(folder.resolve("engine/format"), "9\n");
    assertThat(refusal(folder).getMessage()).contains("newer version");
  }

  @Test
  void somebodyElsesDirectoryIsRefused() throws IOException {
    Files.writeString(folder.resolve("format"), "ext4\n");
    assertThat(refusal(folder).getMessage()).contains("should hold a number");
  }

  @Test
  void aDirectoryWithOtherFilesIsRefusedAndStaysAsItIs() throws IOException {
    Files.writeString(folder.resolve("mydata"), "precious");
    assertThat(refusal(folder).getMessage()).contains("mydata", "--state DIR");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve("mydata"));
    }
  }
}
