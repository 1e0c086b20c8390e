package io.cade.engine.boottree;

import io.cade.agent.wire.CardPosition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Serves parts of boot images by their digest: {@code images/sha256/HEX}, or with a readable name
 * behind it, {@code images/sha256/HEX/vmlinuz}, which does not matter. Images hold no secrets:
 * every card may read every one. Thread-safe.
 */
public final class ImageSource implements BootFileSource {
  private static final Pattern NAME =
      Pattern.compile("images/sha256/([0-9a-f]{64})(?:/[A-Za-z0-9._+-]{1,64})?");

  private final ImageStore store;

  public ImageSource(ImageStore store) {
    this.store = store;
  }

  /**
   * The name under which a part is served.
   *
   * @param readable for people, letters, digits and {@code ._+-}
   */
  static String nameOf(String digest, String readable) {
    return "images/sha256/" + digest + "/" + readable;
  }

  @Override
  public Optional<BootFile> open(CardPosition position, String name) throws IOException {
    Matcher match = NAME.matcher(name);
    if (!match.matches()) {
      return Optional.empty();
    }
    String digest = match.group(1);
    Optional<Path> part = store.part(digest);
    return part.isPresent() ? Optional.of(BootFile.of(part.get(), digest)) : Optional.empty();
  }
}
