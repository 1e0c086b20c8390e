package io.cade.engine.collect;

import io.cade.agent.logs.LogFormat;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.LogLine;
import io.cade.agent.wire.LogReply;
import io.cade.agent.wire.LogSource;
import io.cade.agent.wire.LogUpload;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The last lines of every card's logs: {@code CARD/SOURCE.log} and {@code .old} in a directory of
 * their own. Thread-safe; calls block for the disk.
 *
 * <p>Bounds: {@link Bounds}. What is beyond them goes, oldest file first; of a card first that
 * card's own, so that no card can push out another's but where the disk's share is used up. Not
 * synced: after a power cut the engine asks each card for what it lost.
 */
public final class CardLogs {
  /**
   * @param segment bytes of one file; a source has two
   * @param card bytes of one card
   * @param total bytes of all cards
   */
  public record Bounds(long segment, long card, long total) {
    /** 64 KiB, 512 KiB, 128 MiB. */
    public static Bounds standard() {
      return new Bounds(64 << 10, 512 << 10, 128 << 20);
    }
  }

  /** Sources of one card. */
  static final int MAX_SOURCES = 48;

  private static final String EPOCH = "#epoch ";

  /**
   * A line and where it comes from.
   *
   * @param epoch of the numbers: another card in the slot counts from 0 again
   * @param text harmless, as of {@link io.cade.agent.wire.LogText}
   */
  public record Line(String source, String epoch, long number, Instant at, String text) {}

  /** What is known of a source without reading its files. */
  private static final class Held {
    String epoch = "";
    long next;
    long newer;
    long older;
  }

  private final Path directory;
  private final Bounds bounds;
  // Guarded by this.
  private final Map<CardPosition, Map<String, Held>> cards = new TreeMap<>();
  private long total;

  private CardLogs(Path directory, Bounds bounds) {
    this.directory = directory;
    this.bounds = bounds;
  }

  /** Opens what is there; half a line that a power cut left is cut off. */
  public static CardLogs open(Path directory, Bounds bounds) throws IOException {
    CardLogs logs = new CardLogs(directory, bounds);
    makePrivate(directory);
    logs.load();
    return logs;
  }

  private static void makePrivate(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  private synchronized void load() throws IOException {
    for (Path card : list(directory)) {
      CardPosition at;
      try {
        at = CardPosition.parse(card.getFileName().toString());
      } catch (IllegalArgumentException e) {
        continue;
      }
      for (Path file : list(card)) {
        String source = LogFormat.source(file.getFileName().toString());
        if (!LogSource.isSource(source) || held(at).containsKey(source)) {
          continue;
        }
        Held held = new Held();
        Path newer = newer(at, source);
        held.newer = LogFormat.mend(newer);
        held.older = LogFormat.mend(older(at, source));
        held.epoch = epochOf(held.newer > 0 ? newer : older(at, source));
        held.next = LogFormat.next(newer, older(at, source));
        if (held.newer > 0
            && LogFormat.read(newer).isEmpty()
            && !epochOf(older(at, source)).equals(held.epoch)) {
          // Another life of the numbers began with the file, and no line of it came.
          held.next = 0;
        }
        held(at).put(source, held);
        total += held.newer + held.older;
      }
    }
  }

  private static List<Path> list(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.sorted().toList();
    }
  }

  private static String epochOf(Path file) throws IOException {
    if (!Files.exists(file)) {
      return "";
    }
    try (Stream<String> lines = Files.lines(file, java.nio.charset.StandardCharsets.UTF_8)) {
      String first = lines.findFirst().orElse("");
      return first.startsWith(EPOCH) ? first.substring(EPOCH.length()) : "";
    } catch (java.io.UncheckedIOException e) {
      return "";
    }
  }

  private Map<String, Held> held(CardPosition at) {
    return cards.computeIfAbsent(at, _ -> new TreeMap<>());
  }

  /**
   * Takes lines that are not here yet; repeated ones change nothing.
   *
   * @param now what is said of a gap has this time
   */
  public synchronized LogReply take(CardPosition at, LogUpload upload, Instant now)
      throws IOException {
    Map<String, Held> sources = held(at);
    Held known = sources.get(upload.source());
    if (known == null && upload.lines().isEmpty()) {
      return new LogReply(0);
    }
    if (known == null) {
      makePrivate(directory.resolve(at.toString()));
      known = new Held();
      sources.put(upload.source(), known);
    }
    if (upload.replaces()) {
      delete(at, upload.source(), known);
    }
    if (!known.epoch.equals(upload.epoch())) {
      if (upload.lines().isEmpty()) {
        return new LogReply(0);
      }
      begin(at, upload, known);
    }
    append(at, upload, known, now);
    bound(at);
    return new LogReply(known.next);
  }

  /** Another card, or one that was wiped: what the one before said stays as the older file. */
  private void begin(CardPosition at, LogUpload upload, Held held) throws IOException {
    if (held.newer > 0) {
      rotate(at, upload.source(), held);
    }
    held.epoch = upload.epoch();
    held.next = 0;
    header(at, upload.source(), held);
  }

  private void header(CardPosition at, String source, Held held) throws IOException {
    write(
        at,
        source,
        held,
        (EPOCH + held.epoch + "\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  private void append(CardPosition at, LogUpload upload, Held held, Instant now)
      throws IOException {
    ByteArrayOutputStream batch = new ByteArrayOutputStream();
    boolean numbered = LogSource.unitOf(upload.source()).isEmpty();
    for (LogLine line : upload.lines()) {
      if (line.number() < held.next) {
        continue;
      }
      long gap = line.number() - held.next;
      if (numbered && gap > 0 && held.next > 0) {
        batch.writeBytes(
            LogFormat.write(
                new LogLine(
                    line.number() - 1,
                    now,
                    "(" + gap + " lines are lost: the card no longer has them)")));
      }
      batch.writeBytes(LogFormat.write(line));
      held.next = line.number() + 1;
      if (batch.size() >= bounds.segment() / 4) {
        put(at, upload.source(), held, batch);
      }
    }
    put(at, upload.source(), held, batch);
  }

  private void put(CardPosition at, String source, Held held, ByteArrayOutputStream batch)
      throws IOException {
    if (batch.size() == 0) {
      return;
    }
    if (held.newer + batch.size() > bounds.segment()) {
      rotate(at, source, held);
      header(at, source, held);
    }
    write(at, source, held, batch.toByteArray());
    batch.reset();
  }

  private void write(CardPosition at, String source, Held held, byte[] bytes) throws IOException {
    LogFormat.append(newer(at, source), bytes);
    held.newer += bytes.length;
    total += bytes.length;
  }

  private void rotate(CardPosition at, String source, Held held) throws IOException {
    LogFormat.rotate(newer(at, source), older(at, source));
    total -= held.older;
    held.older = held.newer;
    held.newer = 0;
  }

  private void delete(CardPosition at, String source, Held held) throws IOException {
    Files.deleteIfExists(newer(at, source));
    Files.deleteIfExists(older(at, source));
    total -= held.newer + held.older;
    held.newer = 0;
    held.older = 0;
    held.next = 0;
    held.epoch = "";
  }

  private void bound(CardPosition at) throws IOException {
    Map<String, Held> own = held(at);
    while (own.size() > MAX_SOURCES
        || own.values().stream().mapToLong(h -> h.newer + h.older).sum() > bounds.card()) {
      if (!removeOldest(Map.of(at, own))) {
        break;
      }
    }
    while (total > bounds.total()) {
      if (!removeOldest(cards)) {
        break;
      }
    }
  }

  /** Takes out the file that was written longest ago; of a source its older one first. */
  private boolean removeOldest(Map<CardPosition, Map<String, Held>> among) throws IOException {
    record Candidate(CardPosition at, String source, Path file, FileTime written) {}
    @Nullable Candidate oldest =
        among.entrySet().stream()
            .flatMap(card ->
                card.getValue().entrySet().stream()
                    .map(e -> {
                      Path file =
                          e.getValue().older > 0
                              ? older(card.getKey(), e.getKey())
                              : newer(card.getKey(), e.getKey());
                      return new Candidate(
                          card.getKey(), e.getKey(), file, LogFormat.modified(file));
                    }))
            .min(Comparator.comparing(Candidate::written))
            .orElse(null);
    if (oldest == null) {
      return false;
    }
    Map<String, Held> sources = held(oldest.at());
    Held held = sources.get(oldest.source());
    if (held == null) {
      return false;
    }
    Files.deleteIfExists(oldest.file());
    if (held.older > 0) {
      total -= held.older;
      held.older = 0;
    } else {
      total -= held.newer;
      sources.remove(oldest.source());
    }
    return true;
  }

  /**
   * The newest lines of a card, oldest first, by time and within a source by number.
   *
   * @param wanted which sources
   * @param since not older than that
   * @param lines at most
   */
  public synchronized List<Line> read(
      CardPosition at, Predicate<String> wanted, Instant since, int lines) throws IOException {
    List<Line> found = new ArrayList<>();
    for (String source : sources(at)) {
      if (!wanted.test(source)) {
        continue;
      }
      List<Line> own = new ArrayList<>();
      for (Path file : List.of(older(at, source), newer(at, source))) {
        String epoch = epochOf(file);
        for (LogLine line : LogFormat.read(file)) {
          if (!line.at().isBefore(since)) {
            own.add(new Line(source, epoch, line.number(), line.at(), line.text()));
          }
        }
      }
      found.addAll(own.subList(Math.max(0, own.size() - lines), own.size()));
    }
    // Stable: lines of one source stay in their order where the card's clock did not move back.
    found.sort(Comparator.comparing(Line::at));
    return List.copyOf(found.subList(Math.max(0, found.size() - lines), found.size()));
  }

  /** Sources of a card, in order. */
  public synchronized List<String> sources(CardPosition at) {
    Map<String, Held> sources = cards.get(at);
    return sources == null ? List.of() : List.copyOf(sources.keySet());
  }

  /** When lines of a card last came; null when none is here. */
  public synchronized @Nullable Instant collectedAt(CardPosition at) {
    return sources(at).stream()
        .map(source -> LogFormat.modified(newer(at, source)).toInstant())
        .max(Comparator.naturalOrder())
        .orElse(null);
  }

  /** Bytes of all cards. */
  public synchronized long bytes() {
    return total;
  }

  private Path newer(CardPosition at, String source) {
    return directory.resolve(at.toString()).resolve(LogFormat.file(source));
  }

  private Path older(CardPosition at, String source) {
    return directory
        .resolve(at.toString())
        .resolve(LogFormat.file(source).replaceAll("\\.log$", ".old"));
  }
}
