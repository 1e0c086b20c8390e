package io.cade.mib;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The computer that the engine runs on, as HOST-RESOURCES-MIB (RFC 2790) and IF-MIB (RFC 2863) show
 * it. Taken by an adapter about once a second; immutable.
 *
 * @param at when it was taken
 * @param upTime since the computer started
 * @param processes that run or sleep
 * @param maxProcesses that the kernel allows, 0 if there is no limit
 * @param memoryKilobytes main memory
 * @param storage memory and the file system of the engine's state, by index
 * @param processors loads in percent over the last minute, one for each processor
 * @param processorName for people
 * @param interfaces by index
 * @param program the engine itself
 */
public record HostSnapshot(
    Instant at,
    Duration upTime,
    int processes,
    int maxProcesses,
    long memoryKilobytes,
    List<StorageRow> storage,
    List<Integer> processors,
    String processorName,
    List<InterfaceRow> interfaces,
    Program program) {

  /**
   * The engine's process.
   *
   * @param id of the kernel, 0 if unknown
   * @param name of the program
   * @param path of the executable
   * @param cpuCentiseconds used since it started
   * @param memoryKilobytes resident
   */
  public record Program(
      int id, String name, String path, long cpuCentiseconds, long memoryKilobytes) {
    /** Nothing is known of it. */
    public static final Program NONE = new Program(0, "", "", 0, 0);
  }

  /** Nothing was taken yet. */
  public static final HostSnapshot NONE =
      new HostSnapshot(
          Instant.EPOCH, Duration.ZERO, 0, 0, 0, List.of(), List.of(), "", List.of(), Program.NONE);

  public HostSnapshot {
    storage = List.copyOf(storage);
    processors = List.copyOf(processors);
    interfaces = List.copyOf(interfaces);
  }
}
