package io.cade.engine.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What guard and engine write for each other: folder {@code guard} of the state directory. Files
 * are replaced as a whole, so each side reads either the old or the new one. Stateless beside the
 * disk.
 */
final class GuardFolder {
  private final Path root;
  private final DurableFiles files;

  GuardFolder(Path state, DurableFiles files) {
    this.root = state.resolve("guard");
    this.files = files;
  }

  /** Makes the folder when it is not there. */
  void make() throws IOException {
    Files.createDirectories(
        releases(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  Path root() {
    return root;
  }

  Path releases() {
    return root.resolve("releases");
  }

  /** Where a release is, once it is complete. */
  Path release(String version) {
    return releases().resolve(version);
  }

  Path recordFile() {
    return root.resolve("record");
  }

  Optional<GuardRecord> record() throws IOException {
    Optional<byte[]> content = content(recordFile());
    try {
      return content.isEmpty() ? Optional.empty() : Optional.of(GuardRecord.decode(content.get()));
    } catch (IOException e) {
      throw new IOException(
          recordFile()
              + " cannot be understood ("
              + e.getMessage()
              + "): remove it, and the guard begins with the release that is installed",
          e);
    }
  }

  void write(GuardRecord record) throws IOException {
    files.replace(recordFile(), record.encode());
  }

  /** What the engine wants; empty when nothing. One that cannot be read is put aside. */
  Optional<UpgradeOrder> order() throws IOException {
    Optional<byte[]> content = content(orderFile());
    if (content.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(UpgradeOrder.of(Texts.read(content.get())));
    } catch (IOException e) {
      files.delete(orderFile());
      throw new IOException("an order that cannot be understood is dropped: " + e.getMessage(), e);
    }
  }

  void order(UpgradeOrder order) throws IOException {
    Map<String, String> all = new TreeMap<>();
    order.put(all);
    files.replace(orderFile(), new Texts(all).bytes());
  }

  void dropOrder() throws IOException {
    files.delete(orderFile());
  }

  private Path orderFile() {
    return root.resolve("order");
  }

  /** By this word the guard knows that it speaks with its child, and the child its guard. */
  String token() throws IOException {
    return text("token").orElse("");
  }

  /** Need not be durable: it is made anew with each child. */
  void token(String token) throws IOException {
    files.replace(root.resolve("token"), Texts.line(token));
  }

  /** Number of the last outcome that an engine has told. */
  long told() throws IOException {
    Optional<String> text = text("told");
    try {
      return text.isEmpty() ? 0 : Long.parseLong(text.get());
    } catch (NumberFormatException e) {
      throw new IOException(root.resolve("told") + " holds no number", e);
    }
  }

  void told(long number) throws IOException {
    files.replace(root.resolve("told"), Texts.line(String.valueOf(number)));
  }

  /** What an engine says of the data before it opens it; empty when none has. */
  String format() throws IOException {
    return text("format").orElse("");
  }

  void format(String format) throws IOException {
    if (!format.equals(format())) {
      files.replace(root.resolve("format"), Texts.line(format));
    }
  }

  private Optional<String> text(String name) throws IOException {
    return content(root.resolve(name)).map(b -> new String(b, Texts.CHARSET).strip());
  }

  private static Optional<byte[]> content(Path file) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
