package io.cade.agent.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Knows a process again after the agent's own end: by its number, its beginning in clock ticks
 * (proc(5), stat, field 22) and the boot of the system, so that nobody else's is taken for it.
 */
final class Orphan {
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final int START_AFTER_NAME = 19;

  private Orphan() {}

  /** How a process is noted. */
  static String of(ProcessHandle process) throws IOException {
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
