package io.cade.engine.operate;

import io.cade.engine.change.Refusal;
import java.io.EOFException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Uploaded content: a ZIP whose every entry is checked and written anew, so that what is kept holds
 * plain files below one directory and nothing else (no links, no attributes, no second directory of
 * entries that says something different).
 *
 * <p>Limits: {@value #MAX_FILES} files, {@value #MAX_DIRECTORIES} directories, {@value #MAX_PATH}
 * characters a path, 256 MiB unpacked.
 */
public final class ContentArchive {
  /** Largest archive, packed, however it comes: uploaded, or in an update bundle. */
  public static final int MAX_PACKED = 64 << 20;

  public static final int MAX_FILES = 10_000;
  public static final int MAX_PATH = 240;
  public static final long MAX_UNPACKED_BYTES = 256L << 20;

  /** Each is made on the card, and its name is kept while the content is checked. */
  static final int MAX_DIRECTORIES = 10_000;

  private static final int MAX_DIRECTORY_BYTES = 8 << 20;

  private static final FileTime FIXED = FileTime.from(Instant.parse("2000-01-01T00:00:00Z"));
  private static final int CHUNK = 64 << 10;

  private ContentArchive() {}

  /** Where the bytes of one file go. */
  @FunctionalInterface
  private interface Target {
    OutputStream open(String path) throws IOException;
  }

  /**
   * Checks an upload and writes the files in it to a ZIP of our own making.
   *
   * @return the paths of the files in it
   * @throws Refusal CONTENT when it is not such a ZIP, LIMIT when a limit is exceeded
   * @throws IOException when files cannot be read or written
   */
  public static Set<String> rewrite(Path upload, Path target) throws Refusal, IOException {
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(target))) {
      return walk(
          upload,
          path -> {
            ZipEntry entry = new ZipEntry(path);
            entry.setLastModifiedTime(FIXED);
            out.putNextEntry(entry);
            return new Unclosed(out);
          });
    }
  }

  /**
   * Writes the files of a checked archive below an empty directory.
   *
   * @throws Refusal when the archive is not as {@link #rewrite} leaves it
   */
  public static void unpack(Path archive, Path directory) throws Refusal, IOException {
    walk(
        archive,
        path -> {
          Path file = directory.resolve(path);
          Path parent = file.getParent();
          if (parent != null) {
            Files.createDirectories(parent);
          }
          return Files.newOutputStream(file);
        });
  }

  private static Set<String> walk(Path zip, Target target) throws Refusal, IOException {
    Set<String> files = new HashSet<>();
    Set<String> directories = new HashSet<>();
    long left = MAX_UNPACKED_BYTES;
    // Reading entry by entry does not need the directory at the end, and would take an upload that
    // was cut off between two entries for a smaller one.
    int listed = ZipDirectory.entries(zip, MAX_FILES + MAX_DIRECTORIES, MAX_DIRECTORY_BYTES);
    int held = 0;
    try (InputStream file = Files.newInputStream(zip);
        ZipInputStream in = new ZipInputStream(file)) {
      for (ZipEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
        if (++held > listed) {
          break;
        }
        String name = e.getName();
        boolean directory = name.endsWith("/");
        String path = directory ? name.substring(0, name.length() - 1) : name;
        require(objection(path), path);
        if (directory) {
          continue;
        }
        if (!files.add(path)) {
          require("is there twice", path);
        }
        if (files.size() > MAX_FILES) {
          throw new Refusal(
              Refusal.Kind.LIMIT, "the content holds more than " + MAX_FILES + " files");
        }
        for (int i = path.indexOf('/'); i >= 0; i = path.indexOf('/', i + 1)) {
          directories.add(path.substring(0, i));
        }
        if (directories.size() > MAX_DIRECTORIES) {
          throw new Refusal(
              Refusal.Kind.LIMIT,
              "the content holds more than " + MAX_DIRECTORIES + " directories");
        }
        try (OutputStream out = target.open(path)) {
          left = copy(in, out, left);
        }
      }
    } catch (ZipException | IllegalArgumentException e) {
      // The JDK reports names that are not UTF-8 as IllegalArgumentException.
      throw new Refusal(
          Refusal.Kind.CONTENT, "the content is not a ZIP that can be read: " + e.getMessage());
    } catch (EOFException e) {
      throw new Refusal(Refusal.Kind.CONTENT, "the content is a ZIP cut off in the middle");
    }
    if (held != listed) {
      throw new Refusal(
          Refusal.Kind.CONTENT,
          "the content is a ZIP that holds other files than its directory lists");
    }
    if (files.isEmpty()) {
      throw new Refusal(Refusal.Kind.CONTENT, "there is no file in the content");
    }
    for (String path : files) {
      if (directories.contains(path)) {
        require("is both a file and a directory", path);
      }
    }
    return files;
  }

  private static long copy(InputStream in, OutputStream out, long left)
      throws Refusal, IOException {
    byte[] chunk = new byte[CHUNK];
    long remaining = left;
    for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
      remaining -= n;
      if (remaining < 0) {
        throw new Refusal(
            Refusal.Kind.LIMIT,
            "the content is larger than " + (MAX_UNPACKED_BYTES >> 20) + " MiB unpacked");
      }
      out.write(chunk, 0, n);
    }
    return remaining;
  }

  private static @Nullable String objection(String path) {
    if (path.length() > MAX_PATH) {
      return "is longer than " + MAX_PATH + " characters";
    }
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (Character.isISOControl(c) || c == '\\' || c == ':') {
        return "holds a forbidden character";
      }
    }
    for (String segment : path.split("/", -1)) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        return "leaves its directory or is not in plain form";
      }
    }
    return null;
  }

  private static void require(@Nullable String objection, String path) throws Refusal {
    if (objection != null) {
      StringBuilder shown = new StringBuilder();
      path.chars().limit(80).forEach(c -> shown.append(Character.isISOControl(c) ? '?' : (char) c));
      throw new Refusal(Refusal.Kind.CONTENT, "path '" + shown + "' in the content " + objection);
    }
  }

  /** An entry's end is not the archive's end. */
  private static final class Unclosed extends FilterOutputStream {
    Unclosed(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      ((ZipOutputStream) out).closeEntry();
    }
  }
}
