package io.cade.engine.cli;

/** A command that ends with one line for the operator: what, where, and what to do. */
final class CommandFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final ExitCode code;

  CommandFailure(ExitCode code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  ExitCode code() {
    return code;
  }

  String line() {
    return String.valueOf(getMessage());
  }
}
