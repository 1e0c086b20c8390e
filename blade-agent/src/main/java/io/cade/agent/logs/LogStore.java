package io.cade.agent.logs;

import io.cade.agent.wire.LogLine;
import io.cade.agent.wire.LogSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logs on a card (SPEC A9): {@code logs/SOURCE.log} and {@code .old}, each line {@code NUMBER
 * TIME TEXT}, readable by the agent's user only; beside them {@code SOURCE.epoch}, the life of its
 * numbers: a source that had to make room and comes back has another one. Thread-safe.
 *
 * <p>Whatever a service writes, its log stays below {@value #MAX_BYTES} bytes on the card: two
 * files of {@value #SEGMENT_BYTES} take turns. More than {@value #LINES_PER_SECOND} lines a second,
 * after a first {@value #BURST}, are counted and not written, so that neither flash nor processor
 * is used up. Of more than {@value #MAX_SOURCES} sources the one that was written to longest ago
 * goes. Nothing is synced: a power cut may cost the last seconds. A disk that is full costs lines
 * and stops nobody.
 */
public final class LogStore {
  /** Of one file. */
  public static final int SEGMENT_BYTES = 128 << 10;

  /** Of one source. */
  public static final int MAX_BYTES = 2 * SEGMENT_BYTES;

  public static final int MAX_SOURCES = 40;
  static final int LINES_PER_SECOND = 100;
  static final int BURST = 2_000;

  private static final Logger LOG = LoggerFactory.getLogger(LogStore.class);

  private final Path directory;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final RandomGenerator random;
  // Guarded by this, as what it holds.
  private final Map<String, Open> sources = new HashMap<>();
  private @Nullable String epoch;
  private boolean failing;

  /**
   * @param cardDirectory the card's own
   * @param nanos monotonic, as {@link System#nanoTime}
   * @param random for the name of the numbers' life
   */
  public LogStore(
      Path cardDirectory, InstantSource clock, LongSupplier nanos, RandomGenerator random) {
    this.directory = cardDirectory.resolve("logs");
    this.clock = clock;
    this.nanos = nanos;
    this.random = random;
  }

  /**
   * Lines of a source, and where to go on.
   *
   * @param epoch of the numbers
   */
  public record Chunk(String epoch, List<LogLine> lines) {
    public Chunk {
      lines = List.copyOf(lines);
    }
  }

  /** What is known of a source without reading its files. */
  private static final class Open {
    String epoch = "";

    /** Whether the epoch is still to be written: there is no file of the source yet. */
    boolean fresh;

    long next;
    long bytes;
    double credit = BURST;
    long creditAt;
    long dropped;
  }

  /** Writes a line; never fails and never waits for anything but the disk. */
  public synchronized void write(String source, String text) {
    try {
      Open open = open(source);
      earn(open);
      if (open.credit < 1) {
        open.dropped++;
        return;
      }
      open.credit--;
      tellDropped(source, open);
      append(source, open, text);
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        failing = true;
        LOG.warn("the log of {} cannot be written; lines are lost until it can", source, e);
      }
    }
  }

  private void earn(Open open) {
    long now = nanos.getAsLong();
    open.credit = Math.min(BURST, open.credit + (now - open.creditAt) * 1e-9 * LINES_PER_SECOND);
    open.creditAt = now;
  }

  private void tellDropped(String source, Open open) throws IOException {
    if (open.dropped > 0) {
      append(source, open, "(" + open.dropped + " lines left out: too many at once)");
      open.dropped = 0;
    }
  }

  private void append(String source, Open open, String text) throws IOException {
    LogLine line = new LogLine(open.next, clock.instant(), text);
    byte[] bytes = LogFormat.write(line);
    if (open.fresh) {
      Files.writeString(epochFile(source), open.epoch + "\n");
      open.fresh = false;
    }
    if (open.bytes + bytes.length > SEGMENT_BYTES) {
      LogFormat.rotate(newer(source), older(source));
      open.bytes = 0;
    }
    LogFormat.append(newer(source), bytes);
    open.next++;
    open.bytes += bytes.length;
  }

  private Open open(String source) throws IOException {
    Open known = sources.get(source);
    if (known != null) {
      return known;
    }
    LogSource.require(source);
    String general = epoch();
    makeRoom();
    Open open = new Open();
    open.creditAt = nanos.getAsLong();
    if (Files.exists(newer(source)) || Files.exists(older(source))) {
      // Earlier versions had one for all sources.
      open.epoch = epochIn(epochFile(source)).orElse(general);
    } else {
      // It may have been here before and have made room: its numbers begin again.
      open.epoch = newEpoch();
      open.fresh = true;
    }
    // What a power cut tore is not half a line for whoever reads it.
    open.bytes = LogFormat.mend(newer(source));
    open.next = LogFormat.next(newer(source), older(source));
    sources.put(source, open);
    return open;
  }

  /** The life of the numbers of sources that have none of their own: as old as the directory. */
  private String epoch() throws IOException {
    String known = epoch;
    if (known != null) {
      return known;
    }
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Path file = directory.resolve("epoch");
    Optional<String> found = epochIn(file);
    String result = found.orElseGet(this::newEpoch);
    if (found.isEmpty()) {
      Files.writeString(file, result + "\n");
    }
    epoch = result;
    return result;
  }

  private static Optional<String> epochIn(Path file) throws IOException {
    return Files.exists(file)
        ? Optional.of(Files.readString(file).strip()).filter(e -> e.matches("[a-z0-9]{1,32}"))
        : Optional.empty();
  }

  private String newEpoch() {
    byte[] bytes = new byte[8];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** The source that was written to longest ago makes room for another. */
  private void makeRoom() throws IOException {
    TreeSet<String> all = new TreeSet<>(sources());
    while (all.size() >= MAX_SOURCES) {
      String oldest =
          all.stream()
              .filter(s -> !s.equals(LogSource.AGENT))
              .min(Comparator.comparing(s -> LogFormat.modified(newer(s))))
              .orElseThrow();
      Files.deleteIfExists(newer(oldest));
      Files.deleteIfExists(older(oldest));
      Files.deleteIfExists(epochFile(oldest));
      sources.remove(oldest);
      all.remove(oldest);
    }
  }

  /** Sources that have a log, in order. */
  public synchronized List<String> sources() throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> LogFormat.source(file.getFileName().toString()))
          .filter(LogSource::isSource)
          .distinct()
          .sorted()
          .toList();
    }
  }

  /** The life of the source's numbers: in another one they begin again. */
  public synchronized String epoch(String source) throws IOException {
    return open(source).epoch;
  }

  /** Number that the source's next line will have. */
  public synchronized long next(String source) throws IOException {
    Open open = open(source);
    earn(open);
    if (open.credit >= 1) {
      // The last lines of a flood are missing, too, and perhaps no other line follows.
      tellDropped(source, open);
    }
    return open.next;
  }

  /**
   * Lines from a number on, as far as they are still there.
   *
   * @param characters of text at most, but one line in any case
   */
  public synchronized Chunk read(String source, long from, int lines, int characters)
      throws IOException {
    Open open = open(source);
    List<LogLine> found = new ArrayList<>();
    if (from < open.next) {
      int left = characters;
      for (Path file : List.of(older(source), newer(source))) {
        for (LogLine line : LogFormat.read(file)) {
          if (line.number() < from) {
            continue;
          }
          left -= line.text().length();
          if (found.size() >= lines || (left < 0 && !found.isEmpty())) {
            return new Chunk(open.epoch, found);
          }
          found.add(line);
        }
      }
    }
    return new Chunk(open.epoch, found);
  }

  private Path newer(String source) {
    return directory.resolve(LogFormat.file(source));
  }

  private Path epochFile(String source) {
    return directory.resolve(LogFormat.file(source).replaceAll("\\.log$", ".epoch"));
  }

  private Path older(String source) {
    return directory.resolve(LogFormat.file(source).replaceAll("\\.log$", ".old"));
  }
}
