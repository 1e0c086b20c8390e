package io.cade.engine.backup;

import io.cade.image.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** Writes one backup as a stream: files, manifest, seal. Used by one thread. */
final class BackupWriter {
  private static final int CHUNK = 128 << 10;

  private final OutputStream out;
  private final BackupManifest.Head head;
  private final List<BackupManifest.Entry> entries = new ArrayList<>();
  private final BackupPaths paths = new BackupPaths();
  private final byte[] chunk = new byte[CHUNK];
  private long total;

  BackupWriter(OutputStream out, BackupManifest.Head head) {
    this.out = out;
    this.head = head;
  }

  /**
   * Adds a file that nobody changes meanwhile.
   *
   * @throws IOException also when it has no place in a backup; the message names it
   */
  void add(String path, Path file) throws IOException {
    String objection = paths.add(path);
    if (objection != null) {
      throw new IOException(file + " cannot be backed up: its path " + objection);
    }
    if (path.equals(BackupManifest.PATH) || path.equals(BackupManifest.SEAL)) {
      throw new IOException(
          file + " cannot be backed up: its name is a backup's own; move it away");
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(file + " cannot be backed up: it is not a plain file");
    }
    long size = Files.size(file);
    total += size;
    if (entries.size() == BackupManifest.MAX_ENTRIES || total > BackupManifest.MAX_TOTAL) {
      throw new IOException(
          "the state directory is too large for a backup: more than "
              + BackupManifest.MAX_ENTRIES
              + " files or "
              + (BackupManifest.MAX_TOTAL >> 30)
              + " GiB");
    }
    long seconds = Math.max(0, Files.getLastModifiedTime(file).toMillis() / 1000);
    header(path, size, seconds, file.toString());
    MessageDigest digest = Digests.sha256();
    try (InputStream in = Files.newInputStream(file)) {
      long left = size;
      while (left > 0) {
        int n = in.read(chunk, 0, (int) Math.min(chunk.length, left));
        if (n < 0) {
          throw new IOException(file + " became shorter while it was backed up");
        }
        digest.update(chunk, 0, n);
        out.write(chunk, 0, n);
        left -= n;
      }
    }
    out.write(new byte[TarHeader.padding(size)]);
    entries.add(new BackupManifest.Entry(path, size, Digests.format(digest.digest())));
  }

  private void header(String path, long size, long seconds, String named) throws IOException {
    byte[] block;
    try {
      block = new TarHeader(path, size, seconds).encode();
    } catch (IllegalArgumentException e) {
      throw new IOException(named + " cannot be backed up: " + e.getMessage(), e);
    }
    out.write(block);
  }

  /** Ends the backup; the stream stays open. */
  BackupManifest finish() throws IOException {
    BackupManifest manifest = new BackupManifest(head, entries);
    byte[] json = manifest.encode();
    if (json.length > BackupManifest.MAX_BYTES) {
      throw new IOException("the backup's manifest is larger than 64 MiB");
    }
    small(BackupManifest.PATH, json);
    small(BackupManifest.SEAL, (Digests.of(json) + "\n").getBytes(StandardCharsets.US_ASCII));
    out.write(new byte[2 * TarHeader.BLOCK]);
    out.flush();
    return manifest;
  }

  private void small(String path, byte[] content) throws IOException {
    header(path, content.length, Math.max(0, head.taken().getEpochSecond()), path);
    out.write(content);
    out.write(new byte[TarHeader.padding(content.length)]);
  }
}
