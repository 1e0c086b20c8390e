package io.cade.image.boot;

/** Outcome of looking at an image. */
public sealed interface ImageCheck {
  /**
   * An image; whether it is proven or only claims so depends on who says it.
   *
   * @param signer name of the signer's certificate
   */
  record Accepted(BootImage image, String signer) implements ImageCheck {}

  /**
   * Not to be used.
   *
   * @param reason for an operator to read, in one line
   */
  record Rejected(String reason) implements ImageCheck {}
}
