package io.cade.proxy.app;

import org.jspecify.annotations.Nullable;

/** The daemon could not start; the message is one line that says what, where and what to do. */
public final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  StartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
