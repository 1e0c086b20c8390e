package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServiceTraffic;
import io.cade.engine.model.TrafficTotals;
import io.cade.engine.traffic.TrafficLedger;
import io.cade.engine.traffic.TrafficLedger.CardPart;
import io.cade.engine.traffic.TrafficLedger.Lately;
import io.cade.engine.traffic.TrafficLedger.SitePart;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What visitors use, to be seen (SPEC P7). Thread-safe; does not block. */
public final class TrafficInspection {
  private final Supplier<Cabinet> cabinet;
  private final TrafficLedger ledger;
  private final InstantSource clock;

  public TrafficInspection(Supplier<Cabinet> cabinet, TrafficLedger ledger, InstantSource clock) {
    this.cabinet = cabinet;
    this.ledger = ledger;
    this.clock = clock;
  }

  /**
   * Sites, each with its cards.
   *
   * @param site only this one; null for all
   * @param card only this one, and sites that it serves; null for all
   * @throws Refusal NOT_FOUND when there is no such service
   */
  public List<Views.TrafficView> traffic(@Nullable String site, @Nullable CardPosition card)
      throws Refusal {
    Cabinet now = cabinet.get();
    Instant at = clock.instant();
    List<Views.TrafficView> views = new ArrayList<>();
    if (site != null) {
      views.add(view(now, Inspection.requireService(now, site), card, at));
    } else {
      now.services().values().forEach(service -> views.add(view(now, service, card, at)));
    }
    if (card != null) {
      views.removeIf(view -> view.cards().isEmpty());
    }
    return views;
  }

  private Views.TrafficView view(
      Cabinet now, Service service, @Nullable CardPosition card, Instant at) {
    SitePart part = ledger.site(service.name(), at);
    ServiceTraffic record = now.traffic().get(service.index());
    TrafficTotals totals = record == null ? TrafficTotals.NONE : record.totals();
    return new Views.TrafficView(
        service.name(),
        record == null ? at : record.since(),
        totals.requests(),
        totals.failures(),
        totals.refused(),
        totals.bytesIn(),
        totals.bytesOut(),
        totals.localRequests(),
        Math.max(0, totals.requests() - totals.localRequests()),
        totals.localBytes(),
        part.classes(),
        frames(part.lately()),
        latency(part.lately()),
        part.cards().stream()
            .filter(each -> card == null || each.position().equals(card))
            .map(TrafficInspection::view)
            .toList());
  }

  private static Views.CardTrafficView view(CardPart part) {
    return new Views.CardTrafficView(
        part.position(),
        part.requests(),
        part.failures(),
        part.bytesIn(),
        part.bytesOut(),
        frames(part.lately()),
        latency(part.lately()));
  }

  private static Views.FramesView frames(Lately lately) {
    return new Views.FramesView(
        lately.minute().requests(),
        lately.fiveMinutes().requests(),
        lately.hour().requests(),
        lately.day().requests(),
        lately.minute().bytes(),
        lately.fiveMinutes().bytes(),
        lately.hour().bytes(),
        lately.day().bytes());
  }

  private static Views.LatencyView latency(Lately lately) {
    return new Views.LatencyView(lately.p50Micros(), lately.p90Micros(), lately.p99Micros());
  }

  /** What the proxies refused since each of them started, by reason. */
  public List<Views.RefusalView> refusals() {
    List<Views.RefusalView> views = new ArrayList<>();
    ledger
        .refusals()
        .forEach((proxy, counts) ->
            counts.forEach(
                (reason, count) -> views.add(new Views.RefusalView(proxy, reason, count))));
    return views;
  }
}
