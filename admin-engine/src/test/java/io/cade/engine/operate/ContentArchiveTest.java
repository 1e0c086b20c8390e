package io.cade.engine.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.change.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentArchiveTest {
  @TempDir Path dir;
  private ContentStore store;

  @BeforeEach
  void open() throws Exception {
    store = ContentStore.open(dir.resolve("contents"));
  }

  /** A ZIP of files that each hold their own name. */
  public static byte[] zip(String... names) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (String name : names) {
        out.putNextEntry(new ZipEntry(name));
        if (!name.endsWith("/")) {
          out.write(name.getBytes(StandardCharsets.UTF_8));
        }
        out.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  private Path upload(byte[] bytes) throws IOException {
    return Files.write(store.temporary(), bytes);
  }

  private void assertRefused(byte[] upload, Refusal.Kind kind, String why) throws IOException {
    Path from = upload(upload);
    assertThatThrownBy(() -> ContentArchive.rewrite(from, store.temporary()))
        .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.kind()).isEqualTo(kind))
        .hasMessageContaining(why);
  }

  @Test
  void goodContentIsKeptUnderItsDigestAndComesOutAsItWentIn() throws Exception {
    Path checked = store.temporary();
    ContentArchive.rewrite(upload(zip("index.html", "css/", "css/a.css")), checked);
    ContentStore.Stored stored = store.adopt(checked);

    Path file = store.find(stored.digest()).orElseThrow();
    assertThat(Files.size(file)).isEqualTo(stored.bytes());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    Path out = Files.createDirectory(dir.resolve("out"));
    ContentArchive.unpack(file, out);
    assertThat(out.resolve("css/a.css")).hasContent("css/a.css");
    assertThat(out.resolve("index.html")).hasContent("index.html");
    try (ZipFile zip = new ZipFile(file.toFile())) {
      assertThat(zip.stream().map(ZipEntry::getName).toList())
          .containsExactly("index.html", "css/a.css");
    }
  }

  @Test
  void sameContentHasTheSameDigestWheneverItWasPacked() throws Exception {
    ByteArrayOutputStream later = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(later)) {
      ZipEntry entry = new ZipEntry("a");
      entry.setTime(1_000_000_000_000L);
      out.putNextEntry(entry);
      out.write('a');
      out.closeEntry();
    }
    Path one = store.temporary();
    Path two = store.temporary();
    ContentArchive.rewrite(upload(zip("a")), one);
    ContentArchive.rewrite(upload(later.toByteArray()), two);

    assertThat(store.adopt(one)).isEqualTo(store.adopt(two));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../evil",
        "a/../../evil",
        "/etc/passwd",
        "a//b",
        "./a",
        "a/./b",
        "..",
        "a\\..\\b",
        "C:evil",
        "a\nb",
        "../",
        "/"
      })
  void pathThatIsNotPlainIsRefused(String path) throws Exception {
    assertRefused(zip("index.html", path), Refusal.Kind.CONTENT, "in the content");
  }

  @Test
  void pathThatIsTooLongIsRefused() throws Exception {
    assertRefused(zip("x".repeat(241)), Refusal.Kind.CONTENT, "240");
  }

  @Test
  void fileThatIsAlsoADirectoryIsRefused() throws Exception {
    assertRefused(zip("a", "a/b"), Refusal.Kind.CONTENT, "both a file and a directory");
  }

  @Test
  void whatIsNoZipOrEmptyOrCutOffIsRefused() throws Exception {
    assertRefused(new byte[0], Refusal.Kind.CONTENT, "not a complete ZIP");
    assertRefused(
        "hello".getBytes(StandardCharsets.UTF_8), Refusal.Kind.CONTENT, "not a complete ZIP");
    assertRefused(zip("only/"), Refusal.Kind.CONTENT, "no file in");
    byte[] whole = zip("index.html".repeat(10));
    assertRefused(Arrays.copyOf(whole, 140), Refusal.Kind.CONTENT, "");
  }

  @Test
  void anUploadCutOffBetweenTwoFilesIsNotTakenForASmallerOne() throws Exception {
    byte[] whole = zip("index.html", "second.html", "third.html");
    for (int cut = 1; cut < whole.length; cut++) {
      assertRefused(Arrays.copyOf(whole, cut), Refusal.Kind.CONTENT, "");
    }
  }

  @Test
  void filesThatTheDirectoryDoesNotListAreRefused() throws Exception {
    byte[] shown = zip("index.html");
    byte[] hidden = zip("hidden.html");
    int directory = indexOfDirectory(hidden);
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.write(hidden, 0, directory);
    both.write(shown);
    assertRefused(both.toByteArray(), Refusal.Kind.CONTENT, "");
  }

  /** Where the first record of the directory begins (APPNOTE 4.3.12). */
  private static int indexOfDirectory(byte[] zip) {
    for (int i = 0; i < zip.length - 3; i++) {
      if (zip[i] == 'P' && zip[i + 1] == 'K' && zip[i + 2] == 1 && zip[i + 3] == 2) {
        return i;
      }
    }
    throw new AssertionError("no directory");
  }

  @Test
  void bombIsRefusedBeforeItFillsTheDisk() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      out.putNextEntry(new ZipEntry("zeros"));
      byte[] mega = new byte[1 << 20];
      for (int i = 0; i <= ContentArchive.MAX_UNPACKED_BYTES >> 20; i++) {
        out.write(mega);
      }
      out.closeEntry();
    }
    assertThat(bytes.size()).isLessThan(1 << 20);
    assertRefused(bytes.toByteArray(), Refusal.Kind.LIMIT, "256 MiB");
  }

  @Test
  void storeKeepsOnlyWhatIsNamedAndClearsLeftoversAtItsStart() throws Exception {
    ContentStore.Stored keep = store.adopt(upload(new byte[] {1}));
    ContentStore.Stored drop = store.adopt(upload(new byte[] {2}));
    Path leftover = store.temporary();
    store = ContentStore.open(dir.resolve("contents"));
    assertThat(leftover).doesNotExist();
    Instant later = Instant.now().plusSeconds(60);
    store.retain(Set.of(keep.digest()), later.minusSeconds(120));
    assertThat(store.find(drop.digest())).as("young").isPresent();
    store.retain(Set.of(keep.digest()), later);

    assertThat(store.find(keep.digest())).isPresent();
    assertThat(store.find(drop.digest())).isEmpty();
    for (String bad :
        List.of("", "sha256:", "sha256:../x", keep.digest().toUpperCase(java.util.Locale.ROOT))) {
      assertThat(store.find(bad)).isEmpty();
    }
  }
}
