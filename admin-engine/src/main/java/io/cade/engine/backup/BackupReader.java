package io.cade.engine.backup;

import io.cade.image.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a backup as a stream and proves it: every octet of the file is accounted for. Limits are
 * those of {@link BackupManifest}. Used by one thread.
 */
final class BackupReader {
  private static final int CHUNK = 128 << 10;
  private static final int SEAL_BYTES = 72;

  /** Where a file's content goes; nothing is proven before {@link #read} has returned. */
  @FunctionalInterface
  interface Sink {
    OutputStream open(String path) throws IOException;
  }

  private final InputStream in;
  private final Sink sink;
  private final BackupPaths paths = new BackupPaths();
  private final List<BackupManifest.Entry> seen = new ArrayList<>();
  private final byte[] chunk = new byte[CHUNK];
  private long offset;
  private long total;

  private BackupReader(InputStream in, Sink sink) {
    this.in = in;
    this.sink = sink;
  }

  /**
   * Reads all of it.
   *
   * @throws BadBackup with the first fault
   */
  static BackupManifest read(InputStream in, Sink sink) throws IOException {
    return new BackupReader(in, sink).run();
  }

  private BackupManifest run() throws IOException {
    TarHeader header = next();
    while (!header.path().equals(BackupManifest.PATH)) {
      file(header);
      header = next();
    }
    byte[] json = small(header, BackupManifest.MAX_BYTES);
    header = next();
    if (!header.path().equals(BackupManifest.SEAL)) {
      throw new BadBackup(BackupPaths.shown(header.path()) + " is behind the manifest");
    }
    String seal = new String(small(header, SEAL_BYTES), StandardCharsets.US_ASCII);
    if (!seal.equals(Digests.of(json) + "\n")) {
      throw new BadBackup("its manifest is not the one that was written");
    }
    end();
    BackupManifest manifest = BackupManifest.decode(json);
    compare(manifest.entries());
    return manifest;
  }

  private TarHeader next() throws IOException {
    long at = offset;
    byte[] block = exactly(TarHeader.BLOCK);
    if (TarHeader.isEnd(block)) {
      throw new BadBackup("it ends at byte " + at + " without its manifest");
    }
    TarHeader header = TarHeader.decode(block, at);
    String objection = paths.add(header.path());
    if (objection != null) {
      throw new BadBackup("the path " + BackupPaths.shown(header.path()) + " " + objection);
    }
    return header;
  }

  private void file(TarHeader header) throws IOException {
    total += header.size();
    if (seen.size() == BackupManifest.MAX_ENTRIES || total > BackupManifest.MAX_TOTAL) {
      throw new BadBackup(
          "it holds more than "
              + BackupManifest.MAX_ENTRIES
              + " files or "
              + (BackupManifest.MAX_TOTAL >> 30)
              + " GiB");
    }
    MessageDigest digest = Digests.sha256();
    try (OutputStream out = sink.open(header.path())) {
      long left = header.size();
      while (left > 0) {
        int n = in.read(chunk, 0, (int) Math.min(chunk.length, left));
        if (n < 0) {
          throw truncated();
        }
        offset += n;
        digest.update(chunk, 0, n);
        out.write(chunk, 0, n);
        left -= n;
      }
    }
    padding(header);
    seen.add(
        new BackupManifest.Entry(header.path(), header.size(), Digests.format(digest.digest())));
  }

  private byte[] small(TarHeader header, int limit) throws IOException {
    if (header.size() > limit) {
      throw new BadBackup(header.path() + " is larger than " + limit + " octets");
    }
    byte[] content = exactly((int) header.size());
    padding(header);
    return content;
  }

  private void padding(TarHeader header) throws IOException {
    byte[] zeros = exactly(TarHeader.padding(header.size()));
    if (!Arrays.equals(zeros, new byte[zeros.length])) {
      throw new BadBackup("there is something between the files, before byte " + offset);
    }
  }

  private void end() throws IOException {
    byte[] zeros = exactly(2 * TarHeader.BLOCK);
    if (!Arrays.equals(zeros, new byte[zeros.length]) || in.read() >= 0) {
      throw new BadBackup("there is something behind its end");
    }
  }

  private byte[] exactly(int bytes) throws IOException {
    byte[] read = in.readNBytes(bytes);
    offset += read.length;
    if (read.length < bytes) {
      throw truncated();
    }
    return read;
  }

  private BadBackup truncated() {
    return new BadBackup(offset == 0 ? "it is empty" : "it is cut off after " + offset + " bytes");
  }

  private void compare(List<BackupManifest.Entry> listed) throws BadBackup {
    for (int i = 0; i < Math.max(listed.size(), seen.size()); i++) {
      if (i >= seen.size()) {
        throw new BadBackup("the file " + BackupPaths.shown(listed.get(i).path()) + " is missing");
      }
      BackupManifest.Entry entry = seen.get(i);
      String path = BackupPaths.shown(entry.path());
      if (i >= listed.size() || !listed.get(i).path().equals(entry.path())) {
        throw new BadBackup("the file " + path + " is not in the manifest at its place");
      }
      if (listed.get(i).size() != entry.size()) {
        throw new BadBackup("the file " + path + " does not have the size that was written");
      }
      if (!listed.get(i).sha256().equals(entry.sha256())) {
        throw new BadBackup("the file " + path + " is not the one that was written");
      }
    }
  }
}
