package io.cade.agent.logs;

import io.cade.agent.wire.LogLine;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How lines lie in a file, on a card and in its engine alike: {@code NUMBER TIME TEXT}, UTF-8, a
 * line feed at the end. Lines that are none are passed over. Stateless.
 */
public final class LogFormat {
  /** Largest file that is read; those written here are far smaller. */
  private static final int MAX_FILE = 4 << 20;

  private LogFormat() {}

  /** The name of the file of a source. */
  public static String file(String source) {
    return source.replace(':', '+') + ".log";
  }

  /** The source of a file, by its name; empty when it is of none. */
  public static String source(String file) {
    return file.endsWith(".log") || file.endsWith(".old")
        ? file.substring(0, file.length() - 4).replace('+', ':')
        : "";
  }

  /** The line as it lies in a file. */
  public static byte[] write(LogLine line) {
    return (line.number()
            + " "
            + line.at().truncatedTo(ChronoUnit.MILLIS)
            + " "
            + line.text()
            + "\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Adds to a file that its user alone may read. */
  public static void append(Path file, byte[] bytes) throws IOException {
    try (var channel =
        Files.newByteChannel(
            file,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      var buffer = java.nio.ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }
  }

  /** The newer file becomes the older one. */
  public static void rotate(Path newer, Path older) throws IOException {
    if (Files.exists(newer)) {
      Files.move(newer, older, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /**
   * Cuts off what is not a whole line.
   *
   * @return bytes that are left; 0 when there is no file
   */
  public static long mend(Path file) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    byte[] all = bytes(file);
    int end = all.length;
    while (end > 0 && all[end - 1] != '\n') {
      end--;
    }
    if (end < all.length || Files.size(file) > all.length) {
      try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
        cut.setLength(end);
      }
    }
    return end;
  }

  /** The number after the last one in the two files. */
  public static long next(Path newer, Path older) throws IOException {
    for (Path file : List.of(newer, older)) {
      List<LogLine> lines = read(file);
      if (!lines.isEmpty()) {
        return lines.getLast().number() + 1;
      }
    }
    return 0;
  }

  /** All lines of a file, in order; none when there is no file. */
  public static List<LogLine> read(Path file) throws IOException {
    List<LogLine> lines = new ArrayList<>();
    if (!Files.exists(file)) {
      return lines;
    }
    String text = new String(bytes(file), StandardCharsets.UTF_8);
    int start = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      LogLine line = parse(text.substring(start, end));
      if (line != null) {
        lines.add(line);
      }
      start = end + 1;
    }
    return lines;
  }

  private static byte[] bytes(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return in.readNBytes(MAX_FILE);
    }
  }

  private static @Nullable LogLine parse(String text) {
    int first = text.indexOf(' ');
    int second = text.indexOf(' ', first + 1);
    if (first < 1 || second < 0) {
      return null;
    }
    try {
      return new LogLine(
          Long.parseLong(text.substring(0, first)),
          Instant.parse(text.substring(first + 1, second)),
          text.substring(second + 1));
    } catch (IllegalArgumentException | DateTimeParseException e) {
      return null;
    }
  }

  /** When the file was last written; long ago when that cannot be told. */
  public static FileTime modified(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }
}
