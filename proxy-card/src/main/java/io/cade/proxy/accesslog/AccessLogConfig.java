package io.cade.proxy.accesslog;

import java.nio.file.Path;

/**
 * Where and how requests are logged.
 *
 * @param file is appended to; made, with mode 0640, when it is not there
 * @param maxBytes after so many the file is renamed to {@code .1}, {@code .1} to {@code .2}, and so
 *     on; 0 leaves that to others
 * @param keep how many renamed files stay
 * @param ring requests of one event loop that may wait for the disk; more are not logged but
 *     counted
 */
public record AccessLogConfig(Path file, Form form, long maxBytes, int keep, int ring) {
  /** How a request looks. */
  public enum Form {
    /** The combined log format of Apache's server, with fields of ours behind it. */
    COMBINED,
    /** One JSON object a line. */
    JSON
  }
}
