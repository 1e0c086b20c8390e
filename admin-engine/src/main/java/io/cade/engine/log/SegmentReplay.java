package io.cade.engine.log;

import io.cade.engine.change.Commit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Hands out the commits of one segment file. Most of the work is to read their JSON, and the engine
 * cannot serve before it is done: all processors share it, {@value #TOGETHER} commits or {@value
 * #TOGETHER_BYTES} bytes at a time. The consumer hears of them in order, on the calling thread.
 * Used once.
 */
final class SegmentReplay {
  private static final int TOGETHER = 4_096;
  private static final int TOGETHER_BYTES = 1 << 20;

  /** Fewer are read faster than others are told of them. */
  private static final int ALONE = 128;

  /** A record of the file. */
  private record Place(int offset, int end, long position) {}

  private final CommitCodec codec;
  private final Path file;
  private final long after;
  private final long upTo;
  private final Consumer<Commit> consumer;

  /**
   * @param after positions up to this one are left out
   * @param upTo likewise those beyond this one
   */
  SegmentReplay(CommitCodec codec, Path file, long after, long upTo, Consumer<Commit> consumer) {
    this.codec = codec;
    this.file = file;
    this.after = after;
    this.upTo = upTo;
    this.consumer = consumer;
  }

  /**
   * @param first position of the file's first record
   * @return the position behind its last one
   */
  long run(long first) throws IOException {
    byte[] bytes = SegmentFile.read(file);
    List<Place> places = new ArrayList<>();
    int begun = SegmentFile.HEADER;
    long position = first;
    int offset = SegmentFile.HEADER;
    while (offset < bytes.length && position <= upTo) {
      int end = CommitCodec.end(bytes, offset);
      if (end < 0) {
        throw SegmentFile.damage(file, offset);
      }
      if (position > after) {
        places.add(new Place(offset, end, position));
      }
      position++;
      offset = end;
      if (places.size() >= TOGETHER || offset - begun >= TOGETHER_BYTES) {
        handOut(bytes, places);
        places.clear();
        begun = offset;
      }
    }
    handOut(bytes, places);
    return position;
  }

  private void handOut(byte[] bytes, List<Place> places) throws IOException {
    if (places.size() < ALONE) {
      for (Place place : places) {
        consumer.accept(decode(bytes, place));
      }
      return;
    }
    List<Commit> commits;
    try {
      commits = places.parallelStream().map(place -> decodeUnchecked(bytes, place)).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    commits.forEach(consumer);
  }

  private Commit decodeUnchecked(byte[] bytes, Place place) {
    try {
      return decode(bytes, place);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Commit decode(byte[] bytes, Place place) throws IOException {
    Commit commit;
    try {
      commit = codec.decode(bytes, place.offset(), place.end());
    } catch (IOException e) {
      // Whole, but not understood: a newer version may have written it.
      throw new IOException(
          file
              + ": the change at byte "
              + place.offset()
              + " is not one that this version understands; start the version that wrote it, or"
              + " restore a backup of the state directory",
          e);
    }
    if (commit.position() != place.position()) {
      throw new IOException(
          file
              + ": the change at byte "
              + place.offset()
              + " has position "
              + commit.position()
              + " where "
              + place.position()
              + " is due; restore a backup of the state directory");
    }
    return commit;
  }
}
