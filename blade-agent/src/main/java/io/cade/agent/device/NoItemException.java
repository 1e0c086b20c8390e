package io.cade.agent.device;

import java.io.IOException;

/**
 * Something is there that no {@link io.cade.agent.wire.DeviceItem} describes: a directory or a link
 * in place of a file, a file too large or not text. Such a thing could not be put back, so it is
 * not changed either.
 */
public final class NoItemException extends IOException {
  private static final long serialVersionUID = 1L;

  /** The message says what is there. */
  public NoItemException(String message) {
    super(message);
  }
}
