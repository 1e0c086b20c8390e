package io.cade.proxy.route;

import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.TrafficReport;
import io.cade.agent.wire.TrafficReport.Refusal;
import io.cade.agent.wire.TrafficReport.SignalReport;
import io.cade.proxy.guard.SignalWatch;
import io.cade.proxy.stats.ProxyStatistics;
import io.cade.proxy.stats.SiteCounters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The part of a proxy's report that is about visitors. Traffic is told at its own, slower pace,
 * only for services where it has changed since the engine took it, and only as much at once as a
 * message may hold: the rest goes with the next report. Used by one thread at a time.
 */
public final class VisitorsReport {
  /** Numbers of histograms in one report: some 300 KiB. */
  private static final int MOST_NUMBERS = 40_000;

  private static final int MOST_REFUSALS = 256;

  /** All is told again after this time, changed or not. */
  private static final long FORGET_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final ProxyStatistics statistics;
  private final SignalWatch watch;
  private final long paceNanos;
  private final LongSupplier nanoTime;
  private final Map<String, TrafficReport> taken = new HashMap<>();
  private long toldAt;
  private long forgottenAt;
  private boolean told;
  private boolean more;
  private String goOnBehind = "";

  /**
   * @param pace from one telling of the traffic to the next
   * @param nanoTime ticker, as {@link System#nanoTime}
   */
  public VisitorsReport(
      ProxyStatistics statistics, SignalWatch watch, Duration pace, LongSupplier nanoTime) {
    this.statistics = statistics;
    this.watch = watch;
    this.paceNanos = pace.toNanos();
    this.nanoTime = nanoTime;
    this.forgottenAt = nanoTime.getAsLong();
  }

  /**
   * Traffic that the engine does not know yet; often none, because it is not time.
   *
   * @param all now, and whatever it amounts to
   */
  synchronized List<TrafficReport> traffic(boolean all) {
    long now = nanoTime.getAsLong();
    if (!all && told && !more && now - toldAt < paceNanos) {
      return List.of();
    }
    told = true;
    toldAt = now;
    more = false;
    TreeMap<String, SiteCounters> sites = new TreeMap<>(statistics.sites());
    if (all || now - forgottenAt > FORGET_NANOS) {
      // An engine that has crashed since may have lost the last of it.
      taken.clear();
      forgottenAt = now;
    }
    taken.keySet().retainAll(sites.keySet());
    List<TrafficReport> reports = new ArrayList<>();
    List<String> order = new ArrayList<>(sites.tailMap(goOnBehind, false).keySet());
    order.addAll(sites.headMap(goOnBehind, true).keySet());
    int numbers = 0;
    for (String service : order) {
      if (numbers > MOST_NUMBERS && !all) {
        more = true;
        break;
      }
      SiteCounters counters = sites.get(service);
      if (counters == null) {
        continue;
      }
      TrafficReport report = counters.report(service);
      goOnBehind = service;
      if (report.equals(taken.get(service))) {
        continue;
      }
      reports.add(report);
      numbers += 40 + report.count().latency().size();
      for (TrafficReport.CardTraffic card : report.cards()) {
        numbers += 20 + card.count().latency().size();
      }
    }
    return reports;
  }

  /** The engine has taken a report. */
  synchronized void taken(ProxyReport report) {
    report.traffic().forEach(traffic -> taken.put(traffic.service(), traffic));
  }

  List<Refusal> refusals() {
    return statistics.refusals().entrySet().stream()
        .limit(MOST_REFUSALS)
        .map(e -> new Refusal(e.getKey(), e.getValue()))
        .toList();
  }

  List<SignalReport> signals() {
    return watch.signals();
  }
}
