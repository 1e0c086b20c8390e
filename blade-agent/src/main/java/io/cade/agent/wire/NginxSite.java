package io.cade.agent.wire;

import java.net.InetSocketAddress;

/**
 * What engine and agent agree on about services of kind {@code nginx}: the engine's plug-in writes
 * the configuration into the package, the card puts in where it is.
 */
public final class NginxSite {
  /** The configuration, in the content of the package. */
  public static final String CONFIGURATION = "nginx.conf";

  /** Stands for the card's address and port. */
  public static final String LISTEN = "@LISTEN@";

  /** Stands for the directory of the content. */
  public static final String CONTENT = "@CONTENT@";

  /** Stands for the directory of what nginx writes. */
  public static final String SCRATCH = "@SCRATCH@";

  private NginxSite() {}

  /**
   * The configuration as nginx reads it.
   *
   * @param content and {@code scratch}: absolute paths
   * @throws IllegalArgumentException when a path cannot be written in nginx's language
   */
  public static String placed(
      String configuration, InetSocketAddress address, String content, String scratch) {
    return configuration
        .replace(LISTEN, address.getAddress().getHostAddress() + ":" + address.getPort())
        .replace(CONTENT, fit(content))
        .replace(SCRATCH, fit(scratch));
  }

  private static String fit(String path) {
    if (!path.matches("[^\"'$\\\\{};@\\p{Cntrl}]+")) {
      throw new IllegalArgumentException(
          "the path " + path + " has characters that nginx's configuration cannot hold");
    }
    return path;
  }
}
