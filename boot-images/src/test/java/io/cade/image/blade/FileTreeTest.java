package io.cade.image.blade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTreeTest {
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir private Path folder;

  private FileTree tree() throws IOException {
    Path program = Files.writeString(folder.resolve("program"), "12345");
    return new FileTree()
        .copy("usr/bin/program", 0755, program)
        .characterDevice("dev/null", 0666, 1, 3)
        .link("bin/sh", "busybox")
        .text("etc/motd", 0644, "Grüße\n")
        .directory("tmp", 01777);
  }

  private static byte[] written(FileTree tree) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CpioWriter.write(tree, TIME, out);
    return out.toByteArray();
  }

  @Test
  void theArchiveIsWhatCpioReads() throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/cpio")), "needs cpio (package cpio)");
    Path archive = folder.resolve("a.cpio");
    Files.write(archive, written(tree()));
    String list =
        Tool.run(
            List.of("sh", "-c", "TZ=UTC cpio -itv --quiet -n <" + archive), Tool.Output.answer());
    assertThat(list.lines())
        .anyMatch(l -> l.matches("drwxrwxrwt +2 0 +0 +0 .* tmp"))
        .anyMatch(l -> l.matches("crw-rw-rw- +1 0 +0 +1, +3 .* dev/null"))
        .anyMatch(l -> l.matches("lrwxrwxrwx .* bin/sh -> busybox"))
        .anyMatch(l ->
            l.matches("-rwxr-xr-x +1 0 +0 +5 Jan +2 03:04 usr/bin/program")
                || l.matches("-rwxr-xr-x +1 0 +0 +5 Jan +2 +2026 usr/bin/program"))
        .anyMatch(l -> l.matches("-rw-r--r-- .* etc/motd"));
    Path unpacked = Files.createDirectory(folder.resolve("unpacked"));
    Tool.run(
        List.of("sh", "-c", "cd " + unpacked + " && cpio -id --quiet etc/motd <" + archive),
        Tool.Output.answer());
    assertThat(unpacked.resolve("etc/motd")).hasContent("Grüße\n");
  }

  @Test
  void timesOfFilesDoNotShow() throws Exception {
    byte[] first = written(tree());
    FileTree second = tree();
    Files.setLastModifiedTime(folder.resolve("program"), FileTime.fromMillis(0));
    assertThat(written(second)).isEqualTo(first);
  }

  @Test
  void aPathIsThereOnceAndDirectoriesComeFirst() throws Exception {
    FileTree tree = tree();
    assertThat(tree.nodes().firstKey()).isEqualTo("bin");
    assertThat(tree.nodes().headMap("usr/bin/program").lastKey()).isEqualTo("usr/bin");
    assertThatThrownBy(() -> tree.text("etc/motd", 0644, "")).hasMessageContaining("there twice");
    assertThatThrownBy(() -> tree.text("/etc/x", 0644, "")).hasMessageContaining("not a path");
  }

  @Test
  void aSignedJarBecomesAPlainOne() throws Exception {
    Path jar = folder.resolve("signed.jar");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      put(
          out,
          "META-INF/MANIFEST.MF",
          """
          Manifest-Version: 1.0
          Multi-Release: true
          Implementation-Version: 3

          Name: a/B.class
          SHA-256-Digest: AAAA

          """);
      put(out, "META-INF/BC.SF", "signature");
      put(out, "META-INF/BC.RSA", "signature");
      put(out, "a/B.class", "code");
      put(out, "META-INF/services/x", "a.B");
    }
    Path plain = folder.resolve("plain.jar");
    PlainJar.write(jar, plain);
    Path again = folder.resolve("again.jar");
    PlainJar.write(jar, again);
    assertThat(again).hasSameBinaryContentAs(plain);
    try (ZipFile file = new ZipFile(plain.toFile())) {
      assertThat(file.stream().map(ZipEntry::getName))
          .containsExactly("META-INF/MANIFEST.MF", "META-INF/services/x", "a/B.class");
      assertThat(file.stream().map(ZipEntry::getMethod)).containsOnly(ZipEntry.STORED);
      String manifest =
          new String(
              file.getInputStream(file.getEntry("META-INF/MANIFEST.MF")).readAllBytes(),
              StandardCharsets.UTF_8);
      assertThat(manifest)
          .startsWith("Manifest-Version: 1.0\r\n")
          .contains("Multi-Release: true", "Implementation-Version: 3")
          .doesNotContain("Digest");
    }
  }

  private static void put(ZipOutputStream out, String name, String text) throws IOException {
    out.putNextEntry(new ZipEntry(name));
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.closeEntry();
  }

  @Test
  void aProgramsLibrariesAreFoundAsItsLoaderFindsThem() throws Exception {
    Path shell = Path.of("/bin/sh").toRealPath();
    Assumptions.assumeTrue(ElfFile.is(shell), "needs a shell that is an ELF program");
    ElfFile elf = ElfFile.read(shell);
    Assumptions.assumeTrue(elf.interpreter().isPresent(), "needs a dynamically linked shell");
    FileTree tree = new FileTree();
    new SharedLibraries(tree).addFor(shell, java.util.Set.of());
    assertThat(tree.has(elf.interpreter().orElseThrow().substring(1))).isTrue();
    for (String library : elf.needed()) {
      assertThat(tree.nodes().keySet()).anyMatch(path -> path.endsWith("/" + library));
    }
  }

  @Test
  void damagedProgramsAreRefusedNotFollowed() throws Exception {
    byte[] whole = Files.readAllBytes(Path.of("/bin/sh").toRealPath());
    Assumptions.assumeTrue(whole[0] == 0x7f, "needs a shell that is an ELF program");
    java.util.Random random = new java.util.Random(42);
    Path bad = folder.resolve("bad");
    for (int i = 0; i < 300; i++) {
      byte[] spoiled = java.util.Arrays.copyOf(whole, 64 + random.nextInt(whole.length - 64));
      for (int n = 0; n < 8; n++) {
        spoiled[random.nextInt(64)] = (byte) random.nextInt();
      }
      Files.write(bad, spoiled);
      try {
        ElfFile.read(bad);
      } catch (IOException expected) {
        assertThat(expected.getMessage()).contains("bad");
      }
    }
  }
}
