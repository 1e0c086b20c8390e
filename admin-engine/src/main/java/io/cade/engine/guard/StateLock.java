package io.cade.engine.guard;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Sees to it that nobody has the engine's data open, by the lock that each engine takes. An engine
 * that a killed guard left behind ends by itself, since its input has ended; one that hangs is
 * killed, once it is certain that it is that process and no later one of the same number.
 */
final class StateLock implements Guard.Sole {
  /** An orphan may take so long to end. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Path lock;
  private final Path child;
  private final DurableFiles files;

  StateLock(Path state, DurableFiles files) {
    this.lock = state.resolve("lock");
    this.child = state.resolve("guard/child");
    this.files = files;
  }

  /** The state directory belongs to an engine that the guard did not start. */
  static final class InUse extends IOException {
    private static final long serialVersionUID = 1L;

    InUse(String message) {
      super(message);
    }
  }

  /** Notes which process runs now. */
  void started(ProcessHandle process) throws IOException {
    Map<String, String> all = new TreeMap<>();
    all.put("pid", String.valueOf(process.pid()));
    all.put("start", String.valueOf(start(process)));
    files.replace(child, new Texts(all).bytes());
  }

  private static long start(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(-1L);
  }

  @Override
  public void require() throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    boolean killed = false;
    while (!isFree()) {
      Optional<ProcessHandle> orphan = orphan();
      if (orphan.isEmpty()) {
        throw new InUse(
            "state directory "
                + lock.getParent()
                + " is in use by the engine with process id "
                + holder()
                + ", which this guard did not start; stop that one first");
      }
      if (System.nanoTime() > deadline) {
        if (killed) {
          throw new IOException("the engine of process " + holder() + " cannot be ended");
        }
        orphan.get().destroyForcibly();
        killed = true;
        deadline = System.nanoTime() + PATIENCE.toNanos();
      }
      try {
        TimeUnit.MILLISECONDS.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
    // It may have begun and not yet locked.
    orphan()
        .ifPresent(process -> {
          process.destroyForcibly();
          var _ = process.onExit().completeOnTimeout(process, 5, TimeUnit.SECONDS).join();
        });
  }

  private boolean isFree() throws IOException {
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
      FileLock held = channel.tryLock();
      return held != null;
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  /** What the guard had started and what still runs. */
  private Optional<ProcessHandle> orphan() throws IOException {
    try {
      Texts noted = Texts.read(Files.readAllBytes(child));
      long start = noted.number("start");
      return ProcessHandle.of(noted.number("pid"))
          .filter(ProcessHandle::isAlive)
          .filter(p -> start >= 0 && start(p) == start);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private String holder() {
    try {
      return Files.readString(lock).strip();
    } catch (IOException e) {
      return "?";
    }
  }
}
