package io.cade.agent.wire;

import java.util.Map;
import java.util.Set;

/**
 * Which protocols a kind of service speaks, and on which ports of its card: engine and agent both
 * derive them from the one port that the command names, so that nothing has to be agreed upon
 * beside it. Stateless.
 */
public final class ServicePorts {
  /** Files (RFC 959). */
  public static final String FTP = "ftp";

  /** Mailboxes (RFC 1939). */
  public static final String POP3 = "pop3";

  /** Kind of service that speaks HTTP only. */
  public static final String STATIC_SITE = "static-site";

  /** Kind of service that speaks HTTP, FTP and POP3. */
  public static final String HOSTING = "hosting";

  /** Kind of service whose pages nginx serves. */
  public static final String NGINX = "nginx";

  /** Kind of service that is a program of the user's for the Java platform, and speaks HTTP. */
  public static final String JAVA = "java";

  /** Kind of service whose mailboxes Dovecot serves: POP3 only. */
  public static final String DOVECOT = "dovecot";

  /** Kind of service whose files vsftpd serves: FTP only. */
  public static final String VSFTPD = "vsftpd";

  private static final int FTP_OFFSET = 1;
  private static final int POP3_OFFSET = 2;

  private ServicePorts() {}

  /** The kinds that agents can run. */
  public static Set<String> kinds() {
    return Set.of(STATIC_SITE, HOSTING, NGINX, JAVA, DOVECOT, VSFTPD);
  }

  /** Port for FTP of a service whose port is the given one. */
  public static int ftp(int port) {
    return port + FTP_OFFSET;
  }

  /** Port for POP3 of a service whose port is the given one. */
  public static int pop3(int port) {
    return port + POP3_OFFSET;
  }

  /** The ports beside the one for HTTP, by protocol; empty for kinds that have none. */
  public static Map<String, Integer> further(String kind, int port) {
    // Without room above, the card cannot open them either, and says so.
    if (port + POP3_OFFSET > 65535) {
      return Map.of();
    }
    return switch (kind) {
      case HOSTING -> Map.of(FTP, ftp(port), POP3, pop3(port));
      case DOVECOT -> Map.of(POP3, pop3(port));
      case VSFTPD -> Map.of(FTP, ftp(port));
      default -> Map.of();
    };
  }

  /** Whether services of the kind speak HTTP; those that do not have their further ports alone. */
  public static boolean speaksHttp(String kind) {
    return !kind.equals(DOVECOT) && !kind.equals(VSFTPD);
  }
}
