package io.cade.image;

/** Outcome of checking a package. */
public sealed interface PackageCheck {
  /** Signed by the given key, complete, each file as declared. */
  record Verified(PackageManifest manifest) implements PackageCheck {}

  /**
   * Not to be used.
   *
   * @param reason for an operator to read, in one line
   */
  record Rejected(String reason) implements PackageCheck {}
}
