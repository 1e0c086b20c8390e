package io.cade.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way known to us in which a package can lie; most of them signed with the right key. */
final class PackageAttackTest {
  private static final String SOME = "sha256:" + "0".repeat(64);

  @TempDir Path dir = Path.of("unset");
  private final KeyPair keys = PackageKeys.generate(new SecureRandom());

  private void assertRejected(byte[] forged, String reason) throws IOException {
    Path parent = Files.createDirectories(dir.resolve("cards"));
    Path file = Files.write(dir.resolve("forged.cade"), forged);

    PackageCheck unpacked =
        PackageReader.unpack(file, keys.getPublic(), parent.resolve("unpacked"));

    assertThat(unpacked).isInstanceOf(PackageCheck.Rejected.class);
    assertThat(((PackageCheck.Rejected) unpacked).reason()).contains(reason);
    assertThat(PackageReader.verify(file, keys.getPublic())).isEqualTo(unpacked);
    assertThat(parent).as("what is left behind").isEmptyDirectory();
    try (Stream<Path> beside = Files.list(dir)) {
      assertThat(beside.map(p -> p.getFileName().toString()).toList())
          .containsExactlyInAnyOrder("cards", "forged.cade");
    }
  }

  private void assertRejected(ForgedPackage forged, String reason) throws IOException {
    assertRejected(forged.bytes(keys.getPrivate()), reason);
  }

  @Test
  void anHonestForgeryPasses() throws IOException {
    Path file = new ForgedPackage().file("a", "x").write(dir.resolve("f"), keys.getPrivate());
    assertThat(PackageReader.verify(file, keys.getPublic()))
        .isInstanceOf(PackageCheck.Verified.class);
  }

  @Test
  void packageOfAnotherKeyIsRejected() throws IOException {
    KeyPair other = PackageKeys.generate(new SecureRandom());
    assertRejected(new ForgedPackage().file("a", "x").bytes(other.getPrivate()), "signature");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../evil", "a/../../evil", "a/./b", "a//b", "..", "a/..", "a\\..\\b", "C:evil"})
  void pathsThatLeaveTheDirectoryAreRejected(String path) throws IOException {
    assertRejected(new ForgedPackage().file(path, "x"), "path '" + path);
  }

  @Test
  void absolutePathIsRejected() throws IOException {
    Path evil = dir.resolve("evil");
    assertRejected(new ForgedPackage().file(evil.toString(), "x"), "absolute");
    assertThat(evil).doesNotExist();
  }

  @Test
  void overlongAndEmptyPathsAreRejected() throws IOException {
    assertRejected(new ForgedPackage().file("a".repeat(241), "x"), "241 characters");
    assertRejected(new ForgedPackage().file("", "x"), "empty path");
  }

  @Test
  void linkIsRejected() throws IOException {
    byte[] zip = new ForgedPackage().file("a", "/etc/passwd").bytes(keys.getPrivate());
    int last = lastIndexOf(zip, "PK\1\2");
    // External attributes: mode 0120777, a symbolic link to its content.
    zip[last + 40] = (byte) 0xff;
    zip[last + 41] = (byte) 0xa1;
    assertRejected(zip, "'content/a' is a link");
  }

  @Test
  void duplicateNamesAreRejected() throws IOException {
    byte[] zip =
        new ForgedPackage()
            .file("aa", "1")
            .declare("bb", "2")
            .entry("content/bb", "2")
            .bytes(keys.getPrivate());
    String text = new String(zip, ISO_8859_1).replace("content/bb", "content/aa");
    assertRejected(text.getBytes(ISO_8859_1), "'content/aa' is there twice");
  }

  @Test
  void duplicateDeclarationsAreRejected() throws IOException {
    assertRejected(new ForgedPackage().declare("a", "x").file("a", "x"), "is there twice");
  }

  @Test
  void fileThatIsAlsoADirectoryIsRejected() throws IOException {
    assertRejected(new ForgedPackage().file("a", "x").file("a/b", "y"), "both a file and");
  }

  @Test
  void undeclaredMissingAndMisplacedFilesAreRejected() throws IOException {
    assertRejected(
        new ForgedPackage().file("a", "x").entry("content/b", "y"), "'content/b' is not declared");
    assertRejected(new ForgedPackage().file("a", "x").entry("b", "y"), "'b' is not declared");
    assertRejected(new ForgedPackage().file("a", "x").declare("b", "y"), "'content/b' is missing");
    assertRejected(
        new ForgedPackage()
            .declare("a", "x")
            .declare("b", "y")
            .entry("content/b", "y")
            .entry("content/a", "x"),
        "not in the order");
  }

  @Test
  void wrongDigestAndWrongSizeAreRejected() throws IOException {
    assertRejected(
        new ForgedPackage().declare("a", 1, SOME).entry("content/a", "x"), "another digest");
    assertRejected(
        new ForgedPackage().declare("a", 2, SOME).entry("content/a", "x"),
        "has 1 bytes, 2 are declared");
  }

  @Test
  void changedContentIsRejected() throws IOException {
    byte[] zip = new ForgedPackage().file("a", "good content").bytes(keys.getPrivate());
    String text = new String(zip, ISO_8859_1).replace("good content", "evil content");
    assertRejected(text.getBytes(ISO_8859_1), "another digest");
  }

  @Test
  void sizeBombsAreRejected() throws IOException {
    assertRejected(
        new ForgedPackage().declare("a", (1L << 30) + 1, SOME), "larger than 1073741824 bytes");
    assertRejected(
        new ForgedPackage().declare("a", 1L << 30, SOME).declare("b", 1, SOME), "larger than");
    assertRejected(
        new ForgedPackage().declare("a", Long.MAX_VALUE, SOME).declare("b", Long.MAX_VALUE, SOME),
        "larger than");
    assertRejected(new ForgedPackage().declare("a", -1, SOME), "malformed");
  }

  @Test
  void tooManyFilesAreRejected() throws IOException {
    ForgedPackage declaredOnly = new ForgedPackage();
    for (int i = 0; i <= 10_000; i++) {
      declaredOnly.declare("f" + i, 0, SOME);
    }
    assertRejected(declaredOnly, "10001 files, 10000 are allowed");
    ForgedPackage there = new ForgedPackage();
    for (int i = 0; i <= 10_000; i++) {
      there.entry("content/f" + i, "");
    }
    assertRejected(there, "10003 entries");
  }

  @Test
  void compressedEntriesAreRejected() throws IOException {
    assertRejected(
        new ForgedPackage().declare("a", "0".repeat(999)).compressed("content/a", "0".repeat(999)),
        "is compressed");
  }

  @Test
  void malformedManifestsAreRejected() throws IOException {
    for (String json :
        List.of(
            "",
            "null",
            "[]",
            "{}",
            ForgedPackage.manifestJson("") + "x",
            ForgedPackage.manifestJson("null"),
            ForgedPackage.manifestJson("").replace("\"format\":1", "\"format\":1,\"x\":1"),
            ForgedPackage.manifestJson("").replace("\"build\":1", "\"build\":1,\"build\":2"),
            "[".repeat(100_000))) {
      assertRejected(new ForgedPackage().manifest(json), "manifest is malformed");
    }
    String good = ForgedPackage.manifestJson("");
    assertRejected(
        new ForgedPackage().manifest(good.replace("\"format\":1", "\"format\":2")), "format 2");
    assertRejected(
        new ForgedPackage().manifest(good.replace("static-site", "a\\u001bb")), "control");
    assertRejected(
        new ForgedPackage().manifest(good.replace("2026-01-01", "yesterday")), "no instant");
    assertRejected(new ForgedPackage().manifest(good.replace("\"n\"", "\"\"")), "name");
  }

  @Test
  void archivesThatSayTwoThingsAreRejected() throws IOException {
    byte[] zip = new ForgedPackage().file("aa", "1").bytes(keys.getPrivate());
    String text = new String(zip, ISO_8859_1);
    int local = text.indexOf("content/aa");
    byte[] twoNames = zip.clone();
    twoNames[local + 9] = 'b';
    assertRejected(twoNames, "two things");
    assertRejected(("x" + text).getBytes(ISO_8859_1), "wrong size");
    assertRejected((text + "x").getBytes(ISO_8859_1), "does not end the file");
  }

  @Test
  void everyTruncationIsRejected() throws IOException {
    byte[] zip = new ForgedPackage().file("a", "x").bytes(keys.getPrivate());
    for (int length = 0; length < zip.length; length++) {
      assertRejected(java.util.Arrays.copyOf(zip, length), "");
    }
  }

  @Test
  void flippedBytesNeverWriteOutsideAndNeverThrow() throws IOException {
    long seed = new SecureRandom().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    byte[] zip = new ForgedPackage().file("a", "x").file("b/c", "yy").bytes(keys.getPrivate());
    Path parent = Files.createDirectories(dir.resolve("cards"));
    for (int round = 0; round < 2_000; round++) {
      byte[] bad = zip.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      Path file = Files.write(dir.resolve("forged.cade"), bad);
      Path target = parent.resolve("unpacked");
      PackageCheck check = PackageReader.unpack(file, keys.getPublic(), target);
      if (check instanceof PackageCheck.Verified) {
        // The flipped byte was one that carries nothing, such as a time stamp.
        assertThat(PackageReader.verifyUnpacked(target, keys.getPublic())).isEqualTo(check);
        PackageReader.deleteTree(target);
      }
      assertThat(parent).isEmptyDirectory();
    }
  }

  private static int lastIndexOf(byte[] bytes, String text) {
    return new String(bytes, ISO_8859_1).lastIndexOf(text);
  }
}
