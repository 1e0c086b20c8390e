package io.cade.engine.snmp;

import io.cade.mib.HostSnapshot;
import io.cade.mib.InterfaceRow;
import io.cade.mib.StorageRow;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code /proc} and {@code /sys} (proc(5), Linux' Documentation/ABI/testing/sysfs-class-net)
 * for what SNMP shows of the engine's computer. {@link #tick} belongs to one timer thread; {@link
 * #newest} may be called from any and reads no file. While nobody asks it looks each fifth time
 * only. A file that is missing or unreadable leaves its figure out.
 */
public final class HostProbe {
  private static final Duration INTEREST = Duration.ofSeconds(10);
  private static final int IDLE_TICKS = 5;
  private static final int MAX_INTERFACES = 256;

  /** Loads are averages of the last minute (RFC 2790): the span between the first and last. */
  private static final int LOAD_SAMPLES = 60;

  private static final int USER_HZ = 100; // fixed by Linux' interface with programs
  private static final int UNIT = 4096;
  private static final int IFF_UP = 1;
  private static final int IFF_PROMISC = 0x100;

  private final Path proc;
  private final Path sys;
  private final Path state;
  private final InstantSource clock;
  private final LongSupplier nanoTicker;
  private final ArrayList<List<long[]>> loads = new ArrayList<>();
  private final Map<Integer, Seen> links = new HashMap<>();
  private int sinceLook = IDLE_TICKS;
  private volatile long askedNanos;
  private volatile HostSnapshot last = HostSnapshot.NONE;

  private record Seen(int operStatus, long carrierChanges, @Nullable Instant changed) {}

  /**
   * @param state the folder of the engine's state, whose file system is shown
   */
  public HostProbe(Path state, InstantSource clock, LongSupplier nanoTicker) {
    this(Path.of("/proc"), Path.of("/sys"), state, clock, nanoTicker);
  }

  HostProbe(Path proc, Path sys, Path state, InstantSource clock, LongSupplier nanoTicker) {
    this.proc = proc;
    this.sys = sys;
    this.state = state;
    this.clock = clock;
    this.nanoTicker = nanoTicker;
    this.askedNanos = nanoTicker.getAsLong() - INTEREST.toNanos() - 1;
  }

  /** What was seen last. */
  public HostSnapshot newest() {
    askedNanos = nanoTicker.getAsLong();
    return last;
  }

  /** Looks, if it is time; to be called once a second. */
  public void tick() {
    sinceLook++;
    boolean asked = nanoTicker.getAsLong() - askedNanos <= INTEREST.toNanos();
    if (asked || sinceLook >= IDLE_TICKS) {
      sinceLook = 0;
      last = look();
    }
  }

  private HostSnapshot look() {
    Map<String, Long> memory = memory();
    long total = memory.getOrDefault("MemTotal", 0L);
    return new HostSnapshot(
        clock.instant(),
        upTime(),
        processes(),
        (int) Math.min(Integer.MAX_VALUE, number(proc.resolve("sys/kernel/pid_max"))),
        total,
        storage(memory),
        processors(),
        processorName(),
        interfaces(),
        program());
  }

  private Duration upTime() {
    String[] words = text(proc.resolve("uptime")).split(" ", 2);
    try {
      return Duration.ofMillis((long) (Double.parseDouble(words[0]) * 1000));
    } catch (NumberFormatException e) {
      return Duration.ZERO;
    }
  }

  /** Folders named by a number. */
  private int processes() {
    try (Stream<Path> entries = Files.list(proc)) {
      return (int)
          entries.filter(p -> Character.isDigit(p.getFileName().toString().charAt(0))).count();
    } catch (IOException e) {
      return 0;
    }
  }

  private Map<String, Long> memory() {
    Map<String, Long> found = new HashMap<>();
    for (String line : text(proc.resolve("meminfo")).split("\n")) {
      String[] words = line.trim().split("[:\\s]+");
      if (words.length >= 2) {
        found.put(words[0], parsed(words[1]));
      }
    }
    return found;
  }

  private List<StorageRow> storage(Map<String, Long> memory) {
    List<StorageRow> rows = new ArrayList<>();
    long total = memory.getOrDefault("MemTotal", 0L);
    if (total > 0) {
      long free = memory.getOrDefault("MemAvailable", memory.getOrDefault("MemFree", 0L));
      rows.add(
          new StorageRow(
              1, StorageRow.Kind.RAM, "Physical memory", 1024, total, Math.max(0, total - free)));
    }
    long swap = memory.getOrDefault("SwapTotal", 0L);
    if (swap > 0) {
      rows.add(
          new StorageRow(
              2,
              StorageRow.Kind.VIRTUAL_MEMORY,
              "Swap space",
              1024,
              swap,
              Math.max(0, swap - memory.getOrDefault("SwapFree", 0L))));
    }
    try {
      FileStore store = Files.getFileStore(state);
      long size = store.getTotalSpace();
      rows.add(
          new StorageRow(
              3,
              StorageRow.Kind.FIXED_DISK,
              "State of the engine (" + store.type() + ")",
              UNIT,
              size / UNIT,
              (size - store.getUsableSpace()) / UNIT));
    } catch (IOException e) {
      // The folder is gone or not ours to look at: it is left out.
    }
    return rows;
  }

  /** Busy share of each processor, from jiffies of /proc/stat. */
  private List<Integer> processors() {
    List<long[]> now = new ArrayList<>();
    for (String line : text(proc.resolve("stat")).split("\n")) {
      if (line.startsWith("cpu") && line.length() > 3 && Character.isDigit(line.charAt(3))) {
        String[] words = line.trim().split("\\s+");
        long all = 0;
        for (int i = 1; i < Math.min(words.length, 9); i++) {
          all += parsed(words[i]);
        }
        long idle = words.length > 5 ? parsed(words[4]) + parsed(words[5]) : 0;
        now.add(new long[] {all, idle});
      }
    }
    loads.add(now);
    if (loads.size() > LOAD_SAMPLES) {
      loads.removeFirst();
    }
    List<long[]> before = loads.getFirst();
    List<Integer> busy = new ArrayList<>();
    for (int i = 0; i < now.size(); i++) {
      long all = i < before.size() ? now.get(i)[0] - before.get(i)[0] : 0;
      long idle = i < before.size() ? now.get(i)[1] - before.get(i)[1] : 0;
      busy.add(all <= 0 ? 0 : Math.clamp(100 * (all - idle) / all, 0, 100));
    }
    return busy;
  }

  private String processorName() {
    return text(proc.resolve("cpuinfo"))
        .lines()
        .filter(l -> l.startsWith("model name"))
        .map(l -> l.substring(l.indexOf(':') + 1).trim())
        .findFirst()
        .orElse("processor");
  }

  private HostSnapshot.Program program() {
    String stat = text(proc.resolve("self/stat"));
    int name = stat.lastIndexOf(')');
    if (name < 0) {
      return HostSnapshot.Program.NONE;
    }
    // After the name, which may hold spaces, come fields 3 and on: 14 and 15 are user and system.
    String[] fields = stat.substring(name + 2).split(" ");
    long cpu = fields.length > 13 ? parsed(fields[11]) + parsed(fields[12]) : 0;
    String[] pages = text(proc.resolve("self/statm")).split(" ");
    long resident = pages.length > 1 ? parsed(pages[1]) * (UNIT / 1024) : 0;
    return new HostSnapshot.Program(
        (int) parsed(stat.substring(0, Math.max(0, stat.indexOf(' ')))),
        "cade engine",
        executable(),
        cpu * 100 / USER_HZ,
        resident);
  }

  private String executable() {
    try {
      return Files.readSymbolicLink(proc.resolve("self/exe")).toString();
    } catch (IOException | UnsupportedOperationException e) {
      return "";
    }
  }

  private List<InterfaceRow> interfaces() {
    var rows = new TreeMap<Integer, InterfaceRow>();
    try (Stream<Path> entries = Files.list(sys.resolve("class/net"))) {
      entries
          .sorted()
          .limit(MAX_INTERFACES)
          .filter(Files::isDirectory)
          .forEach(p -> {
            int index = (int) number(p.resolve("ifindex"));
            if (index > 0) {
              rows.put(index, row(index, p));
            }
          });
    } catch (IOException e) {
      // No network interfaces that can be seen.
    }
    links.keySet().retainAll(rows.keySet());
    return List.copyOf(rows.values());
  }

  private InterfaceRow row(int index, Path folder) {
    int flags = (int) Long.parseLong(hex(text(folder.resolve("flags"))), 16);
    boolean up = (flags & IFF_UP) != 0;
    int oper = operStatus(text(folder.resolve("operstate")), up);
    long carrier = number(folder.resolve("carrier_changes"));
    Seen before = links.get(index);
    Instant changed =
        before == null || (before.operStatus == oper && before.carrierChanges == carrier)
            ? before == null ? null : before.changed
            : clock.instant();
    links.put(index, new Seen(oper, carrier, changed));
    String address = text(folder.resolve("address"));
    Path counters = folder.resolve("statistics");
    return new InterfaceRow(
        index,
        folder.getFileName().toString(),
        type((int) number(folder.resolve("type"))),
        (int) Math.min(Integer.MAX_VALUE, number(folder.resolve("mtu"))),
        Math.max(0, number(folder.resolve("speed"))) * 1_000_000,
        address.length() == 17 ? address : "",
        up,
        oper,
        (flags & IFF_PROMISC) != 0,
        text(folder.resolve("ifalias")),
        number(counters.resolve("rx_bytes")),
        number(counters.resolve("rx_packets")),
        Math.min(number(counters.resolve("multicast")), number(counters.resolve("rx_packets"))),
        number(counters.resolve("rx_dropped")),
        number(counters.resolve("rx_errors")),
        number(counters.resolve("tx_bytes")),
        number(counters.resolve("tx_packets")),
        number(counters.resolve("tx_dropped")),
        number(counters.resolve("tx_errors")),
        carrier,
        changed);
  }

  private static String hex(String flags) {
    String digits = flags.startsWith("0x") ? flags.substring(2) : flags;
    return digits.matches("[0-9a-fA-F]{1,8}") ? digits : "0";
  }

  /** The words of RFC 2863 in Linux' spelling; loopback is "unknown" there and works. */
  private static int operStatus(String word, boolean up) {
    return switch (word) {
      case "up" -> 1;
      case "down" -> 2;
      case "testing" -> 3;
      case "dormant" -> 5;
      case "notpresent" -> 6;
      case "lowerlayerdown" -> 7;
      default -> up ? 1 : 2;
    };
  }

  /** ARPHRD numbers of Linux to IANAifType: Ethernet, loopback, tunnels, else other(1). */
  private static int type(int arphrd) {
    return switch (arphrd) {
      case 1 -> 6;
      case 772 -> 24;
      case 512 -> 23;
      case 768, 769, 776, 778, 65_534 -> 131;
      default -> 1;
    };
  }

  private static String text(Path file) {
    try {
      return Files.readString(file).trim();
    } catch (IOException e) {
      return ""; // some of them answer with an error while a link is down
    }
  }

  private static long number(Path file) {
    return parsed(text(file));
  }

  private static long parsed(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
