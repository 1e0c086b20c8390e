package io.cade.engine.datagram.raw;

import java.io.IOException;
import java.util.Map;

/** A system call failed. */
final class SystemError extends IOException {
  static final int EPERM = 1;
  static final int EINTR = 4;
  static final int ENXIO = 6;
  static final int EAGAIN = 11;
  static final int EACCES = 13;
  static final int ENODEV = 19;
  static final int ENETDOWN = 100;
  static final int ENOBUFS = 105;

  private static final long serialVersionUID = 1L;

  private static final Map<Integer, String> TEXTS =
      Map.of(
          EPERM, "not permitted",
          ENXIO, "no such interface",
          EAGAIN, "queue full",
          EACCES, "not permitted",
          ENODEV, "no such interface",
          ENETDOWN, "the interface is down",
          ENOBUFS, "no buffer space");

  private final int errno;

  SystemError(String call, int errno) {
    super(call + ": " + TEXTS.getOrDefault(errno, "error " + errno));
    this.errno = errno;
  }

  /** The number as in errno(3). */
  int errno() {
    return errno;
  }

  /** Whether more rights would have helped. */
  boolean isPermission() {
    return errno == EPERM || errno == EACCES;
  }
}
