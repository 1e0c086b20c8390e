package io.cade.proxy.stats;

import io.cade.agent.wire.LatencyBuckets;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * The proxy's numbers for Prometheus. The numbers of sites are read from the counters when they are
 * asked for; nothing is counted twice for it. Thread-safe.
 */
public final class Metrics implements AutoCloseable {
  /** Upper bounds of the histogram shown, in seconds. */
  private static final double[] BOUNDS = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final ProxyStatistics statistics;
  private final Gauges gauges;

  /** What is no counter of the statistics. */
  public interface Gauges {
    /** Name, in the style of Prometheus, and value, of what is as it is now. */
    Map<String, Double> now();

    /** Likewise of what only ascends; names without {@code _total}. */
    Map<String, Double> totals();
  }

  public Metrics(ProxyStatistics statistics, Gauges gauges) {
    this.statistics = statistics;
    this.gauges = gauges;
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    gc.bindTo(registry);
    registry.getPrometheusRegistry().register((MultiCollector) this::collect);
  }

  /** All of it in Prometheus' text format 0.0.4. */
  public String text() {
    return registry.scrape();
  }

  private MetricSnapshots collect() {
    Map<String, SiteCounters> sites = new TreeMap<>(statistics.sites());
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    counter(
        all,
        sites,
        "cade_proxy_requests",
        "Requests and logins of a site.",
        SiteCounters::requests);
    counter(all, sites, "cade_proxy_retries", "Requests tried once more.", SiteCounters::retries);
    counter(
        all,
        sites,
        "cade_proxy_limited",
        "Requests refused by access rules and limits.",
        SiteCounters::refusals);
    counter(
        all,
        sites,
        "cade_proxy_local_requests",
        "Requests from local networks.",
        SiteCounters::localRequests);
    CounterSnapshot.Builder answers =
        CounterSnapshot.builder().name("cade_proxy_answers").help("Answers by class of status.");
    HistogramSnapshot.Builder latency =
        HistogramSnapshot.builder()
            .name("cade_proxy_request_duration_seconds")
            .unit(Unit.SECONDS)
            .help("From a request's head to the end of its answer.");
    sites.forEach((site, counters) -> {
      for (int i = 1; i <= 5; i++) {
        answers.dataPoint(
            point(Labels.of("site", site, "class", i + "xx"), counters.answeredWithClass(i)));
      }
      latency.dataPoint(histogram(site, counters.latency()));
    });
    all.metricSnapshot(answers.build());
    all.metricSnapshot(latency.build());
    cards(
        all,
        sites,
        "cade_proxy_card_requests",
        "Requests given to a card.",
        CardCounters::requests);
    cards(
        all, sites, "cade_proxy_card_failures", "Of those, not answered.", CardCounters::failures);
    cards(
        all,
        sites,
        "cade_proxy_card_received_bytes",
        "Bytes of bodies given to a card.",
        CardCounters::requestBytes);
    cards(
        all,
        sites,
        "cade_proxy_card_sent_bytes",
        "Bytes that a card answered with.",
        CardCounters::responseBytes);
    CounterSnapshot.Builder refusals =
        CounterSnapshot.builder().name("cade_proxy_refusals").help("What was refused, by reason.");
    statistics
        .refusals()
        .forEach((reason, count) -> refusals.dataPoint(point(Labels.of("reason", reason), count)));
    all.metricSnapshot(refusals.build());
    gauges
        .totals()
        .forEach((name, value) ->
            all.metricSnapshot(
                CounterSnapshot.builder()
                    .name(name)
                    .help("Since the proxy started.")
                    .dataPoint(point(Labels.EMPTY, value))
                    .build()));
    gauges
        .now()
        .forEach((name, value) ->
            all.metricSnapshot(
                GaugeSnapshot.builder()
                    .name(name)
                    .help("At this moment.")
                    .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder().value(value).build())
                    .build()));
    return all.build();
  }

  private static CounterSnapshot.CounterDataPointSnapshot point(Labels labels, double value) {
    return CounterSnapshot.CounterDataPointSnapshot.builder().labels(labels).value(value).build();
  }

  private static void counter(
      MetricSnapshots.Builder to,
      Map<String, SiteCounters> sites,
      String name,
      String help,
      ToLongFunction<SiteCounters> value) {
    CounterSnapshot.Builder metric = CounterSnapshot.builder().name(name).help(help);
    sites.forEach((site, counters) ->
        metric.dataPoint(point(Labels.of("site", site), value.applyAsLong(counters))));
    to.metricSnapshot(metric.build());
  }

  private static void cards(
      MetricSnapshots.Builder to,
      Map<String, SiteCounters> sites,
      String name,
      String help,
      ToLongFunction<CardCounters> value) {
    CounterSnapshot.Builder metric = CounterSnapshot.builder().name(name).help(help);
    sites.forEach((site, counters) ->
        counters
            .cards()
            .forEach((position, card) ->
                metric.dataPoint(
                    point(
                        Labels.of("site", site, "card", position.toString()),
                        value.applyAsLong(card)))));
    to.metricSnapshot(metric.build());
  }

  private static HistogramSnapshot.HistogramDataPointSnapshot histogram(
      String site, long[] counts) {
    List<Double> bounds = new ArrayList<>();
    List<Number> values = new ArrayList<>();
    int bucket = 0;
    double sum = 0;
    for (double bound : BOUNDS) {
      long count = 0;
      while (bucket < counts.length && LatencyBuckets.lowest(bucket) / 1e6 < bound) {
        count += counts[bucket];
        sum += counts[bucket] * (double) LatencyBuckets.lowest(bucket) / 1e6;
        bucket++;
      }
      bounds.add(bound);
      values.add(count);
    }
    long rest = 0;
    for (; bucket < counts.length; bucket++) {
      rest += counts[bucket];
      sum += counts[bucket] * (double) LatencyBuckets.lowest(bucket) / 1e6;
    }
    bounds.add(Double.POSITIVE_INFINITY);
    values.add(rest);
    return HistogramSnapshot.HistogramDataPointSnapshot.builder()
        .labels(Labels.of("site", site))
        .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, values))
        .sum(sum)
        .build();
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }
}
