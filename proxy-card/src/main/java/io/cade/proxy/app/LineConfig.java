package io.cade.proxy.app;

import io.cade.proxy.ftp.FtpSettings;
import io.cade.proxy.line.LineLimits;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * The keys of a {@link ProxyConfig} for FTP and POP3.
 *
 * @param ftp where to listen
 * @param pop3 likewise
 * @param pop3s likewise, in TLS from the first byte
 * @param settings proxy: data connections of FTP
 * @param limits proxy: what visitors may use
 * @param proxiesFtp balancer: where connections go
 * @param proxiesPop3 likewise
 * @param proxiesPop3s likewise
 * @param passive balancer: ports of data connections, which lead to one proxy each
 */
public record LineConfig(
    List<InetSocketAddress> ftp,
    List<InetSocketAddress> pop3,
    List<InetSocketAddress> pop3s,
    FtpSettings settings,
    LineLimits limits,
    List<InetSocketAddress> proxiesFtp,
    List<InetSocketAddress> proxiesPop3,
    List<InetSocketAddress> proxiesPop3s,
    List<PassivePorts> passive) {
  public LineConfig {
    ftp = List.copyOf(ftp);
    pop3 = List.copyOf(pop3);
    pop3s = List.copyOf(pop3s);
    proxiesFtp = List.copyOf(proxiesFtp);
    proxiesPop3 = List.copyOf(proxiesPop3);
    proxiesPop3s = List.copyOf(proxiesPop3s);
    passive = List.copyOf(passive);
  }

  /** Nothing of it is served. */
  public static LineConfig none() {
    return new LineConfig(
        List.of(),
        List.of(),
        List.of(),
        FtpSettings.standard(),
        LineLimits.standard(),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  /**
   * @param proxy numeric address
   */
  public record PassivePorts(String proxy, int lowest, int highest) {}
}
