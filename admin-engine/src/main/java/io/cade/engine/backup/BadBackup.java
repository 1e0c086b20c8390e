package io.cade.engine.backup;

import java.io.IOException;

/** A file that is no backup, or not a whole one; the message says what is wrong first. */
public final class BadBackup extends IOException {
  private static final long serialVersionUID = 1L;

  BadBackup(String message) {
    super(message);
  }

  BadBackup(String message, Throwable cause) {
    super(message, cause);
  }
}
