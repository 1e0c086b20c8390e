package io.cade.proxy.route;

import io.cade.agent.gateway.EngineChannel;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.ProxyReport.BackendReport;
import io.cade.agent.wire.ProxyReport.Entrance;
import io.cade.proxy.balance.BackendGroup;
import io.cade.proxy.balance.Member;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the engine how the back ends look from here: every interval, and at once when one becomes
 * usable or unusable, yet at most five times a second, for a chassis losing power changes fourteen
 * of them within a moment. {@link #run} is the body of one thread.
 */
public final class ProxyReporter implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(ProxyReporter.class);
  private static final Duration SMALLEST_GAP = Duration.ofMillis(200);
  private static final int MOST_BACKENDS = 5_000;

  private final EngineLink link;
  private final @Nullable VisitorsReport visitors;
  private final LongSupplier version;
  private final Supplier<List<BackendReport>> backends;
  private final Supplier<List<Entrance>> entrances;
  private final CardPosition position;
  private final String bootId;
  private final Duration interval;
  private final Pause pause;
  private final RandomGenerator random;
  private final Semaphore changes;

  /**
   * @param visitors what it says of visitors
   * @param entrances where visitors come in
   * @param changes a permit for each change of a back end's usability or of the routes
   */
  public ProxyReporter(
      EngineLink link,
      Routes routes,
      VisitorsReport visitors,
      Supplier<List<Entrance>> entrances,
      Semaphore changes,
      CardPosition position,
      String bootId,
      Duration interval,
      Pause pause,
      RandomGenerator random) {
    this(
        link,
        () -> routes.current().version(),
        () -> backends(routes.current()),
        visitors,
        entrances,
        changes,
        position,
        bootId,
        interval,
        pause,
        random);
  }

  /**
   * @param version of the routes in use; 0 for who has none
   * @param backends as they look now
   * @param visitors what it says of visitors; null for who knows none
   * @param entrances where visitors come in
   */
  public ProxyReporter(
      EngineLink link,
      LongSupplier version,
      Supplier<List<BackendReport>> backends,
      @Nullable VisitorsReport visitors,
      Supplier<List<Entrance>> entrances,
      Semaphore changes,
      CardPosition position,
      String bootId,
      Duration interval,
      Pause pause,
      RandomGenerator random) {
    this.link = link;
    this.visitors = visitors;
    this.entrances = entrances;
    this.version = version;
    this.backends = backends;
    this.changes = changes;
    this.position = position;
    this.bootId = bootId;
    this.interval = interval;
    this.pause = pause;
    this.random = random;
  }

  @Override
  public void run() {
    Backoff backoff = new Backoff(random);
    try {
      while (true) {
        EngineChannel channel = null;
        try {
          channel = link.channel();
          changes.drainPermits();
          ProxyReport report = report(false);
          channel.report(report);
          if (visitors != null) {
            visitors.taken(report);
          }
          backoff.succeeded();
          pause.pause(SMALLEST_GAP);
          if (changes.tryAcquire(interval.minus(SMALLEST_GAP).toMillis(), TimeUnit.MILLISECONDS)) {
            log.debug("a back end changed, reporting at once");
          }
        } catch (IOException e) {
          if (link.isReplaced(channel)) {
            continue;
          }
          log.debug("report not taken: {}", e.toString());
          pause.pause(backoff.failed());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the daemon stops
    }
  }

  /** The last words of a proxy that stops: what visitors have used until now. */
  public void last() {
    try {
      EngineChannel channel = link.channelIfKnown();
      if (channel != null) {
        channel.report(report(true));
      }
    } catch (IOException e) {
      log.debug("last report not taken: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * The report of this moment.
   *
   * @param all with all of the traffic
   */
  ProxyReport report(boolean all) {
    VisitorsReport known = visitors;
    if (known == null) {
      return new ProxyReport(position, bootId, version.getAsLong(), backends.get());
    }
    return new ProxyReport(
        position,
        bootId,
        version.getAsLong(),
        backends.get(),
        known.traffic(all),
        known.refusals(),
        known.signals(),
        entrances.get());
  }

  /** How each card is found. */
  static List<BackendReport> backends(RouteTable table) {
    List<BackendReport> reports = new ArrayList<>();
    for (Site site : table.sites()) {
      for (BackendGroup judged : site.judged()) {
        for (BackendGroup.Entry entry : judged.entries()) {
          if (reports.size() < MOST_BACKENDS) {
            reports.add(report(site, judged, entry.member()));
          }
        }
      }
    }
    return reports;
  }

  private static BackendReport report(Site site, BackendGroup judged, Member member) {
    Site.Card card = site.card(member);
    String cause = judged.cause(member);
    int running = 0;
    for (BackendGroup group : site.groups()) {
      running += group.runningAt(card.position().toString());
    }
    return new BackendReport(
        site.service(),
        card.position(),
        cause.isEmpty(),
        shortened(cause),
        card.counters().requests(),
        card.counters().failures(),
        running);
  }

  private static String shortened(String cause) {
    return cause.length() <= 256 ? cause : cause.substring(0, 256);
  }
}
