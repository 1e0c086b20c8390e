package io.cade.proxy.app;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * File descriptors are what a flood of connections takes first, and a process without any can
 * neither check its proxies nor tell anybody: a balancer would take all proxies for dead and give
 * its address up. So no more visitors are let in than there are descriptors for, with some left.
 */
final class Descriptors {
  /** For listeners, checks, the engine's connection, files. */
  private static final long LEFT = 512;

  private static final Logger log = LoggerFactory.getLogger(Descriptors.class);

  private Descriptors() {}

  /** What the system allows this process. */
  static long allowed() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : Long.MAX_VALUE;
  }

  /**
   * How many visitors a balancer can serve, each with two connections; says so when they are fewer
   * than wanted.
   *
   * @param allowed descriptors
   */
  static int visitors(int wanted, long allowed) {
    long enough = Math.max(1, (allowed - LEFT) / 2);
    if (wanted <= enough) {
      return wanted;
    }
    log.warn(
        "limits.visitors is {}, but {} file descriptors are enough for {} only: that is the limit"
            + " now; give the process {} (LimitNOFILE, ulimit -n)",
        wanted,
        allowed,
        enough,
        2L * wanted + LEFT);
    return (int) enough;
  }
}
