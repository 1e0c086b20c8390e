package io.cade.agent.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Knows a process again after the agent's own end: by its number, its beginning in clock ticks
 * (proc(5), stat, field 22) and the boot of the system, so that nobody else's is taken for it.
 */
public final class Orphan {
  /** For a process that was killed. */
  private static final int KILLED_SECONDS = 2;

  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final int START_AFTER_NAME = 19;

  private Orphan() {}

  /** How a process is noted. */
  public static String of(ProcessHandle process) throws IOException {
    return "%s %d %s".formatted(boot(), process.pid(), start(process.pid()));
  }

  /** The process that was noted, or null when it has ended. */
  static @Nullable ProcessHandle find(String note) throws IOException {
    String[] parts = note.strip().split(" ", -1);
    if (parts.length != 3 || !parts[0].equals(boot()) || !parts[1].matches("\\d{1,9}")) {
      return null;
    }
    long pid = Long.parseLong(parts[1]);
    return start(pid).equals(parts[2]) && !parts[2].isEmpty()
        ? ProcessHandle.of(pid).orElse(null)
        : null;
  }

  /**
   * Returns when the process that a file notes has ended, and deletes the note.
   *
   * @param seconds after which it is killed, with what it has started
   * @throws IOException when it cannot be made to end
   */
  public static void end(Path note, int seconds) throws IOException, InterruptedException {
    if (!Files.exists(note)) {
      return;
    }
    ProcessHandle process = find(Files.readString(note));
    if (process != null && !ends(process, seconds)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      if (!ends(process, KILLED_SECONDS)) {
        throw new IOException("process " + process.pid() + " of an earlier start does not end");
      }
    }
    Files.deleteIfExists(note);
  }

  private static boolean ends(ProcessHandle process, int seconds) throws InterruptedException {
    try {
      process.onExit().get(seconds, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  private static String boot() throws IOException {
    return Files.readString(BOOT).strip();
  }

  /** Empty when there is none. */
  private static String start(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return fields.length > START_AFTER_NAME ? fields[START_AFTER_NAME] : "";
    } catch (IOException | StringIndexOutOfBoundsException e) {
      return "";
    }
  }
}
