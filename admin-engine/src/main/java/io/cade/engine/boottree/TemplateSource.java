package io.cade.engine.boottree;

import io.cade.agent.wire.CardPosition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Files that the operator puts into a directory as templates; each card finds them in its tree
 * under the same name, filled with its own values. They are read anew each time, so a change is
 * there at the next boot. Symbolic links are not followed. Thread-safe.
 */
public final class TemplateSource implements BootFileSource {
  /** A template is text for people and scripts, not an image. */
  static final int MAX_BYTES = 256 << 10;

  private final Path directory;
  private final CardValues values;

  /** What may stand in a template, for one card. */
  @FunctionalInterface
  public interface CardValues {
    Map<String, String> of(CardPosition position);
  }

  public TemplateSource(Path directory, CardValues values) {
    this.directory = directory;
    this.values = values;
  }

  @Override
  public Optional<BootFile> open(CardPosition position, String name) throws IOException {
    Path file = directory;
    for (String segment : name.split("/", -1)) {
      file = file.resolve(segment);
      if (segment.startsWith(".") || Files.isSymbolicLink(file)) {
        return Optional.empty();
      }
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException(file + " is larger than " + MAX_BYTES + " bytes: not a template");
    }
    String filled =
        Template.fill(Files.readString(file, StandardCharsets.UTF_8), values.of(position));
    return Optional.of(BootFile.of(filled.getBytes(StandardCharsets.UTF_8)));
  }
}
