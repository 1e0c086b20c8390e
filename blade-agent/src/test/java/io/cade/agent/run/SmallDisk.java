package io.cade.agent.run;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/**
 * A real file system of a few megabytes that can be filled, in a mount namespace that a process of
 * ours keeps; it ends with that.
 */
final class SmallDisk implements AutoCloseable {
  private final Process holder;
  private final Path directory;
  private final Path filler;

  private SmallDisk(Process holder, Path directory) {
    this.holder = holder;
    this.directory = directory;
    this.filler = directory.resolve("filler");
  }

  /** Skips the test where none may be mounted. */
  static SmallDisk mount(int kib) throws IOException {
    Process holder =
        new ProcessBuilder(
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs -o mode=0700,size=" + kib + "k none /mnt && echo up && read -r end")
            .redirectErrorStream(true)
            .start();
    BufferedReader said =
        new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8));
    String line = said.readLine();
    Path directory = Path.of("/proc/" + holder.pid() + "/root/mnt");
    boolean usable = "up".equals(line) && Files.isWritable(directory);
    if (!usable) {
      holder.destroyForcibly();
    }
    assumeTrue(usable, "needs unshare(1) and namespaces in which to mount a file system: " + line);
    return new SmallDisk(holder, directory);
  }

  Path directory() {
    return directory;
  }

  /** Until not even one octet is left. */
  void fill() throws IOException {
    byte[] block = new byte[4096];
    while (true) {
      try {
        Files.write(filler, block, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        return;
      }
    }
  }

  void makeRoom() throws IOException {
    Files.delete(filler);
  }

  @Override
  public void close() throws InterruptedException, IOException {
    holder.getOutputStream().close();
    if (!holder.waitFor(10, TimeUnit.SECONDS)) {
      holder.destroyForcibly();
    }
  }
}
