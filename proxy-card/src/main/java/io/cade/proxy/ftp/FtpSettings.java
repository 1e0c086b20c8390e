package io.cade.proxy.ftp;

import java.net.Inet4Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where data connections of FTP come about.
 *
 * @param lowestPort first of the ports for passive transfers
 * @param highestPort last of them; 0 and 0 let the system choose
 * @param publicAddress told to visitors in the reply to PASV; null: the address by which they have
 *     come, unless a balancer stands between, for then that would be an internal one
 * @param active whether PORT and EPRT are served
 * @param activeSource address from which active data connections are made; null: that of the
 *     control connection, unless a balancer stands between
 */
public record FtpSettings(
    int lowestPort,
    int highestPort,
    @Nullable Inet4Address publicAddress,
    boolean active,
    @Nullable InetAddress activeSource) {
  public FtpSettings {
    if (lowestPort < 0 || highestPort < lowestPort || highestPort > 65535) {
      throw new IllegalArgumentException("ports " + lowestPort + "-" + highestPort);
    }
  }

  /** Any free port, the address by which the visitor has come, active transfers too. */
  public static FtpSettings standard() {
    return new FtpSettings(0, 0, null, true, null);
  }
}
