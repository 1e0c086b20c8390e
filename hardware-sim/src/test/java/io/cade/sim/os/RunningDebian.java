package io.cade.sim.os;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * This machine's Debian once more, running in namespaces of its own: systemd is its first process,
 * what is written goes to memory above the machine's own files, its network has no way out. All of
 * it ends with it.
 */
final class RunningDebian implements AutoCloseable {
  private static final Set<String> UP = Set.of("running", "degraded");
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration PROGRAM_LIMIT = Duration.ofSeconds(60);

  /** Nothing of this machine's own units starts but what systemd needs for its basic target. */
  private static final String START =
      """
      set -e
      work=$1
      mount --make-rprivate /
      mount -t tmpfs cade $work
      mkdir $work/upper $work/work $work/root
      mount -t overlay cade -o lowerdir=/,upperdir=$work/upper,workdir=$work/work $work/root
      cd $work/root
      mount -t proc proc proc
      mount -t sysfs -o ro sysfs sys
      mount -t cgroup2 cgroup sys/fs/cgroup
      for folder in dev run tmp; do mount -t tmpfs tmpfs $folder; done
      for device in null zero full random urandom tty; do
        touch dev/$device
        mount --bind /dev/$device dev/$device
      done
      mkdir dev/pts dev/shm
      mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
      ln -s pts/ptmx dev/ptmx
      # Some parameters of the kernel are this machine's too: these here are nobody's.
      mount -t tmpfs tmpfs proc/sys/net/core
      echo 4096 > proc/sys/net/core/somaxconn
      rm -rf etc/systemd/system var/lib/apt/lists var/cache/apt/archives etc/apt/sources.list*
      mkdir -p etc/systemd/system var/lib/apt/lists/partial var/cache/apt/archives/partial
      mkdir -p etc/apt/sources.list.d srv/repository
      for unit in systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket \\
          systemd-udev-trigger.service systemd-modules-load.service networking.service; do
        ln -s /dev/null etc/systemd/system/$unit
      done
      ip link set lo up
      ip link add c0 type veth peer name c1
      ip link set c0 up
      ip link set c1 up
      mkdir before
      pivot_root . before
      umount -l /before
      exec env -i container=cade PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
        /lib/systemd/systemd --unit=basic.target --log-target=console
      """;

  private final Process namespaces;
  private final long init;

  private RunningDebian(Process namespaces, long init) {
    this.namespaces = namespaces;
    this.init = init;
  }

  /**
   * Starts one and waits until it is up. Skips the test by name where this machine cannot.
   *
   * @param dir empty; what it says goes there
   */
  static RunningDebian start(Path dir) throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    for (String program :
        List.of("/lib/systemd/systemd", "/usr/bin/apt-get", "/usr/bin/nsenter", "/sbin/ip")) {
      assumeTrue(Files.isExecutable(Path.of(program)), "needs a Debian with " + program);
    }
    assumeTrue(
        Files.readString(Path.of("/proc/filesystems")).contains("\toverlay\n"),
        "needs overlay file systems");
    Path said = dir.resolve("debian.log");
    Path work = Files.createDirectories(dir.resolve("debian"));
    List<String> words = new ArrayList<>(List.of("unshare", "--fork", "--kill-child"));
    words.addAll(List.of("--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup"));
    words.addAll(List.of("sh", "-c", START, "debian", work.toString()));
    Process namespaces =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .start();
    try {
      return new RunningDebian(namespaces, firstProcess(namespaces));
    } catch (IOException | RuntimeException e) {
      namespaces.destroyForcibly();
      throw new IOException(e.getMessage() + ": " + Files.readString(said), e);
    }
  }

  /** Nothing else tells when the first process has become systemd, and is up. */
  private static long firstProcess(Process namespaces) throws IOException {
    for (long end = System.nanoTime() + START_LIMIT.toNanos();
        System.nanoTime() < end && namespaces.isAlive(); ) {
      for (ProcessHandle child : namespaces.children().toList()) {
        if (child.info().command().orElse("").endsWith("/systemd")
            && UP.contains(says(child.pid(), "systemctl", "is-system-running").strip())) {
          return child.pid();
        }
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    throw new IOException("systemd is not up");
  }

  /** Of its file system, as seen from outside. */
  Path root() {
    return Path.of("/proc", Long.toString(init), "root");
  }

  /** Words that bring a program into it. */
  List<String> enter() {
    return enter(init);
  }

  private static List<String> enter(long init) {
    return List.of("nsenter", "-t", Long.toString(init), "-a");
  }

  /** Runs a program in it and returns what it said, however it ended. */
  String says(String... words) {
    return says(init, words);
  }

  private static String says(long init, String... words) {
    List<String> command = new ArrayList<>(enter(init));
    command.addAll(List.of(words));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (!process.waitFor(PROGRAM_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(String.join(" ", words) + " did not end");
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    // The first process of the namespace takes all others with it.
    ProcessHandle.of(init).ifPresent(ProcessHandle::destroyForcibly);
    namespaces.destroyForcibly();
    namespaces.waitFor(10, TimeUnit.SECONDS);
  }
}
