package io.cade.agent.wire;

import java.net.InetSocketAddress;
import java.util.regex.Pattern;

/**
 * What engine and agent agree on about services of the kinds {@code dovecot} and {@code vsftpd}:
 * the engine's plug-in writes the daemon's configuration into the package, the card puts in where
 * it is and as whom it runs. Stateless.
 */
public final class MailSite {
  /** Dovecot's configuration, in the content of the package. */
  public static final String DOVECOT = "dovecot.conf";

  /** vsftpd's configuration, in the content of the package. */
  public static final String VSFTPD = "vsftpd.conf";

  /** Who may log in, in the content of a {@code dovecot} package. */
  public static final String USERS = "users";

  /** Mailboxes, in the content of a {@code dovecot} package: {@code mail/NAME/MESSAGE}. */
  public static final String MAIL = "mail";

  /** Files, in the content of a {@code vsftpd} package. */
  public static final String FILES = "ftp";

  /** Where visitors of a {@code vsftpd} service may put files, if they may. */
  public static final String INCOMING = "incoming";

  /** Stands for the card's address. */
  public static final String ADDRESS = "@ADDRESS@";

  /** Stands for the port of the protocol. */
  public static final String PORT = "@PORT@";

  /** Stands for the directory of what the daemon writes. */
  public static final String SCRATCH = "@SCRATCH@";

  /** Stands for the user as whom it runs. */
  public static final String USER = "@USER@";

  /** Stands for that user's group. */
  public static final String GROUP = "@GROUP@";

  /** Names of users: what is a directory, and the same in both daemons' languages. */
  public static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  // Paths within which neither language has signs of its own.
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/._@+-]{1,80}");

  private MailSite() {}

  /**
   * The configuration as the daemon reads it.
   *
   * @param scratch absolute
   * @throws IllegalArgumentException when the path or a name cannot be written in its language, or
   *     is too long for the sockets below it (108 octets, unix(7))
   */
  public static String placed(
      String configuration, InetSocketAddress address, String scratch, String user, String group) {
    return configuration
        .replace(ADDRESS, address.getAddress().getHostAddress())
        .replace(PORT, Integer.toString(address.getPort()))
        .replace(USER, plain("user", user))
        .replace(GROUP, plain("group", group))
        .replace(SCRATCH, plain("path", scratch));
  }

  private static String plain(String what, String text) {
    if (!PLAIN.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "the "
              + what
              + " '"
              + text
              + "' is longer than 80 characters or has others than letters, digits and /._@+-");
    }
    return text;
  }
}
