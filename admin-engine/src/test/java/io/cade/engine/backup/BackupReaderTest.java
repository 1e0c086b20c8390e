package io.cade.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.image.Digests;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that are as written, and such as are not. */
final class BackupReaderTest {
  private static final BackupManifest.Head HEAD =
      new BackupManifest.Head(
          BackupManifest.FORMAT, "lab", "1", Instant.parse("2026-01-01T00:00:00Z"), 7, 2, 1);
  private static final BackupReader.Sink NOWHERE = _ -> OutputStream.nullOutputStream();

  @TempDir Path dir;

  private byte[] backup() throws IOException {
    Path a = Files.writeString(dir.resolve("a"), "hello");
    Path b = Files.write(dir.resolve("b"), new byte[512]);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BackupWriter writer = new BackupWriter(out, HEAD);
    writer.add("users", a);
    writer.add("images/" + "0".repeat(64) + "/content/loader/" + "x".repeat(60), b);
    writer.finish();
    return out.toByteArray();
  }

  private static BackupManifest read(byte[] bytes) throws IOException {
    return BackupReader.read(new ByteArrayInputStream(bytes), NOWHERE);
  }

  /** An archive whose manifest is right, whatever the paths are. */
  private static byte[] crafted(String... paths) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<BackupManifest.Entry> entries = new ArrayList<>();
    for (String path : paths) {
      entries.add(new BackupManifest.Entry(path, 0, Digests.of(new byte[0])));
      out.write(new TarHeader(path, 0, 0).encode());
    }
    seal(out, new BackupManifest(HEAD, entries).encode());
    return out.toByteArray();
  }

  private static void seal(ByteArrayOutputStream out, byte[] json) throws IOException {
    for (var part :
        List.of(
            new Object[] {BackupManifest.PATH, json},
            new Object[] {
              BackupManifest.SEAL, (Digests.of(json) + "\n").getBytes(StandardCharsets.US_ASCII)
            })) {
      byte[] content = (byte[]) part[1];
      out.write(new TarHeader((String) part[0], content.length, 0).encode());
      out.write(content);
      out.write(new byte[TarHeader.padding(content.length)]);
    }
    out.write(new byte[1024]);
  }

  @Test
  void whatWasWrittenIsReadAgain() throws Exception {
    BackupManifest manifest = read(backup());
    assertThat(manifest.head()).isEqualTo(HEAD);
    assertThat(manifest.entries()).hasSize(2);
    assertThat(manifest.entries().getFirst())
        .isEqualTo(
            new BackupManifest.Entry(
                "users", 5, Digests.of("hello".getBytes(StandardCharsets.UTF_8))));
    assertThat(manifest.bytes()).isEqualTo(517);
  }

  @Test
  void anyTarCanListIt() throws Exception {
    Assumptions.assumeTrue(Files.exists(Path.of("/usr/bin/tar")), "needs tar (package tar)");
    Path file = Files.write(dir.resolve("backup.tar"), backup());
    Process tar = new ProcessBuilder("/usr/bin/tar", "-tf", file.toString()).start();
    assertThat(new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
        .hasSize(4)
        .startsWith("users")
        .endsWith(BackupManifest.PATH, BackupManifest.SEAL);
    assertThat(tar.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(tar.exitValue()).isZero();
  }

  @Test
  void aBackupCutOffAnywhereIsRefused() throws Exception {
    byte[] whole = backup();
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> read(cut)).as("cut to %d", length).isInstanceOf(BadBackup.class);
    }
    assertThatThrownBy(() -> read(new byte[0])).hasMessageContaining("empty");
  }

  @Test
  void anyAlteredOctetIsRefused() throws Exception {
    byte[] whole = backup();
    for (int at = 0; at < whole.length; at++) {
      byte[] altered = whole.clone();
      altered[at] ^= 1;
      assertThatThrownBy(() -> read(altered)).as("octet %d", at).isInstanceOf(BadBackup.class);
    }
  }

  @Test
  void anAlteredFileIsNamed() throws Exception {
    byte[] altered = backup();
    altered[TarHeader.BLOCK] ^= 1;
    assertThatThrownBy(() -> read(altered)).hasMessageContaining("'users' is not the one");
  }

  @Test
  void somethingBehindTheEndIsRefused() throws Exception {
    byte[] whole = backup();
    assertThatThrownBy(() -> read(Arrays.copyOf(whole, whole.length + 1)))
        .hasMessageContaining("behind its end");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../outside", "a/../../b", "/etc/passwd", "a//b", "./a", "a/", "a\\b", "a\nb"})
  void pathsThatLeaveTheDirectoryAreRefused(String path) throws Exception {
    byte[] bytes = crafted(path);
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(BadBackup.class)
        .hasMessageContaining("the path '");
  }

  @Test
  void aPathThatIsThereTwiceOrBelowAFileIsRefused() throws Exception {
    byte[] twice = crafted("users", "users");
    assertThatThrownBy(() -> read(twice)).hasMessageContaining("is there twice");
    byte[] below = crafted("pki", "pki/key");
    assertThatThrownBy(() -> read(below)).hasMessageContaining("below a file");
    byte[] both = crafted("pki/key", "pki");
    assertThatThrownBy(() -> read(both)).hasMessageContaining("both a file and a directory");
  }

  @Test
  void linksAndDirectoriesAreRefused() throws Exception {
    for (char type : "1256x".toCharArray()) {
      byte[] bytes = crafted("users");
      bytes[156] = (byte) type;
      assertThatThrownBy(() -> read(bytes))
          .isInstanceOf(BadBackup.class)
          .hasMessageContaining(type <= '2' ? "is a link" : "not a plain file");
    }
  }

  @Test
  void filesThatAreMissingOrTooManyAreRefused() throws Exception {
    byte[] whole = crafted("a", "b");
    byte[] without = Arrays.copyOfRange(whole, TarHeader.BLOCK, whole.length);
    assertThatThrownBy(() -> read(without)).hasMessageContaining("'b' is not in the manifest");
    ByteArrayOutputStream more = new ByteArrayOutputStream();
    more.write(whole, 0, 2 * TarHeader.BLOCK);
    more.write(new TarHeader("c", 0, 0).encode());
    more.write(whole, 2 * TarHeader.BLOCK, whole.length - 2 * TarHeader.BLOCK);
    assertThatThrownBy(() -> read(more.toByteArray()))
        .hasMessageContaining("'c' is not in the manifest");
  }

  @Test
  void moreThanTheLimitsIsRefusedBeforeItIsRead() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new TarHeader(BackupManifest.PATH, TarHeader.MAX_SIZE, 0).encode());
    assertThatThrownBy(() -> read(out.toByteArray())).hasMessageContaining("larger than");
  }

  @Test
  void aFormatOfALaterVersionIsRefused() throws Exception {
    BackupManifest.Head later =
        new BackupManifest.Head(BackupManifest.FORMAT + 1, "lab", "9.9", HEAD.taken(), 7, 2, 1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    seal(out, new BackupManifest(later, List.of()).encode());
    assertThatThrownBy(() -> read(out.toByteArray())).hasMessageContaining("'9.9'");
  }

  @Test
  void somethingElseIsNoBackup() {
    assertThatThrownBy(() -> read("x".repeat(2000).getBytes(StandardCharsets.US_ASCII)))
        .hasMessageContaining("not of a backup");
  }
}
