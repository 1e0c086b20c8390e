package io.cade.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PackageTest {
  private static final Instant CREATED = Instant.parse("2026-05-04T03:02:01Z");

  @TempDir Path dir = Path.of("unset");
  private final KeyPair keys = PackageKeys.generate(new SecureRandom());
  private Path site = Path.of("unset");

  @BeforeEach
  void site() throws IOException {
    site = Files.createDirectories(dir.resolve("site"));
    Files.createDirectories(site.resolve("img/deep"));
    Files.writeString(site.resolve("index.html"), "<h1>shop</h1>");
    Files.writeString(site.resolve("img/deep/ä.svg"), "<svg/>");
    Files.writeString(site.resolve("empty.txt"), "");
  }

  private PackageBuilder builder() {
    return new PackageBuilder("shop", "1.0", "static-site", 7, CREATED);
  }

  @Test
  void sameInputGivesSameBytes() throws Exception {
    var first = builder().directory(site).write(dir.resolve("a.cade"), keys.getPrivate());
    var second =
        builder()
            .file("img/deep/ä.svg", "<svg/>".getBytes(UTF_8))
            .file("index.html", "<h1>shop</h1>".getBytes(UTF_8))
            .file("empty.txt", new byte[0])
            .write(dir.resolve("b.cade"), keys.getPrivate());

    assertThat(Files.readAllBytes(dir.resolve("a.cade")))
        .isEqualTo(Files.readAllBytes(dir.resolve("b.cade")));
    assertThat(first).isEqualTo(second);
    assertThat(first.digest()).isEqualTo(Digests.of(dir.resolve("a.cade")));
    assertThat(first.bytes()).isEqualTo(Files.size(dir.resolve("a.cade")));
  }

  @Test
  void anotherFileGivesAnotherDigest() throws Exception {
    var first = builder().directory(site).write(dir.resolve("a.cade"), keys.getPrivate());
    Files.writeString(site.resolve("index.html"), "<h1>shoq</h1>");
    var second = builder().directory(site).write(dir.resolve("a.cade"), keys.getPrivate());

    assertThat(second.digest()).isNotEqualTo(first.digest());
  }

  @Test
  void unpackingGivesBackWhatWasPacked() throws Exception {
    Path file = dir.resolve("a.cade");
    var built = builder().directory(site).write(file, keys.getPrivate());
    Path target = dir.resolve("unpacked");

    PackageCheck check = PackageReader.unpack(file, keys.getPublic(), target);

    assertThat(check).isEqualTo(new PackageCheck.Verified(built.manifest()));
    assertThat(PackageReader.verify(file, keys.getPublic())).isEqualTo(check);
    assertThat(target.resolve("content/img/deep/ä.svg")).hasContent("<svg/>");
    assertThat(target.resolve("content/empty.txt")).isEmptyFile();
    assertThat(Files.getLastModifiedTime(target.resolve("content/index.html")).toInstant())
        .isEqualTo(CREATED);
    assertThat(PackageReader.verifyUnpacked(target, keys.getPublic())).isEqualTo(check);
  }

  @Test
  void existingTargetIsLeftAlone() throws Exception {
    Path file = dir.resolve("a.cade");
    builder().directory(site).write(file, keys.getPrivate());
    Path target = Files.createDirectory(dir.resolve("unpacked"));

    assertThatThrownBy(() -> PackageReader.unpack(file, keys.getPublic(), target))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(target).isEmptyDirectory();
  }

  @Test
  void changedUnpackedFilesAreNoticed() throws Exception {
    Path file = dir.resolve("a.cade");
    builder().directory(site).write(file, keys.getPrivate());
    Path target = dir.resolve("unpacked");
    PackageReader.unpack(file, keys.getPublic(), target);
    Path index = target.resolve("content/index.html");

    Files.writeString(index, "<h1>evil</h1>");
    assertThat(PackageReader.verifyUnpacked(target, keys.getPublic()))
        .isEqualTo(new PackageCheck.Rejected("file 'index.html' was changed"));
    Files.delete(index);
    assertThat(PackageReader.verifyUnpacked(target, keys.getPublic()))
        .isEqualTo(new PackageCheck.Rejected("files are missing, for example index.html"));
    Files.createSymbolicLink(index, site.resolve("index.html"));
    assertThat(PackageReader.verifyUnpacked(target, keys.getPublic()))
        .isEqualTo(new PackageCheck.Rejected("file 'index.html' is not declared"));
    Files.delete(target.resolve("manifest.sig"));
    assertThat(PackageReader.verifyUnpacked(target, keys.getPublic()))
        .isEqualTo(new PackageCheck.Rejected("manifest.sig is missing"));
  }

  @Test
  void linksInTheInputAreRefused() throws Exception {
    Files.createSymbolicLink(site.resolve("passwd"), Path.of("/etc/passwd"));

    assertThatThrownBy(() -> builder().directory(site))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("passwd is a link");
  }

  @Test
  void builderRefusesPathsThatLeaveTheContent() {
    byte[] x = {1};
    assertThatThrownBy(() -> builder().file("../x", x)).hasMessageContaining("leaves");
    assertThatThrownBy(() -> builder().file("/x", x)).hasMessageContaining("absolute");
    assertThatThrownBy(() -> builder().file("a//x", x)).hasMessageContaining("plain form");
    assertThatThrownBy(() -> builder().file("a\\x", x)).hasMessageContaining("forbidden");
    assertThatThrownBy(() -> builder().file("x", x).file("x", x)).hasMessageContaining("twice");
    assertThatThrownBy(() ->
            builder().file("x", x).file("x/y", x).write(dir.resolve("a.cade"), keys.getPrivate()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("both a file and a directory");
    assertThat(dir.resolve("a.cade")).doesNotExist();
  }

  @Test
  void keysSurviveTheirFilesAndArePrivate() throws Exception {
    Path file = dir.resolve("package.key");
    KeyPair made = PackageKeys.loadOrCreate(file, new SecureRandom());
    KeyPair again = PackageKeys.loadOrCreate(file, new SecureRandom());

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(again.getPublic()).isEqualTo(made.getPublic());
    PackageKeys.storePublic(dir.resolve("package.pub"), made.getPublic());
    assertThat(PackageKeys.loadPublic(dir.resolve("package.pub"))).isEqualTo(made.getPublic());
    assertThat(PackageKeys.parsePublic(PackageKeys.publicPem(made.getPublic())))
        .isEqualTo(made.getPublic());
    assertThatThrownBy(() -> PackageKeys.loadPrivate(dir.resolve("package.pub")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no PEM block PRIVATE KEY");
  }

  @Test
  void digestsHaveOneForm() {
    String digest = Digests.of("abc".getBytes(UTF_8));

    assertThat(digest)
        .isEqualTo("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(Digests.hex(digest)).hasSize(64);
    assertThat(Digests.isDigest("sha256:BA78")).isFalse();
    assertThatThrownBy(() -> Digests.hex("../../etc")).isInstanceOf(IllegalArgumentException.class);
  }
}
