package io.cade.engine.log;

import io.cade.engine.change.Commit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log in a directory of segment files, each named after its first position. A batch is one
 * write and one {@code force(false)}. A torn record at the very end is cut off when the log is
 * opened: it was never acknowledged. Damage anywhere else may have hit acknowledged commits and is
 * refused. Its methods lock the log, so that it can be shortened while it is written.
 */
public final class FileChangeLog implements ChangeLog {
  private static final Logger LOG = LoggerFactory.getLogger(FileChangeLog.class);
  private static final byte[] MAGIC = "CADELOG".getBytes(StandardCharsets.US_ASCII);
  private static final byte FORMAT = 1;
  private static final int FILE_HEADER = 8;
  private static final String SUFFIX = ".log";

  /** A segment is closed once it is larger than this. */
  public static final int SEGMENT_BYTES = 16 << 20;

  private final Path directory;
  private final int segmentBytes;
  private final CommitCodec codec = new CommitCodec();
  private final NavigableMap<Long, Path> segments = new TreeMap<>();
  private @Nullable FileChannel channel;
  private long last;
  private boolean broken;

  private FileChangeLog(Path directory, int segmentBytes) {
    this.directory = directory;
    this.segmentBytes = segmentBytes;
  }

  /**
   * Opens or begins a log.
   *
   * @throws IOException when it cannot be used; the message says which file and why
   */
  public static FileChangeLog open(Path directory) throws IOException {
    return open(directory, SEGMENT_BYTES);
  }

  static FileChangeLog open(Path directory, int segmentBytes) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    FileChangeLog log = new FileChangeLog(directory, segmentBytes);
    log.recover();
    return log;
  }

  private void recover() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      files
          .filter(f -> f.getFileName().toString().endsWith(SUFFIX))
          .forEach(f -> segments.put(firstPosition(f), f));
    }
    Map.Entry<Long, Path> newest = segments.lastEntry();
    if (newest == null) {
      return;
    }
    Path file = newest.getValue();
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length < FILE_HEADER) {
      // The crash came between creating the segment and writing its header.
      Files.delete(file);
      segments.remove(newest.getKey());
      last = newest.getKey() - 1;
      return;
    }
    checkHeader(file, bytes);
    last = newest.getKey() - 1;
    int offset = FILE_HEADER;
    while (offset < bytes.length) {
      int end = CommitCodec.end(bytes, offset);
      if (end < 0) {
        break;
      }
      offset = end;
      last++;
    }
    if (offset < bytes.length) {
      refuseWhenMoreFollows(file, bytes, offset);
      LOG.warn(
          "{}: {} bytes of a write that was never acknowledged are cut off at {}",
          file,
          bytes.length - offset,
          offset);
    }
    FileChannel opened = FileChannel.open(file, StandardOpenOption.WRITE);
    opened.truncate(offset);
    opened.position(offset);
    opened.force(true);
    channel = opened;
  }

  /** A sound record behind a damaged one means that this is no torn tail. */
  private static void refuseWhenMoreFollows(Path file, byte[] bytes, int damaged)
      throws IOException {
    for (int at = damaged + 1; at + CommitCodec.HEADER < bytes.length; at++) {
      if (CommitCodec.end(bytes, at) > 0) {
        throw damage(file, damaged);
      }
    }
  }

  private static IOException damage(Path file, int offset) {
    return new IOException(
        file
            + " is damaged at byte "
            + offset
            + " with acknowledged changes behind it; restore a backup of the state directory");
  }

  private static long firstPosition(Path file) {
    String name = file.getFileName().toString();
    return Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
  }

  private static void checkHeader(Path file, byte[] bytes) throws IOException {
    for (int i = 0; i < MAGIC.length; i++) {
      if (bytes[i] != MAGIC[i]) {
        throw new IOException(file + " is not a change log");
      }
    }
    if (bytes[MAGIC.length] > FORMAT) {
      throw new IOException(
          file
              + " was written by a newer version (format "
              + bytes[MAGIC.length]
              + ", this one knows "
              + FORMAT
              + "); start that version or restore an older backup");
    }
  }

  @Override
  public synchronized void append(List<Commit> commits) throws IOException {
    if (broken) {
      throw new IOException("the change log is closed after a failed write; restart the engine");
    }
    List<byte[]> records = new ArrayList<>(commits.size());
    int size = 0;
    long position = last;
    for (Commit commit : commits) {
      if (commit.position() != ++position) {
        throw new IllegalArgumentException(
            "commit " + commit.position() + " where " + position + " is due");
      }
      byte[] record = codec.encode(commit);
      records.add(record);
      size += record.length;
    }
    if (records.isEmpty()) {
      return;
    }
    ByteBuffer batch = ByteBuffer.allocate(size);
    records.forEach(batch::put);
    batch.flip();
    try {
      FileChannel to = channelFor(last + 1);
      while (batch.hasRemaining()) {
        to.write(batch);
      }
      to.force(false);
    } catch (IOException e) {
      broken = true;
      throw e;
    }
    last = position;
  }

  private FileChannel channelFor(long position) throws IOException {
    FileChannel current = channel;
    if (current != null && current.position() < segmentBytes) {
      return current;
    }
    if (current != null) {
      current.close();
    }
    Path file = directory.resolve("%020d%s".formatted(position, SUFFIX));
    FileChannel next =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    ByteBuffer header = ByteBuffer.allocate(FILE_HEADER).put(MAGIC).put(FORMAT).flip();
    while (header.hasRemaining()) {
      next.write(header);
    }
    segments.put(position, file);
    channel = next;
    try (FileChannel dir = FileChannel.open(directory, StandardOpenOption.READ)) {
      // The file's name is in the directory, which has a life of its own on the disk.
      dir.force(true);
    }
    return next;
  }

  @Override
  public synchronized long lastPosition() {
    return last;
  }

  @Override
  public synchronized void replay(long after, Consumer<Commit> consumer) throws IOException {
    if (after >= last) {
      return;
    }
    Long start = segments.floorKey(after + 1);
    if (start == null) {
      throw new IOException(
          directory + " begins after position " + (after + 1) + ": changes are missing");
    }
    long expected = start;
    for (Map.Entry<Long, Path> segment : segments.tailMap(start, true).entrySet()) {
      if (segment.getKey() != expected) {
        throw new IOException(
            directory + " has no segment for position " + expected + ": changes are missing");
      }
      expected = replaySegment(segment.getValue(), expected, after, consumer);
    }
    if (expected != last + 1) {
      throw new IOException(directory + " ends at " + (expected - 1) + " instead of " + last);
    }
  }

  private long replaySegment(Path file, long first, long after, Consumer<Commit> consumer)
      throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length < FILE_HEADER) {
      throw damage(file, 0);
    }
    checkHeader(file, bytes);
    long position = first;
    int offset = FILE_HEADER;
    while (offset < bytes.length) {
      int end = CommitCodec.end(bytes, offset);
      Commit commit = end < 0 ? null : codec.decode(bytes, offset);
      if (commit == null || commit.position() != position) {
        throw damage(file, offset);
      }
      if (position > after) {
        consumer.accept(commit);
      }
      position++;
      offset = end;
    }
    return position;
  }

  @Override
  public synchronized void truncate(long upTo) throws IOException {
    // A segment is needed as long as it, or none after it, holds a position beyond upTo.
    while (segments.size() > 1) {
      Long second = segments.higherKey(segments.firstKey());
      if (second == null || second > upTo + 1) {
        return;
      }
      Path oldest = segments.firstEntry().getValue();
      Files.delete(oldest);
      segments.pollFirstEntry();
    }
  }

  @Override
  public synchronized void close() throws IOException {
    broken = true;
    FileChannel current = channel;
    if (current != null) {
      current.close();
    }
  }
}
