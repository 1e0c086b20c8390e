package io.cade.proxy.app;

import io.cade.proxy.accesslog.AccessLog;
import io.cade.proxy.accesslog.AccessLogConfig;
import io.cade.proxy.guard.TrafficGuard;
import io.cade.proxy.stats.Metrics;
import io.cade.proxy.stats.ProxyStatistics;
import io.cade.proxy.stats.RequestSink;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Guard, access log and metrics of a proxy card, wired by hand. Used by the server's thread. */
final class Accounting {
  private static final long LOG_MILLIS = 2_000;

  private final TrafficGuard guard;
  private final ProxyStatistics statistics;
  private final @Nullable AccessLog accessLog;
  private final @Nullable Thread writer;
  private final List<MetricsServer> servers = new ArrayList<>();
  private @Nullable Metrics metrics;
  private Supplier<Map<String, Double>> furtherGauges = Map::of;
  private Supplier<Map<String, Double>> furtherTotals = Map::of;

  Accounting(VisitorsConfig config, ProxyStatistics statistics, RandomGenerator random) {
    this.statistics = statistics;
    this.guard =
        new TrafficGuard(
            TrafficGuard.BUCKETS,
            config.signals(),
            config.localNetworks(),
            random,
            System::nanoTime);
    AccessLogConfig log = config.accessLog();
    if (log == null) {
      accessLog = null;
      writer = null;
    } else {
      AccessLog made = new AccessLog(log, InstantSource.system());
      accessLog = made;
      writer = Thread.ofPlatform().name("access-log").daemon().start(made);
    }
  }

  TrafficGuard guard() {
    return guard;
  }

  RequestSink sink() {
    return accessLog == null ? RequestSink.none() : accessLog;
  }

  /** Shows more; to be told before anybody listens. */
  void show(Supplier<Map<String, Double>> gauges, Supplier<Map<String, Double>> totals) {
    furtherGauges = gauges;
    furtherTotals = totals;
  }

  /**
   * Listens for Prometheus.
   *
   * @param visitors connected now
   */
  InetSocketAddress listen(InetSocketAddress address, IntSupplier visitors) throws Exception {
    Metrics shown = metrics;
    if (shown == null) {
      shown = new Metrics(statistics, new Shown(visitors));
      metrics = shown;
    }
    MetricsServer server = MetricsServer.start(address, shown);
    servers.add(server);
    return server.address();
  }

  private final class Shown implements Metrics.Gauges {
    private final IntSupplier visitors;

    Shown(IntSupplier visitors) {
      this.visitors = visitors;
    }

    @Override
    public Map<String, Double> now() {
      Map<String, Double> now = new LinkedHashMap<>(furtherGauges.get());
      now.put("cade_proxy_visitors", (double) visitors.getAsInt());
      return now;
    }

    @Override
    public Map<String, Double> totals() {
      Map<String, Double> totals = new LinkedHashMap<>(furtherTotals.get());
      totals.put("cade_proxy_turned_away", (double) statistics.visitorsTurnedAway());
      AccessLog log = accessLog;
      if (log != null) {
        totals.put("cade_proxy_access_log_lines", (double) log.written());
        totals.put("cade_proxy_access_log_dropped", (double) log.dropped());
      }
      return totals;
    }
  }

  /** Writes what has ended, and stops. */
  void close() throws InterruptedException {
    servers.forEach(MetricsServer::close);
    if (metrics != null) {
      metrics.close();
    }
    if (accessLog != null && writer != null) {
      accessLog.close();
      writer.join(LOG_MILLIS);
    }
  }
}
