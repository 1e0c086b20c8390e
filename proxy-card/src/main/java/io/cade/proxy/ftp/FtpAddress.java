package io.cade.proxy.ftp;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Addresses and ports as FTP writes them (RFC 959 §4.1.2, RFC 2428). Pure. */
final class FtpAddress {
  private static final Pattern SIX_NUMBERS =
      Pattern.compile("(\\d{1,3}),(\\d{1,3}),(\\d{1,3}),(\\d{1,3}),(\\d{1,3}),(\\d{1,3})");
  private static final Pattern EXTENDED_REPLY = Pattern.compile("\\(([!-~])\\1\\1(\\d{1,5})\\1\\)");

  private FtpAddress() {}

  /** The argument of PORT; null when it is none. */
  static @Nullable InetSocketAddress ofPort(String argument) {
    Matcher numbers = SIX_NUMBERS.matcher(argument);
    return numbers.matches() ? address(numbers) : null;
  }

  private static @Nullable InetSocketAddress address(Matcher numbers) {
    byte[] octets = new byte[6];
    for (int i = 0; i < 6; i++) {
      int value = Integer.parseInt(numbers.group(i + 1));
      if (value > 255) {
        return null;
      }
      octets[i] = (byte) value;
    }
    int port = (octets[4] & 0xff) << 8 | (octets[5] & 0xff);
    try {
      return port == 0
          ? null
          : new InetSocketAddress(
              InetAddress.getByAddress(java.util.Arrays.copyOf(octets, 4)), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four octets are an address", e);
    }
  }

  /** The argument of EPRT, {@code |1|132.235.1.2|6275|}; null when it is none. */
  static @Nullable InetSocketAddress ofExtendedPort(String argument) {
    if (argument.length() < 2 || argument.charAt(0) < '!' || argument.charAt(0) > '~') {
      return null;
    }
    String[] parts = argument.split(Pattern.quote(argument.substring(0, 1)), -1);
    if (parts.length != 5 || !parts[4].isEmpty() || !parts[3].matches("\\d{1,5}")) {
      return null;
    }
    int port = Integer.parseInt(parts[3]);
    try {
      InetAddress address = InetAddress.ofLiteral(parts[2]);
      boolean fits =
          parts[1].equals("1") ? address instanceof Inet4Address : address instanceof Inet6Address;
      return fits && port > 0 && port < 65536 && (parts[1].equals("1") || parts[1].equals("2"))
          ? new InetSocketAddress(address, port)
          : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** The port in a reply 229; 0 when there is none. */
  static int portOfExtendedReply(String reply) {
    Matcher found = EXTENDED_REPLY.matcher(reply);
    int port = found.find() ? Integer.parseInt(found.group(2)) : 0;
    return port < 65536 ? port : 0;
  }

  /**
   * The port in a reply 227; 0 when there is none. The address in it is not looked at: a card's
   * data connection goes to the card, whatever the card says.
   */
  static int portOfPassiveReply(String reply) {
    Matcher numbers = SIX_NUMBERS.matcher(reply);
    InetSocketAddress address = numbers.find() ? address(numbers) : null;
    return address == null ? 0 : address.getPort();
  }

  /** Reply to PASV. */
  static String passiveReply(Inet4Address address, int port) {
    return "227 Entering Passive Mode ("
        + address.getHostAddress().replace('.', ',')
        + ","
        + (port >> 8)
        + ","
        + (port & 0xff)
        + ").";
  }
}
