package io.cade.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** In which order an unpacked package reaches the disk, as the kernel is told. */
@Timeout(60)
final class DurableUnpackTest {
  @TempDir Path dir = Path.of("unset");

  @Test
  void filesAndFoldersAreOnTheDiskBeforeThePackageHasItsNameAndThenTheNameIs() throws Exception {
    KeyPair keys = PackageKeys.generate(new SecureRandom());
    Path file = dir.resolve("a.cade");
    new PackageBuilder("shop", "1.0", "static-site", 7, Instant.EPOCH)
        .file("img/deep/logo.svg", "<svg/>".getBytes(UTF_8))
        .file("index.html", "<h1>shop</h1>".getBytes(UTF_8))
        .write(file, keys.getPrivate());
    Files.writeString(dir.resolve("key.pem"), PackageKeys.publicPem(keys.getPublic()));
    Path home = Files.createDirectory(dir.resolve("cards"));
    Path calls = dir.resolve("calls");
    Process unpacking;
    try {
      unpacking =
          new ProcessBuilder(
                  "strace",
                  "-f",
                  "-y",
                  "-qq",
                  "-e",
                  "trace=fsync,rename,renameat,renameat2",
                  "-o",
                  calls.toString(),
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Unpacking.class.getName(),
                  dir.toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      assumeTrue(false, "needs strace (package strace): " + e.getMessage());
      return;
    }
    String said = new String(unpacking.getInputStream().readAllBytes(), UTF_8);
    assertThat(unpacking.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assumeTrue(!said.contains("PTRACE"), "needs permission to trace: " + said);
    assertThat(unpacking.exitValue()).as(said).isZero();

    Path real = home.toRealPath();
    List<String> told =
        Files.readAllLines(calls).stream().filter(line -> line.contains(real.toString())).toList();
    int renamed = (int) told.stream().takeWhile(line -> !line.contains("rename")).count();
    String before = String.join("\n", told.subList(0, renamed));
    for (String each :
        List.of(
            "/manifest.json>",
            "/content/index.html>",
            "/content/img/deep/logo.svg>",
            "/content/img/deep>",
            "/content/img>",
            "/content>")) {
      assertThat(before).containsPattern("fsync\\(\\d+<" + real + "/\\.unpack-[0-9]+" + each);
    }
    assertThat(before).containsPattern("fsync\\(\\d+<" + real + "/\\.unpack-[0-9]+>");
    assertThat(String.join("\n", told.subList(renamed + 1, told.size())))
        .containsPattern("fsync\\(\\d+<" + real + ">");
  }

  /** What of an agent unpacks a package. */
  static final class Unpacking {
    private Unpacking() {}

    public static void main(String[] args) throws IOException {
      Path dir = Path.of(args[0]);
      PackageCheck check =
          PackageReader.unpack(
              dir.resolve("a.cade"),
              PackageKeys.parsePublic(Files.readString(dir.resolve("key.pem"))),
              dir.resolve("cards/unpacked"));
      if (!(check instanceof PackageCheck.Verified)) {
        throw new IOException(check.toString());
      }
    }
  }
}
