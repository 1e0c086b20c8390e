package io.cade.proxy.app;

import io.cade.agent.config.Section;
import io.cade.proxy.ftp.FtpSettings;
import io.cade.proxy.line.LineLimits;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** Reads the keys of a {@link LineConfig}. */
final class LineConfigReader {
  private static final Duration MILLISECOND = Duration.ofMillis(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int MANY = 1_000_000;
  private static final int MOST_PASSIVE_PORTS = 1000;
  private static final List<String> PROXY_KEYS =
      List.of("ftpPassivePorts", "ftpPublicAddress", "ftpActive", "ftpActiveSource", "requireTls");
  private static final List<String> PROTOCOLS = List.of("ftp", "pop3", "pop3s");

  private final Section root;

  LineConfigReader(Section root) {
    this.root = root;
  }

  LineConfig read(ProxyConfig.Role role, Section timeouts, Section limits) {
    List<InetSocketAddress> ftp = root.socketAddresses("ftp");
    List<InetSocketAddress> pop3 = root.socketAddresses("pop3");
    List<InetSocketAddress> pop3s = root.socketAddresses("pop3s");
    int[] ports = root.parsed("ftpPassivePorts", new int[] {0, 0}, LineConfigReader::ports);
    List<Inet4Address> shown = root.list("ftpPublicAddress", 1, LineConfigReader::address4);
    List<InetAddress> source = root.list("ftpActiveSource", 1, Section::address);
    FtpSettings settings =
        new FtpSettings(
            ports[0],
            ports[1],
            shown.isEmpty() ? null : shown.getFirst(),
            root.flag("ftpActive", true),
            source.isEmpty() ? null : source.getFirst());
    LineLimits read = limits(root.flag("requireTls", false), timeouts, limits);
    List<InetSocketAddress> proxiesFtp = root.socketAddresses("proxiesFtp");
    List<InetSocketAddress> proxiesPop3 = root.socketAddresses("proxiesPop3");
    List<InetSocketAddress> proxiesPop3s = root.socketAddresses("proxiesPop3s");
    List<LineConfig.PassivePorts> passive = root.entries("ftpPassive", LineConfigReader::passive);
    roleKeys(role);
    return new LineConfig(
        ftp, pop3, pop3s, settings, read, proxiesFtp, proxiesPop3, proxiesPop3s, passive);
  }

  private void roleKeys(ProxyConfig.Role role) {
    for (String protocol : PROTOCOLS) {
      String proxies =
          "proxies" + Character.toUpperCase(protocol.charAt(0)) + protocol.substring(1);
      if (role == ProxyConfig.Role.PROXY) {
        forbidden(proxies, "balancer");
      } else if (root.has(protocol) != root.has(proxies)) {
        root.problem(proxies, "and '" + protocol + "' go together: from where, and to where");
      }
    }
    if (role == ProxyConfig.Role.PROXY) {
      forbidden("ftpPassive", "balancer");
    } else {
      PROXY_KEYS.forEach(key -> forbidden(key, "proxy"));
      if (root.has("ftpPassive") && !root.has("ftp")) {
        root.problem("ftpPassive", "is of no use without 'ftp'");
      }
    }
  }

  private void forbidden(String key, String role) {
    if (root.has(key)) {
      root.problem(key, "is for the role " + role + " only");
    }
  }

  private static LineLimits limits(boolean requireTls, Section timeouts, Section limits) {
    LineLimits standard = LineLimits.standard();
    return new LineLimits(
        limits.integer("sessions", 1, MANY, standard.maxVisitors()),
        limits.integer("sessionsPerVisitor", 1, MANY, standard.maxPerVisitor()),
        limits.integer("line", 512, 65536, standard.maxLine()),
        standard.maxReplyLine(),
        limits.integer("logins", 1, 100, standard.loginAttempts()),
        timeouts.duration("login", MILLISECOND, HOUR, standard.loginTimeout()),
        timeouts.duration("connect", MILLISECOND, HOUR, standard.connectTimeout()),
        timeouts.duration("reply", MILLISECOND, HOUR, standard.replyTimeout()),
        timeouts.duration("session", MILLISECOND, Duration.ofHours(24), standard.idleTimeout()),
        timeouts.duration("data", MILLISECOND, HOUR, standard.dataTimeout()),
        limits.integer("transferBytesPerSecond", 0, Integer.MAX_VALUE, 0),
        requireTls);
  }

  private static Inet4Address address4(String text) {
    if (Section.address(text) instanceof Inet4Address four) {
      return four;
    }
    throw new IllegalArgumentException("an IPv4 address is meant, PASV knows no other");
  }

  private static LineConfig.PassivePorts passive(String proxy, String text) {
    int[] ports = ports(text);
    if (ports[0] == 0) {
      throw new IllegalArgumentException("should be ports like 30000-30049");
    }
    return new LineConfig.PassivePorts(Section.address(proxy).getHostAddress(), ports[0], ports[1]);
  }

  private static int[] ports(String text) {
    if (text.equals("0")) {
      return new int[] {0, 0};
    }
    int dash = text.indexOf('-');
    if (text.matches("\\d{4,5}-\\d{4,5}")) {
      int low = Integer.parseInt(text.substring(0, dash));
      int high = Integer.parseInt(text.substring(dash + 1));
      if (low >= 1024 && low <= high && high < 65536 && high - low < MOST_PASSIVE_PORTS) {
        return new int[] {low, high};
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "', ports from 1024 like 30000-30049, at most 1000, are meant");
  }
}
