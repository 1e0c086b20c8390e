package io.cade.proxy.testing;

import io.cade.agent.core.Standing;
import io.cade.agent.gateway.EngineChannel;
import io.cade.agent.wire.Ask;
import io.cade.agent.wire.AskReply;
import io.cade.agent.wire.EnrolReply;
import io.cade.agent.wire.EnrolRequest;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.IntroductionReply;
import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogReply;
import io.cade.agent.wire.LogUpload;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.RenewRequest;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.ReportReply;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.proxy.route.EngineAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** The engine as a proxy sees it, written by hand: long polls that wait, and can be away. */
public final class Engine implements EngineChannel, EngineAccess {
  public final BlockingQueue<Introduction> introductions = new LinkedBlockingQueue<>();
  public final BlockingQueue<ProxyReport> proxyReports = new LinkedBlockingQueue<>();
  public final BlockingQueue<Report> reports = new LinkedBlockingQueue<>();
  private RouteSnapshot snapshot = RouteSnapshot.empty();
  private boolean away;
  private boolean introduceAgain;

  public synchronized void announce(RouteSnapshot next) {
    snapshot = next;
    notifyAll();
  }

  public synchronized void setAway(boolean value) {
    away = value;
    notifyAll();
  }

  public synchronized void forgetCard() {
    introduceAgain = true;
  }

  private synchronized void answer() throws IOException {
    if (away) {
      throw new IOException("engine away");
    }
  }

  @Override
  public EnrolReply enrol(EnrolRequest request) throws IOException {
    throw new IOException("not enrolled over this channel");
  }

  @Override
  public EnrolReply renew(RenewRequest request) throws IOException {
    throw new IOException("not renewed over this channel");
  }

  @Override
  public LogReply upload(LogUpload lines) throws IOException {
    throw new IOException("no logs of proxies");
  }

  @Override
  public void upload(Inventory inventory) throws IOException {
    throw new IOException("no inventories of proxies");
  }

  @Override
  public IntroductionReply introduce(Introduction introduction) throws IOException {
    answer();
    introductions.add(introduction);
    return new IntroductionReply("", false);
  }

  @Override
  public synchronized ReportReply report(Report report) throws IOException {
    answer();
    reports.add(report);
    boolean again = introduceAgain;
    introduceAgain = false;
    return new ReportReply(again, false, false);
  }

  @Override
  public AskReply ask(Ask ask) throws IOException {
    throw new IOException("no commands for proxies");
  }

  @Override
  public void fetchPackage(String digest, Path target, long maxBytes) throws IOException {
    throw new IOException("no packages for proxies");
  }

  @Override
  public synchronized Optional<RouteSnapshot> routes(long after, Duration wait)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + wait.toNanos();
    while (true) {
      answer();
      if (snapshot.version() > after) {
        return Optional.of(snapshot);
      }
      long rest = (end - System.nanoTime()) / 1_000_000;
      if (rest <= 0) {
        return Optional.empty();
      }
      wait(rest);
    }
  }

  @Override
  public void report(ProxyReport report) throws IOException {
    answer();
    proxyReports.add(report);
  }

  @Override
  public void begin() {}

  @Override
  public void distrusted() throws IOException {
    throw new IOException("this engine knows no certificates");
  }

  @Override
  public EngineChannel channel() {
    return this;
  }

  @Override
  public Standing.@Nullable Renewal renewal() {
    return null;
  }

  @Override
  public void renew(Introduction proof) throws IOException {
    throw new IOException("this engine knows no certificates");
  }

  @Override
  public void retire() {}

  @Override
  public void close() {}
}
