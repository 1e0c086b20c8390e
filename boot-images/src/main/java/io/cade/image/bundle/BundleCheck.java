package io.cade.image.bundle;

/** Outcome of looking at a bundle. */
public sealed interface BundleCheck {
  /**
   * A bundle; whether it is proven or only claims so depends on who says it.
   *
   * @param signer name of the signer's certificate
   */
  record Accepted(Bundle bundle, String signer) implements BundleCheck {}

  /**
   * Not to be used.
   *
   * @param reason for an operator to read, in one line
   */
  record Rejected(String reason) implements BundleCheck {}
}
