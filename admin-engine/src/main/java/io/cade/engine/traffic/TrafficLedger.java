package io.cade.engine.traffic;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.LatencyBuckets;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.TrafficReport;
import io.cade.agent.wire.TrafficReport.TrafficCount;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.ServiceTraffic;
import io.cade.engine.model.TrafficTotals;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Takes what proxies count, makes time frames of it, and says what is to be put on durable record.
 * The frames may be forgotten (a restart of the engine does); the record may not. Bounded by the
 * services that exist ({@link #retain}) and the slots. Thread-safe.
 */
public final class TrafficLedger {
  private final Map<Source, Heard> last = new HashMap<>();
  private final Map<String, SiteFrames> sites = new TreeMap<>();
  private final Map<CardPosition, Map<String, Long>> refusals = new TreeMap<>();
  private final Set<String> bootsOnRecord = new HashSet<>();
  private final Set<Source> unrecorded = new HashSet<>();

  private record Source(CardPosition proxy, String service) {}

  private record Heard(String bootId, TrafficReport report) {}

  private static final class SiteFrames {
    final Frames all = new Frames();
    final Map<CardPosition, Frames> cards = new TreeMap<>();
    final Map<CardPosition, CardTotals> totals = new TreeMap<>();
    final long[] classes = new long[TrafficCount.CLASSES];
  }

  private static final class CardTotals {
    long requests;
    long failures;
    long bytesIn;
    long bytesOut;
  }

  /**
   * What is on record at the engine's start: a proxy that has run on meanwhile says counts of long
   * ago, which belong to no time frame.
   */
  public synchronized void restored(Cabinet cabinet) {
    for (ServiceTraffic traffic : cabinet.traffic().values()) {
      traffic.proxies().values().forEach(heard -> bootsOnRecord.add(heard.bootId()));
    }
  }

  /** Takes a proxy's report. */
  public synchronized void heard(ProxyReport report, Instant now) {
    if (!report.refusals().isEmpty()) {
      Map<String, Long> counts = new TreeMap<>();
      report.refusals().forEach(r -> counts.put(r.reason(), r.count()));
      refusals.put(report.position(), counts);
    }
    for (TrafficReport traffic : report.traffic()) {
      Source source = new Source(report.position(), traffic.service());
      Heard before = last.put(source, new Heard(report.bootId(), traffic));
      unrecorded.add(source);
      boolean goesOn =
          before != null
              && before.bootId().equals(report.bootId())
              && before.report().generation() == traffic.generation();
      if (goesOn || !bootsOnRecord.contains(report.bootId())) {
        add(traffic, goesOn && before != null ? before.report() : null, now);
      }
    }
    if (!report.traffic().isEmpty()) {
      bootsOnRecord.remove(report.bootId());
    }
  }

  private void add(TrafficReport traffic, @Nullable TrafficReport before, Instant now) {
    SiteFrames site = sites.computeIfAbsent(traffic.service(), s -> new SiteFrames());
    TrafficCount was = before == null ? null : before.count();
    add(site.all, traffic.count(), was, now);
    for (int i = 0; i < TrafficCount.CLASSES; i++) {
      site.classes[i] +=
          traffic.count().classes().get(i) - (was == null ? 0 : was.classes().get(i));
    }
    Map<CardPosition, TrafficCount> cardsBefore = new HashMap<>();
    if (before != null) {
      before.cards().forEach(card -> cardsBefore.put(card.position(), card.count()));
    }
    for (TrafficReport.CardTraffic card : traffic.cards()) {
      TrafficCount cardWas = cardsBefore.get(card.position());
      add(
          site.cards.computeIfAbsent(card.position(), p -> new Frames()),
          card.count(),
          cardWas,
          now);
      CardTotals totals = site.totals.computeIfAbsent(card.position(), p -> new CardTotals());
      totals.requests += card.count().requests() - (cardWas == null ? 0 : cardWas.requests());
      totals.failures += card.count().failures() - (cardWas == null ? 0 : cardWas.failures());
      totals.bytesIn += card.count().bytesIn() - (cardWas == null ? 0 : cardWas.bytesIn());
      totals.bytesOut += card.count().bytesOut() - (cardWas == null ? 0 : cardWas.bytesOut());
    }
  }

  private static void add(
      Frames frames, TrafficCount count, @Nullable TrafficCount was, Instant now) {
    long bytes = count.bytesIn() + count.bytesOut();
    long bytesWere = was == null ? 0 : was.bytesIn() + was.bytesOut();
    frames.add(
        now,
        Math.max(0, count.requests() - (was == null ? 0 : was.requests())),
        Math.max(0, bytes - bytesWere));
    LongUnaryOperator before = bucket -> 0;
    if (was != null) {
      long[] counts = new long[LatencyBuckets.COUNT];
      for (int i = 0; i + 1 < was.latency().size(); i += 2) {
        long bucket = was.latency().get(i);
        if (bucket >= 0 && bucket < counts.length) {
          counts[(int) bucket] = was.latency().get(i + 1);
        }
      }
      before = bucket -> counts[(int) bucket];
    }
    frames.latency().add(now, count.latency(), before);
  }

  /** What has not been put on record yet; from now on it counts as if it had. */
  public synchronized List<Change> takeUnrecorded() {
    Map<CardPosition, List<Change.TrafficCounted.Counted>> byProxy = new TreeMap<>();
    Map<CardPosition, String> boots = new HashMap<>();
    for (Source source : unrecorded) {
      Heard heard = last.get(source);
      if (heard == null) {
        continue;
      }
      boots.put(source.proxy(), heard.bootId());
      byProxy
          .computeIfAbsent(source.proxy(), p -> new ArrayList<>())
          .add(
              new Change.TrafficCounted.Counted(
                  source.service(), heard.report().generation(), totals(heard.report())));
    }
    unrecorded.clear();
    List<Change> changes = new ArrayList<>();
    byProxy.forEach((proxy, counted) ->
        changes.add(new Change.TrafficCounted(proxy, boots.getOrDefault(proxy, ""), counted)));
    return changes;
  }

  /** All is to be put on record again: the last attempt failed. Nothing is counted twice. */
  public synchronized void notRecorded() {
    unrecorded.addAll(last.keySet());
  }

  private static TrafficTotals totals(TrafficReport report) {
    return new TrafficTotals(
        report.count().requests(),
        report.count().failures(),
        report.refused(),
        report.count().bytesIn(),
        report.count().bytesOut(),
        report.localRequests(),
        report.localBytes());
  }

  /** Forgets the frames of services that are gone. */
  public synchronized void retain(Collection<String> services) {
    sites.keySet().retainAll(services);
    last.keySet().removeIf(source -> !services.contains(source.service()));
  }

  /** The last hour and so on of one service, or of one of its cards. */
  public record Lately(
      Frames.Sum minute,
      Frames.Sum fiveMinutes,
      Frames.Sum hour,
      Frames.Sum day,
      long p50Micros,
      long p90Micros,
      long p99Micros) {
    private static Lately of(Frames frames, Instant now) {
      long[] latency = frames.latency().counts(now);
      return new Lately(
          frames.last(Frames.MINUTE, now),
          frames.last(Frames.FIVE_MINUTES, now),
          frames.last(Frames.HOUR, now),
          frames.last(Frames.DAY, now),
          LatencyBuckets.quantile(latency, 0.5),
          LatencyBuckets.quantile(latency, 0.9),
          LatencyBuckets.quantile(latency, 0.99));
    }
  }

  /** One card's part since the engine started. */
  public record CardPart(
      CardPosition position,
      Lately lately,
      long requests,
      long failures,
      long bytesIn,
      long bytesOut) {}

  /**
   * @param classes answers 1xx to 5xx since the engine started
   */
  public record SitePart(Lately lately, List<Long> classes, List<CardPart> cards) {}

  /** One service as it was lately; all zero when nothing was heard. */
  public synchronized SitePart site(String service, Instant now) {
    SiteFrames known = sites.get(service);
    SiteFrames site = known == null ? new SiteFrames() : known;
    List<CardPart> cards = new ArrayList<>();
    site.cards.forEach((position, frames) -> {
      CardTotals totals = site.totals.getOrDefault(position, new CardTotals());
      cards.add(
          new CardPart(
              position,
              Lately.of(frames, now),
              totals.requests,
              totals.failures,
              totals.bytesIn,
              totals.bytesOut));
    });
    return new SitePart(
        Lately.of(site.all, now), java.util.Arrays.stream(site.classes).boxed().toList(), cards);
  }

  /** What proxies refused since they started, by reason. */
  public synchronized Map<CardPosition, Map<String, Long>> refusals() {
    return new TreeMap<>(refusals);
  }
}
