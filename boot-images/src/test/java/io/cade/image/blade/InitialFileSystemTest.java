package io.cade.image.blade;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same input gives the same bytes, on a small scale: files, jars, archive, compression. */
class InitialFileSystemTest {
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir private Path folder;

  @Test
  void nothingOfThePlaceWhereItIsBuiltShows() throws Exception {
    Path here = build("here", "rw-r--r--", Instant.parse("2026-05-06T07:08:09Z"), false);
    Path there = build("far/away/there", "rw-------", Instant.EPOCH, true);
    assertThat(there).hasSameBinaryContentAs(here);
    try (InputStream in = new GZIPInputStream(Files.newInputStream(here))) {
      String archive = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(archive).startsWith("070701").doesNotContain(folder.toString());
    }
  }

  @Test
  void anotherTimeIsAnotherInput() throws Exception {
    FileTree tree = new FileTree().text("etc/motd", 0644, "hello\n");
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    BladeSystem.pack(tree, TIME, one);
    BladeSystem.pack(tree, TIME.plusSeconds(1), two);
    assertThat(Files.readAllBytes(one)).isNotEqualTo(Files.readAllBytes(two));
  }

  /** One tree, made in a folder, an order, with rights and times of its own. */
  private Path build(String place, String rights, Instant touched, boolean backwards)
      throws IOException {
    Path here = Files.createDirectories(folder.resolve(place));
    Path program = Files.writeString(here.resolve("program"), "12345");
    Path jar = here.resolve("library.jar");
    List<String> entries = new ArrayList<>(List.of("a/A.class", "b/B.class", "META-INF/x"));
    if (backwards) {
      entries = entries.reversed();
    }
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (String name : entries) {
        ZipEntry entry = new ZipEntry(name);
        entry.setLastModifiedTime(FileTime.from(touched));
        out.putNextEntry(entry);
        out.write(name.getBytes(StandardCharsets.UTF_8));
        out.closeEntry();
      }
    }
    Path plain = here.resolve("plain.jar");
    PlainJar.write(jar, plain);
    for (Path file : List.of(program, plain)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
      Files.setLastModifiedTime(file, FileTime.from(touched));
    }
    FileTree tree = new FileTree();
    List<Runnable> steps =
        List.of(
            () -> tree.copy("usr/bin/program", 0755, program),
            () -> tree.copy("opt/library.jar", 0644, plain),
            () -> tree.link("bin/sh", "busybox"),
            () -> tree.characterDevice("dev/null", 0666, 1, 3),
            () -> tree.text("etc/motd", 0644, "Grüße\n"));
    (backwards ? steps.reversed() : steps).forEach(Runnable::run);
    Path target = here.resolve("initrd");
    BladeSystem.pack(tree, TIME, target);
    return target;
  }
}
