package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentZipTest {
  @TempDir Path dir;

  private Path tree(String name, String... files) throws Exception {
    Path root = dir.resolve(name);
    for (String file : files) {
      Files.createDirectories(root.resolve(file).getParent());
      Files.writeString(root.resolve(file), "content of " + file);
    }
    return root;
  }

  private static byte[] pack(Path root) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ContentZip.write(root, out);
    return out.toByteArray();
  }

  @Test
  void theSameFilesGiveTheSameBytesWhateverTheirTimesOrderAndZone() throws Exception {
    Path one = tree("one", "b.html", "a/z.css", "a-b.txt", "ä.txt");
    Path two = tree("two", "ä.txt", "a-b.txt", "a/z.css", "b.html");
    Files.setLastModifiedTime(two.resolve("b.html"), FileTime.fromMillis(1_000_000_000_000L));
    byte[] first = pack(one);
    TimeZone zone = TimeZone.getDefault();
    try {
      TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Apia"));
      assertThat(pack(two)).isEqualTo(first);
    } finally {
      TimeZone.setDefault(zone);
    }
    List<String> names = new ArrayList<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(first))) {
      ZipEntry entry;
      while ((entry = in.getNextEntry()) != null) {
        names.add(entry.getName());
        assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
            .isEqualTo("content of " + entry.getName());
      }
    }
    assertThat(names).containsExactly("a-b.txt", "a/z.css", "b.html", "ä.txt");
  }

  @Test
  void linksAreRefusedEvenWithinTheDirectory() throws Exception {
    Path root = tree("site", "index.html", "sub/x.html");
    Files.createSymbolicLink(root.resolve("sub/same.html"), root.resolve("index.html"));
    assertThatThrownBy(() -> pack(root))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("holds a link, sub/same.html")
        .hasMessageContaining("nothing was sent");
    Files.delete(root.resolve("sub/same.html"));
    Files.createSymbolicLink(root.resolve("etc"), Path.of("/etc"));
    assertThatThrownBy(() -> pack(root)).hasMessageContaining("holds a link, etc");
  }

  @Test
  void theDirectoryItselfMayBeReachedByALink() throws Exception {
    Path root = tree("site", "index.html");
    Path link = Files.createSymbolicLink(dir.resolve("link"), root);
    assertThat(pack(link)).isEqualTo(pack(root));
  }

  @Test
  void emptyOrMissingDirectoriesAndFilesAreRefused() throws Exception {
    Path empty = Files.createDirectories(dir.resolve("empty"));
    Files.createDirectories(empty.resolve("inner"));
    assertThatThrownBy(() -> pack(empty)).hasMessageContaining("holds no file");
    assertThatThrownBy(() -> pack(dir.resolve("no"))).hasMessageContaining("does not exist");
    Path file = Files.writeString(dir.resolve("file"), "x");
    assertThatThrownBy(() -> pack(file)).hasMessageContaining("is not a directory");
  }
}
