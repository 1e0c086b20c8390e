package io.cade.engine.cli;

/** How a command ends (DESIGN §5). */
enum ExitCode {
  DONE(0),
  FAILED(1),
  USAGE(2),
  /** The engine cannot be reached: nothing is known about what was asked. */
  UNREACHABLE(3),
  /** The engine, or this machine, does not let this user. */
  REFUSED(4),
  CONFLICT(5);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
