package io.cade.image.slot;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cade.image.Digests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The state of a card's image store on its medium: two files, written in turn and each guarded by
 * its digest, so that a power cut at any moment leaves the state before or the one after (what boot
 * loaders call a redundant environment). One writer at a time; not thread-safe.
 */
public final class SlotFile {
  private static final int MAX_BYTES = 64 << 10;

  private final Path first;
  private final Path second;
  private final JsonMapper mapper =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
  private long sequence;

  /**
   * @param directory of the image store
   */
  public SlotFile(Path directory) {
    this.first = directory.resolve("slots.0");
    this.second = directory.resolve("slots.1");
  }

  private record Stored(long sequence, SlotState state) {}

  /**
   * The newest state that is whole; that of an empty card when there never was one.
   *
   * @throws IOException when the medium fails, or both files are damaged
   */
  public SlotState load() throws IOException {
    boolean seen = Files.exists(first) || Files.exists(second);
    Optional<Stored> newest =
        java.util.stream.Stream.of(read(first), read(second))
            .flatMap(Optional::stream)
            .max(java.util.Comparator.comparingLong(Stored::sequence));
    if (newest.isEmpty()) {
      if (seen) {
        throw new IOException(
            first + " and " + second + " are both damaged; install an image anew");
      }
      return SlotState.empty();
    }
    sequence = newest.get().sequence();
    return newest.get().state();
  }

  /**
   * Makes a state durable; on return it survives a power cut. {@link #load} must have been called.
   *
   * @throws IOException when the medium fails; then the state before it holds
   */
  public void store(SlotState state) throws IOException {
    Stored next = new Stored(sequence + 1, state);
    byte[] json = mapper.writeValueAsBytes(next);
    Path target = next.sequence() % 2 == 0 ? first : second;
    Path fresh = target.resolveSibling(target.getFileName() + ".new");
    byte[] line = (Digests.of(json) + "\n").getBytes(StandardCharsets.US_ASCII);
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      for (byte[] part : new byte[][] {line, json}) {
        ByteBuffer buffer = ByteBuffer.wrap(part);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
      channel.force(true);
    }
    Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel directory = FileChannel.open(target.toAbsolutePath().getParent())) {
      directory.force(true);
    }
    sequence = next.sequence();
  }

  private Optional<Stored> read(Path file) throws IOException {
    byte[] bytes;
    try {
      if (Files.size(file) > MAX_BYTES) {
        return Optional.empty();
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    int end = 0;
    while (end < bytes.length && bytes[end] != '\n') {
      end++;
    }
    if (end == bytes.length) {
      return Optional.empty();
    }
    byte[] json = java.util.Arrays.copyOfRange(bytes, end + 1, bytes.length);
    if (!Digests.of(json).equals(new String(bytes, 0, end, StandardCharsets.US_ASCII))) {
      return Optional.empty();
    }
    return Optional.of(mapper.readValue(json, Stored.class));
  }
}
