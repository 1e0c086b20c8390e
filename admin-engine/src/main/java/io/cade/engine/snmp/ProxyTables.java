package io.cade.engine.snmp;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.ProxyReport;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Service;
import io.cade.engine.observe.Observed;
import io.cade.mib.ProxyBackendRow;
import io.cade.mib.ProxyRole;
import io.cade.mib.ProxyRow;
import io.cade.mib.ProxyState;
import io.cade.mib.ProxyStatisticsRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The load balancer and the proxies, and what they report. Not thread-safe. */
final class ProxyTables {
  private static final long MAX_GAUGE = 0xFFFF_FFFFL;

  private final Memo<List<ProxyRow>> proxies = new Memo<>();
  private final Memo<List<ProxyBackendRow>> backends = new Memo<>();

  private static List<Card> cards(Cabinet cabinet) {
    return cabinet.cards().values().stream().filter(c -> c.role() != CardRole.SERVER).toList();
  }

  /** Proxies sit in the management chassis: their slot is their number. */
  private static int index(Card card) {
    return card.position().slot();
  }

  List<ProxyRow> proxies(Cabinet cabinet, Observed observed) {
    return proxies.of(
        () -> cards(cabinet).stream().map(c -> proxy(c, observed)).toList(),
        cabinet.cards(),
        observed.cards(),
        observed.proxies());
  }

  private static ProxyRow proxy(Card card, Observed observed) {
    Observed.ProxyHeard heard = observed.proxies().get(card.position());
    return new ProxyRow(
        index(card),
        card.role().name().toLowerCase(Locale.ROOT) + " " + card.position(),
        card.role() == CardRole.BALANCER ? ProxyRole.LOAD_BALANCER : ProxyRole.PROXY,
        !card.state().isAlive()
            ? ProxyState.UNREACHABLE
            : heard == null ? ProxyState.UNKNOWN : ProxyState.RUNNING,
        heard == null ? 0 : heard.report().routesVersion(),
        Math.min(MAX_GAUGE, running(reports(heard))),
        reports(heard).stream().mapToLong(ProxyReport.BackendReport::requests).sum(),
        heard == null ? lastHeard(card, observed) : heard.at());
  }

  private static List<ProxyReport.BackendReport> reports(Observed.@Nullable ProxyHeard heard) {
    return heard == null ? List.of() : heard.report().backends();
  }

  private static long running(List<ProxyReport.BackendReport> reports) {
    return reports.stream().mapToLong(ProxyTables::running).sum();
  }

  private static long running(ProxyReport.BackendReport report) {
    Integer running = report.running();
    return running == null ? 0 : Math.max(0, running);
  }

  private static @Nullable Instant lastHeard(Card card, Observed observed) {
    Observed.CardHeard heard = observed.cards().get(card.position());
    return heard == null ? null : heard.at();
  }

  /** What was refused is counted apart from the reports, and changes with each. */
  List<ProxyStatisticsRow> statistics(
      Cabinet cabinet, Observed observed, Map<CardPosition, Map<String, Long>> refusals) {
    return cards(cabinet).stream()
        .map(card -> {
          Observed.ProxyHeard heard = observed.proxies().get(card.position());
          List<ProxyReport.BackendReport> reports = reports(heard);
          int usable = (int) reports.stream().filter(ProxyReport.BackendReport::usable).count();
          return new ProxyStatisticsRow(
              index(card),
              reports.stream().mapToLong(ProxyReport.BackendReport::requests).sum(),
              reports.stream().mapToLong(ProxyReport.BackendReport::failures).sum(),
              Math.min(MAX_GAUGE, running(reports)),
              usable,
              reports.size() - usable,
              refusals.getOrDefault(card.position(), Map.of()).values().stream()
                  .mapToLong(Long::longValue)
                  .sum(),
              heard == null ? 0 : heard.report().signals().size());
        })
        .toList();
  }

  List<ProxyBackendRow> backends(Cabinet cabinet, Observed observed) {
    return backends.of(
        () -> {
          Map<String, Integer> indexes = new HashMap<>();
          for (Service s : cabinet.services().values()) {
            indexes.put(s.name(), s.index());
          }
          List<ProxyBackendRow> rows = new ArrayList<>();
          for (Card card : cards(cabinet)) {
            for (ProxyReport.BackendReport r : reports(observed.proxies().get(card.position()))) {
              Integer service = indexes.get(r.service());
              if (service != null && !r.position().isManagement()) {
                rows.add(backend(card, service, r));
              }
            }
          }
          rows.sort(
              Comparator.comparingInt(ProxyBackendRow::proxy)
                  .thenComparingInt(ProxyBackendRow::service)
                  .thenComparingInt(ProxyBackendRow::chassis)
                  .thenComparingInt(ProxyBackendRow::slot));
          return List.copyOf(rows);
        },
        cabinet.cards(),
        cabinet.services(),
        observed.proxies());
  }

  private static ProxyBackendRow backend(
      Card proxy, int service, ProxyReport.BackendReport report) {
    return new ProxyBackendRow(
        index(proxy),
        service,
        report.position().chassis(),
        report.position().slot(),
        report.usable(),
        report.cause(),
        report.requests(),
        report.failures(),
        Math.min(MAX_GAUGE, running(report)));
  }
}
