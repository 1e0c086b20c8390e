package io.cade.engine.log;

import io.cade.engine.change.Commit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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
 * The log in a directory of segment files, each named after its first position. A batch is one run
 * of writes and one {@code force(false)}, into room that was made before: a file that grows with
 * every batch costs the file system a journal entry for each sync. So the newest segment ends in
 * zeros while it is being written. A torn batch at the very end is cut off when the log is opened:
 * it was never acknowledged. Damage anywhere else may have hit acknowledged commits and is refused.
 * Any thread may call it; appending waits for no reader. The directory must have been locked
 * against other processes by the caller.
 */
public final class FileChangeLog implements ChangeLog {
  private static final Logger LOG = LoggerFactory.getLogger(FileChangeLog.class);

  /** A segment is closed once it is larger than this. */
  public static final int SEGMENT_BYTES = 16 << 20;

  private static final int BUFFER_BYTES = 256 << 10;

  /** Room made at once. Its zeros are part of one sync, so that more would be felt there. */
  static final int AHEAD_BYTES = 256 << 10;

  private final Path directory;
  private final int segmentBytes;
  private final CommitCodec codec = new CommitCodec();
  // All of these are guarded by this.
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final NavigableMap<Long, Path> segments = new TreeMap<>();
  private @Nullable FileChannel channel;
  // Up to where the newest segment has room.
  private long room;
  private long last;
  private @Nullable String refusal;
  private int holds;

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

  private synchronized void recover() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files = all.filter(SegmentFile::isSegment).toList();
    }
    for (Path file : files) {
      segments.put(SegmentFile.firstPosition(file), file);
    }
    Map.Entry<Long, Path> newest = segments.lastEntry();
    if (newest == null) {
      return;
    }
    Path file = newest.getValue();
    if (SegmentFile.isUnborn(Files.readAllBytes(file))) {
      LOG.warn("{} was only begun and is removed", file);
      Files.delete(file);
      segments.remove(newest.getKey());
      last = newest.getKey() - 1;
      return;
    }
    SegmentFile.Sound sound = SegmentFile.check(file, SegmentFile.read(file), newest.getKey());
    last = sound.last();
    FileChannel opened = FileChannel.open(file, StandardOpenOption.WRITE);
    try {
      opened.truncate(sound.end());
      opened.position(sound.end());
      opened.force(true);
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    channel = opened;
    room = sound.end();
  }

  @Override
  public synchronized void append(List<Commit> commits) throws IOException {
    if (refusal != null) {
      throw new IOException(refusal);
    }
    if (commits.isEmpty()) {
      return;
    }
    List<byte[]> records = new ArrayList<>(commits.size());
    long position = last;
    for (Commit commit : commits) {
      if (commit.position() != ++position) {
        throw new IllegalArgumentException(
            "commit " + commit.position() + " where " + position + " is due");
      }
      records.add(codec.encode(commit, last + 1));
    }
    // Until the sync has succeeded: whatever fails in between, memory included, ends the log here.
    refusal = "the change log " + directory + " could not be written; restart the engine";
    FileChannel to = channelFor(last + 1);
    long before = to.position();
    try {
      makeRoom(to, before, records);
      write(to, records);
      to.force(false);
    } catch (IOException e) {
      refusal += " (" + e.getMessage() + ")";
      undo(to, before);
      throw e;
    }
    last = position;
    refusal = null;
  }

  /** Where there is no place for zeros there may be some for the batch. */
  private void makeRoom(FileChannel in, long from, List<byte[]> records) throws IOException {
    long needed = from;
    for (byte[] record : records) {
      needed += record.length;
    }
    if (needed <= room) {
      return;
    }
    long target = needed + AHEAD_BYTES;
    long at = Math.max(room, from);
    try {
      while (at < target) {
        buffer.clear();
        // What the buffer holds is of no matter any more; only zeros may go out.
        zero(buffer, (int) Math.min(buffer.capacity(), target - at));
        at += in.write(buffer, at);
      }
      room = at;
    } catch (IOException e) {
      LOG.debug("no room ahead in {}", directory, e);
      room = Long.MAX_VALUE;
      in.truncate(from);
    }
  }

  private static void zero(ByteBuffer buffer, int bytes) {
    int at = 0;
    for (; at + Long.BYTES <= bytes; at += Long.BYTES) {
      buffer.putLong(at, 0);
    }
    for (; at < bytes; at++) {
      buffer.put(at, (byte) 0);
    }
    buffer.limit(bytes);
  }

  private void write(FileChannel to, List<byte[]> records) throws IOException {
    buffer.clear();
    for (byte[] record : records) {
      int at = 0;
      while (at < record.length) {
        int part = Math.min(buffer.remaining(), record.length - at);
        buffer.put(record, at, part);
        at += part;
        if (!buffer.hasRemaining()) {
          drain(to);
        }
      }
    }
    drain(to);
  }

  private void drain(FileChannel to) throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      to.write(buffer);
    }
    buffer.clear();
  }

  /** As far as the disk still lets us: what was refused should not be found after a restart. */
  private static void undo(FileChannel channel, long size) {
    try {
      channel.truncate(size);
      channel.force(true);
    } catch (IOException e) {
      LOG.warn("what could not be written could not be taken back either", e);
    }
  }

  private FileChannel channelFor(long position) throws IOException {
    FileChannel current = channel;
    if (current != null && current.position() < segmentBytes) {
      return current;
    }
    if (current != null) {
      channel = null;
      endSegment(current);
    }
    Path file = directory.resolve(SegmentFile.name(position));
    FileChannel next =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    channel = next;
    room = 0;
    segments.put(position, file);
    ByteBuffer header = SegmentFile.header();
    while (header.hasRemaining()) {
      next.write(header);
    }
    try (FileChannel dir = FileChannel.open(directory, StandardOpenOption.READ)) {
      // The file's name is in the directory, which has a life of its own on the disk.
      dir.force(true);
    }
    return next;
  }

  /** Zeros that stay when this fails, or is lost with the power, do no harm. */
  private static void endSegment(FileChannel segment) throws IOException {
    try (segment) {
      segment.truncate(segment.position());
    }
  }

  @Override
  public synchronized long lastPosition() {
    return last;
  }

  @Override
  public void replay(long after, Consumer<Commit> consumer) throws IOException {
    NavigableMap<Long, Path> files;
    long upTo;
    synchronized (this) {
      upTo = last;
      Long start = segments.floorKey(after + 1);
      if (after >= upTo) {
        return;
      }
      if (start == null) {
        throw new IOException(
            directory + " begins after position " + (after + 1) + ": changes are missing");
      }
      files = new TreeMap<>(segments.subMap(start, true, upTo, true));
    }
    // Without the lock: what is read was written and synced before.
    long expected = files.firstKey();
    for (Map.Entry<Long, Path> segment : files.entrySet()) {
      if (segment.getKey() != expected) {
        throw new IOException(
            directory + " has no segment for position " + expected + ": changes are missing");
      }
      expected = new SegmentReplay(codec, segment.getValue(), after, upTo, consumer).run(expected);
    }
    if (expected != upTo + 1) {
      throw new IOException(directory + " ends at " + (expected - 1) + " instead of " + upTo);
    }
  }

  /** Keeps the log from being shortened. */
  public interface Hold extends AutoCloseable {
    @Override
    void close();
  }

  /** Nothing is forgotten until the hold is closed, once; there may be several. */
  public synchronized Hold hold() {
    holds++;
    return () -> {
      synchronized (this) {
        holds--;
      }
    };
  }

  /**
   * Copies the log into an empty directory while it goes on. To be called under a {@link #hold}.
   *
   * @return the last position of the copy: every commit that was durable at the call is in it
   */
  public long copyTo(Path target) throws IOException {
    List<Path> files;
    long newestEnd;
    long upTo;
    synchronized (this) {
      if (refusal != null) {
        throw new IOException(refusal);
      }
      if (holds == 0) {
        throw new IllegalStateException("a copy needs a hold");
      }
      files = List.copyOf(segments.values());
      newestEnd = channel == null ? Long.MAX_VALUE : channel.position();
      upTo = last;
    }
    // Without the lock: what is copied was written and synced before, and is not written again.
    for (int i = 0; i < files.size(); i++) {
      long end = i == files.size() - 1 ? newestEnd : Long.MAX_VALUE;
      copy(files.get(i), target.resolve(files.get(i).getFileName()), end);
    }
    return upTo;
  }

  private static void copy(Path from, Path to, long end) throws IOException {
    try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
        FileChannel out =
            FileChannel.open(
                to,
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rw-------")))) {
      long at = 0;
      long size = Math.min(end, in.size());
      while (at < size) {
        long n = in.transferTo(at, size - at, out);
        if (n <= 0) {
          throw new IOException(from + " became shorter while it was copied");
        }
        at += n;
      }
    }
  }

  @Override
  public synchronized void truncate(long upTo) throws IOException {
    if (holds > 0) {
      // The next checkpoint makes up for it.
      return;
    }
    // A segment is needed as long as it, or none after it, holds a position beyond upTo.
    while (segments.size() > 1) {
      Long second = segments.higherKey(segments.firstKey());
      if (second == null || second > upTo + 1) {
        return;
      }
      Files.deleteIfExists(segments.firstEntry().getValue());
      segments.pollFirstEntry();
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (refusal == null) {
      refusal = "the change log is closed";
    }
    FileChannel current = channel;
    channel = null;
    if (current != null) {
      endSegment(current);
    }
  }
}
