package io.cade.agent.run;

import io.cade.agent.wire.DiskStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real card's mirror: Linux' md driver, read from {@code /proc/mdstat} (md(4)) and {@code
 * /sys/block}. Disks are the card's two places, by the names of their block devices; a disk that is
 * there but not in the array is {@link DiskStatus.State#MISSING} with its serial number, and is
 * added with {@code mdadm --manage --add}.
 */
public final class MdArray implements DiskArray {
  private static final Logger LOG = LoggerFactory.getLogger(MdArray.class);
  private static final int MAX_STATUS = 64 << 10;
  private static final int MDADM_SECONDS = 30;
  private static final Pattern ARRAY = Pattern.compile("^(md\\S*) : (?:active|inactive) .*$");
  private static final Pattern MEMBER = Pattern.compile("(\\w+)\\[(\\d+)\\](\\((?:F|S|W|R|J)\\))*");
  private static final Pattern FLAGS = Pattern.compile("\\[(\\d+)/(\\d+)\\] \\[([U_]+)\\]");
  private static final Pattern PROGRESS =
      Pattern.compile("(?:recovery|resync|reshape|check) ?= ?(\\d+(?:\\.\\d+)?)%");

  private final Path mdstat;
  private final Path sysBlock;
  private final List<String> places;

  /**
   * @param places block devices of the card's disks in the order of their places, like {@code sda}
   */
  public MdArray(List<String> places) {
    this(Path.of("/proc/mdstat"), Path.of("/sys/block"), places);
  }

  MdArray(Path mdstat, Path sysBlock, List<String> places) {
    this.mdstat = mdstat;
    this.sysBlock = sysBlock;
    this.places = List.copyOf(places);
  }

  /**
   * One member of an array.
   *
   * @param failed flagged {@code (F)}
   * @param spare flagged {@code (S)}, or copied to at present
   */
  record Member(String device, int role, boolean failed, boolean spare) {}

  /**
   * One array of {@code /proc/mdstat}.
   *
   * @param flags one character a role, {@code U} up or {@code _} down; empty when not told
   * @param progressPercent of a recovery, negative when none is under way
   */
  record Array(String name, List<Member> members, String flags, double progressPercent) {}

  @Override
  public List<DiskStatus> disks() {
    List<Array> arrays;
    try {
      arrays = parse(Files.exists(mdstat) ? limited(mdstat) : "");
    } catch (IOException e) {
      LOG.warn("cannot read {}: {}", mdstat, e.getMessage());
      return List.of();
    }
    if (arrays.isEmpty()) {
      return List.of();
    }
    List<DiskStatus> disks = new ArrayList<>();
    for (int number = 0; number < places.size() && number < 8; number++) {
      disks.add(status(number, arrays));
    }
    return disks;
  }

  /** The worst that any array says of the disk: a card has one array a partition. */
  private DiskStatus status(int number, List<Array> arrays) {
    String disk = places.get(number);
    String serial = serial(disk);
    DiskStatus.State worst = DiskStatus.State.HEALTHY;
    int percent = 100;
    for (Array array : arrays) {
      Member member =
          array.members().stream().filter(m -> isOn(m.device(), disk)).findFirst().orElse(null);
      DiskStatus.State state;
      int done = 0;
      if (member == null) {
        state = DiskStatus.State.MISSING;
      } else if (member.failed()) {
        state = DiskStatus.State.FAILED;
      } else if (isUp(array, member)) {
        state = DiskStatus.State.HEALTHY;
        done = 100;
      } else {
        state = DiskStatus.State.REBUILDING;
        done = (int) Math.max(0, array.progressPercent());
      }
      if (state.compareTo(worst) > 0 || (state == worst && done < percent)) {
        worst = state;
        percent = done;
      }
    }
    return new DiskStatus(number, serial, worst, percent);
  }

  /** A rebuilding member has a role beyond those that are up, so the flags decide by position. */
  private static boolean isUp(Array array, Member member) {
    if (member.spare()) {
      return false;
    }
    long up = array.flags().chars().filter(c -> c == 'U').count();
    if (up == array.flags().length()) {
      return true;
    }
    // Roles grow with each replacement ([2] replaces [1]): the members that are up are those with
    // the lowest numbers while a recovery runs for the newest.
    long before =
        array.members().stream().filter(m -> !m.failed() && m.role() < member.role()).count();
    return before < up;
  }

  private static boolean isOn(String device, String disk) {
    // sda1 on sda; nvme0n1p1 on nvme0n1.
    return device.equals(disk)
        || (device.startsWith(disk) && device.substring(disk.length()).matches("p?\\d+"));
  }

  private String serial(String disk) {
    for (String file : List.of("device/serial", "device/vpd_pg80", "serial")) {
      Path path = sysBlock.resolve(disk).resolve(file);
      if (Files.isReadable(path)) {
        try {
          String text = limited(path).replaceAll("[^\\x21-\\x7e]", "");
          if (!text.isEmpty()) {
            return text.length() > 64 ? text.substring(0, 64) : text;
          }
        } catch (IOException e) {
          LOG.debug("no serial number of {}: {}", disk, e.getMessage());
        }
      }
    }
    // There is a disk, which does not say who it is.
    return Files.exists(sysBlock.resolve(disk)) ? disk : "";
  }

  private static String limited(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return new String(in.readNBytes(MAX_STATUS), StandardCharsets.ISO_8859_1);
    }
  }

  /** The arrays of a {@code /proc/mdstat}; lines that are none are passed over. Pure. */
  static List<Array> parse(String text) {
    List<Array> arrays = new ArrayList<>();
    for (String line : text.lines().toList()) {
      Matcher head = ARRAY.matcher(line);
      if (head.matches()) {
        List<Member> members = new ArrayList<>();
        Matcher member = MEMBER.matcher(line);
        while (member.find()) {
          String whole = member.group();
          members.add(
              new Member(
                  member.group(1),
                  Integer.parseInt(member.group(2)),
                  whole.contains("(F)"),
                  whole.contains("(S)")));
        }
        arrays.add(new Array(head.group(1), List.copyOf(members), "", -1));
      } else if (!arrays.isEmpty()) {
        Array last = arrays.removeLast();
        Matcher flags = FLAGS.matcher(line);
        Matcher progress = PROGRESS.matcher(line);
        arrays.add(
            new Array(
                last.name(),
                last.members(),
                flags.find() ? flags.group(3) : last.flags(),
                progress.find() ? Double.parseDouble(progress.group(1)) : last.progressPercent()));
      }
    }
    return List.copyOf(arrays);
  }

  /** {@code mdadm --manage /dev/mdN --add /dev/DISK[PART]} for every array that misses it. */
  @Override
  public void add(int disk) throws IOException {
    if (disk < 0 || disk >= places.size()) {
      throw new IOException("there is no disk " + disk);
    }
    String device = places.get(disk);
    for (Array array : parse(limited(mdstat))) {
      if (array.members().stream().noneMatch(m -> isOn(m.device(), device))) {
        String partition = partitionLike(array, device);
        mdadm(array.name(), partition);
      }
    }
  }

  /** The new disk's part that corresponds to the other member's, {@code sda1} to {@code sdb1}. */
  private static String partitionLike(Array array, String device) {
    if (array.members().isEmpty()) {
      return device;
    }
    Matcher part =
        Pattern.compile("^[a-z]+(?:\\d+n\\d+)?(p?\\d+)?$")
            .matcher(array.members().getFirst().device());
    return part.matches() && part.group(1) != null ? device + part.group(1) : device;
  }

  private static void mdadm(String array, String partition) throws IOException {
    Process process =
        new ProcessBuilder("mdadm", "--manage", "/dev/" + array, "--add", "/dev/" + partition)
            .redirectErrorStream(true)
            .start();
    try {
      String said =
          new String(process.getInputStream().readNBytes(1024), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(MDADM_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("mdadm did not end within " + MDADM_SECONDS + " s");
      }
      if (process.exitValue() != 0) {
        throw new IOException("mdadm: " + said);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
