package io.cade.image.blade;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/**
 * Writes a tree in the form in which Linux takes its initial file system: cpio "newc" (the kernel's
 * Documentation/driver-api/early-userspace/buffer-format.rst). Everything belongs to root, has one
 * time, and comes in the order of its path, so that the same tree gives the same bytes. Files are
 * streamed. Stateless.
 */
final class CpioWriter {
  private static final int DIRECTORY = 0040000;
  private static final int REGULAR = 0100000;
  private static final int LINK = 0120000;
  private static final int CHARACTER_DEVICE = 0020000;

  /** Size is a field of eight hexadecimal digits. */
  private static final long MAX_FILE = 0xffff_ffffL;

  private CpioWriter() {}

  /**
   * Writes the tree and the trailer; the stream stays open.
   *
   * @param time of all files, cut to seconds
   * @throws IOException when a file cannot be read or changes its size meanwhile
   */
  static void write(FileTree tree, Instant time, OutputStream out) throws IOException {
    CountingStream to = new CountingStream(out);
    int inode = 1;
    for (Map.Entry<String, FileTree.Node> each : tree.nodes().entrySet()) {
      String path = each.getKey();
      switch (each.getValue()) {
        case FileTree.Node.Directory d ->
            header(to, inode, DIRECTORY | d.mode(), 2, time, 0, 0, 0, path);
        case FileTree.Node.Copy c -> copy(to, inode, c, time, path);
        case FileTree.Node.Text t -> {
          byte[] content = t.content().getBytes(StandardCharsets.UTF_8);
          header(to, inode, REGULAR | t.mode(), 1, time, content.length, 0, 0, path);
          to.write(content);
        }
        case FileTree.Node.Link l -> {
          byte[] target = l.target().getBytes(StandardCharsets.UTF_8);
          header(to, inode, LINK | 0777, 1, time, target.length, 0, 0, path);
          to.write(target);
        }
        case FileTree.Node.CharacterDevice d ->
            header(to, inode, CHARACTER_DEVICE | d.mode(), 1, time, 0, d.major(), d.minor(), path);
      }
      to.align();
      inode++;
    }
    header(to, 0, 0, 1, Instant.EPOCH, 0, 0, 0, "TRAILER!!!");
    to.align();
    to.flush();
  }

  private static void copy(
      CountingStream to, int inode, FileTree.Node.Copy file, Instant time, String path)
      throws IOException {
    Path source = file.source();
    long size = Files.size(source);
    if (size > MAX_FILE) {
      throw new IOException(source + " is larger than an initial file system can hold");
    }
    header(to, inode, REGULAR | file.mode(), 1, time, size, 0, 0, path);
    long copied;
    try (InputStream in = Files.newInputStream(source)) {
      copied = in.transferTo(to);
    }
    if (copied != size) {
      throw new IOException(source + " changed while it was read; build again");
    }
  }

  private static void header(
      CountingStream to,
      int inode,
      int mode,
      int links,
      Instant time,
      long size,
      int major,
      int minor,
      String path)
      throws IOException {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    StringBuilder header = new StringBuilder("070701");
    long[] fields = {
      inode, mode, 0, 0, links, time.getEpochSecond(), size, 0, 0, major, minor, name.length + 1, 0
    };
    for (long field : fields) {
      String hex = Long.toHexString(field & 0xffff_ffffL);
      header.append("0".repeat(8 - hex.length())).append(hex);
    }
    to.write(header.toString().getBytes(StandardCharsets.US_ASCII));
    to.write(name);
    to.write(0);
    to.align();
  }

  /** Knows where it is, so that it can align to four bytes. */
  private static final class CountingStream extends OutputStream {
    private final OutputStream out;
    private long written;

    CountingStream(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      written++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      written += length;
    }

    void align() throws IOException {
      while (written % 4 != 0) {
        write(0);
      }
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }
  }
}
