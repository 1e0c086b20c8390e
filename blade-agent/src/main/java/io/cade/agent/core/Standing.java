package io.cade.agent.core;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How the card stands towards its engine.
 *
 * @param certificate whether it holds a usable certificate
 * @param secret whether its boot configuration brings an enrolment secret
 * @param reportInterval time between reports
 * @param renewal when the certificate is to be renewed; null when there is none
 */
public record Standing(
    boolean certificate, boolean secret, Duration reportInterval, @Nullable Renewal renewal) {
  /** Of a card whose certificate is not renewed. */
  public Standing(boolean certificate, boolean secret, Duration reportInterval) {
    this(certificate, secret, reportInterval, null);
  }

  /**
   * The time in which a certificate is renewed: each card takes a moment of its own in it, so that
   * cards that enrolled together do not come together.
   */
  public record Renewal(Instant from, Instant until) {}
}
