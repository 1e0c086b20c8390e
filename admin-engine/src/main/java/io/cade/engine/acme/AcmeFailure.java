package io.cade.engine.acme;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** No certificate this time; the message says why in words for an operator. */
public final class AcmeFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final @Nullable Instant retryAfter;

  public AcmeFailure(String message, @Nullable Throwable cause) {
    this(message, null, cause);
  }

  /**
   * @param retryAfter before then the authority does not want to be asked again
   */
  public AcmeFailure(String message, @Nullable Instant retryAfter, @Nullable Throwable cause) {
    super(message, cause);
    this.retryAfter = retryAfter;
  }

  /** Before then the authority does not want to be asked again. */
  public Optional<Instant> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
