package io.cade.proxy.app;

import io.cade.proxy.balance.Backends;
import io.cade.proxy.ftp.FtpProtocol;
import io.cade.proxy.line.CardSessions;
import io.cade.proxy.line.GreetingChecker;
import io.cade.proxy.line.LineServer;
import io.cade.proxy.line.LineServices;
import io.cade.proxy.line.LoginGuard;
import io.cade.proxy.pop3.Pop3Protocol;
import io.cade.proxy.route.Routes;
import io.cade.proxy.stats.ProxyStatistics;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** The FTP and POP3 proxies of a proxy card, wired by hand. Used by the server's thread. */
final class LineProxies {
  private final LineServer ftp;
  private final LineServer pop3;
  private final GreetingChecker checker;
  private final CardSessions sessions;
  private final EventLoopGroup group;

  LineProxies(
      EventLoopGroup group,
      ProxyConfig config,
      Routes routes,
      ProxyStatistics statistics,
      Backends backends,
      InstantSource clock,
      RandomGenerator random) {
    this.group = group;
    this.sessions = new CardSessions(routes, clock);
    LineServices services =
        new LineServices(
            routes,
            statistics,
            new LoginGuard(System::nanoTime),
            config.lines().limits(),
            config.trustedBalancers(),
            sessions,
            System::nanoTime);
    this.ftp = new LineServer(group, services, new FtpProtocol(config.lines().settings(), random));
    this.pop3 = new LineServer(group, services, new Pop3Protocol());
    this.checker = new GreetingChecker(group.next(), config.health(), backends::all);
  }

  InetSocketAddress listenFtp(InetSocketAddress address) throws Exception {
    return ftp.listen(address, false);
  }

  InetSocketAddress listenPop3(InetSocketAddress address, boolean implicitTls) throws Exception {
    return pop3.listen(address, implicitTls);
  }

  // The task ends with the group.
  @SuppressWarnings("FutureReturnValueIgnored")
  void start() {
    checker.start();
    group.scheduleWithFixedDelay(sessions::endDrained, 1, 1, TimeUnit.SECONDS);
  }

  /** One of the drains of {@link #drains}. */
  interface Drain {
    void run() throws InterruptedException;
  }

  /** What lets the sessions of each protocol end; to be run at the same time. */
  List<Drain> drains(Duration atMost) {
    checker.close();
    return List.of(() -> ftp.drain(atMost), () -> pop3.drain(atMost));
  }
}
