package io.cade.image;

/** Carries a rejection out of the depths of the reader; never leaves this package. */
final class RejectedPackage extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  RejectedPackage(String reason) {
    super(reason, null, false, false);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
