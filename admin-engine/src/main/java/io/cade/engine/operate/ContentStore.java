package io.cade.engine.operate;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Files named by the SHA-256 of what is in them, readable by the engine's user only. What has a
 * name is complete and durable; a crash leaves at most unnamed leftovers, which the next start
 * clears. Thread-safe; calls that write block.
 */
public final class ContentStore {
  private static final Pattern DIGEST = Pattern.compile("sha256:([0-9a-f]{64})");
  private static final String PART = ".part";

  private final Path dir;

  private ContentStore(Path dir) {
    this.dir = dir;
  }

  /**
   * @param digest {@code sha256:} and 64 hexadecimal digits
   */
  public record Stored(String digest, long bytes) {}

  /**
   * Opens the store of a directory, making it the first time.
   *
   * @throws IOException when the directory cannot be read or written
   */
  public static ContentStore open(Path dir) throws IOException {
    var closed = PosixFilePermissions.fromString("rwx------");
    Files.createDirectories(dir, PosixFilePermissions.asFileAttribute(closed));
    Files.setPosixFilePermissions(dir, closed);
    for (Path p : list(dir)) {
      if (p.getFileName().toString().endsWith(PART)) {
        Files.delete(p);
      }
    }
    return new ContentStore(dir);
  }

  /** A new empty file to be filled and then given to {@link #adopt}, or deleted. */
  public Path temporary() throws IOException {
    return Files.createTempFile(dir, "new-", PART);
  }

  /**
   * Takes over a file made by {@link #temporary}: afterwards it is durable under its digest's name.
   */
  public Stored adopt(Path temporary) throws IOException {
    MessageDigest sha256 = sha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(temporary), sha256)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    String hex = HexFormat.of().formatHex(sha256.digest());
    long bytes = Files.size(temporary);
    // Also when these very bytes are there already: from now on they are wanted again.
    force(temporary, StandardOpenOption.WRITE);
    Files.move(temporary, dir.resolve(hex), StandardCopyOption.ATOMIC_MOVE);
    force(dir, StandardOpenOption.READ);
    return new Stored("sha256:" + hex, bytes);
  }

  /** The file of a digest; empty for a digest that is unknown or none. */
  public Optional<Path> find(String digest) {
    var match = DIGEST.matcher(digest);
    return match.matches()
        ? Optional.of(dir.resolve(match.group(1))).filter(Files::isRegularFile)
        : Optional.empty();
  }

  /**
   * Deletes what nobody refers to any more.
   *
   * @param before what was added later stays: somebody may be about to refer to it
   */
  public void retain(Set<String> digests, Instant before) throws IOException {
    for (Path p : list(dir)) {
      try {
        if (!digests.contains("sha256:" + p.getFileName())
            && Files.getLastModifiedTime(p).toInstant().isBefore(before)) {
          Files.deleteIfExists(p);
        }
      } catch (NoSuchFileException e) {
        // Somebody else's temporary file that has served its turn.
      }
    }
  }

  private static List<Path> list(Path dir) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.toList();
    }
  }

  private static void force(Path path, StandardOpenOption option) throws IOException {
    try (FileChannel channel = FileChannel.open(path, option)) {
      channel.force(true);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
