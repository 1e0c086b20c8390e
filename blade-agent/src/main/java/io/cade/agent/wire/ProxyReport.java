package io.cade.agent.wire;

import io.cade.agent.wire.TrafficReport.Refusal;
import io.cade.agent.wire.TrafficReport.SignalReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy tells the engine every few seconds.
 *
 * @param routesVersion snapshot in use
 * @param backends its own view of each back end; at most 5,000
 * @param traffic what has crossed it, for services where that has changed; at most 5,000. A proxy
 *     tells it in some of its reports only
 * @param refusals what it has refused since it started; at most 256
 * @param signals what it sees of visitors at this moment; at most 256
 * @param entrances where it listens for visitors' HTTP; at most 16; none from proxies of earlier
 *     versions and from balancers
 */
public record ProxyReport(
    CardPosition position,
    String bootId,
    long routesVersion,
    List<BackendReport> backends,
    List<TrafficReport> traffic,
    List<Refusal> refusals,
    List<SignalReport> signals,
    List<Entrance> entrances) {
  /** Lists that an earlier version does not know may be absent. */
  public ProxyReport(
      CardPosition position,
      String bootId,
      long routesVersion,
      List<BackendReport> backends,
      @Nullable List<TrafficReport> traffic,
      @Nullable List<Refusal> refusals,
      @Nullable List<SignalReport> signals,
      @Nullable List<Entrance> entrances) {
    this.position = position;
    this.bootId = Limits.text("bootId", bootId, 64);
    this.routesVersion = routesVersion;
    this.backends = Limits.list("backends", backends, 5_000);
    this.traffic = Limits.list("traffic", TrafficReport.orNone(traffic), 5_000);
    this.refusals = Limits.list("refusals", TrafficReport.orNone(refusals), 256);
    this.signals = Limits.list("signals", TrafficReport.orNone(signals), 256);
    this.entrances = Limits.list("entrances", TrafficReport.orNone(entrances), 16);
  }

  /** Of somebody whom visitors do not come to. */
  public ProxyReport(
      CardPosition position,
      String bootId,
      long routesVersion,
      List<BackendReport> backends,
      @Nullable List<TrafficReport> traffic,
      @Nullable List<Refusal> refusals,
      @Nullable List<SignalReport> signals) {
    this(position, bootId, routesVersion, backends, traffic, refusals, signals, List.of());
  }

  /** The back ends alone. */
  public ProxyReport(
      CardPosition position, String bootId, long routesVersion, List<BackendReport> backends) {
    this(position, bootId, routesVersion, backends, List.of(), List.of(), List.of());
  }

  /** Without traffic and refusals, which are much and are kept elsewhere. */
  public ProxyReport withoutTraffic() {
    return new ProxyReport(
        position, bootId, routesVersion, backends, List.of(), List.of(), signals, entrances);
  }

  /**
   * @param usable whether the proxy sends requests there now
   * @param cause why not, else empty
   * @param requests since the proxy started
   * @param failures of those, answered by no card or with a broken response
   * @param running requests and sessions that run there now; null from proxies of earlier versions
   */
  public record BackendReport(
      String service,
      CardPosition position,
      boolean usable,
      String cause,
      long requests,
      long failures,
      @Nullable Integer running) {
    /** From a proxy of an earlier version. */
    public BackendReport(
        String service,
        CardPosition position,
        boolean usable,
        String cause,
        long requests,
        long failures) {
      this(service, position, usable, cause, requests, failures, null);
    }

    public BackendReport {
      Limits.text("service", service, 63);
      Limits.text("cause", cause, 256);
    }
  }

  /**
   * Where visitors come in.
   *
   * @param address numeric; {@code 0.0.0.0} or {@code ::} for all that the card has
   * @param secure over TLS
   */
  public record Entrance(String address, int port, boolean secure) {
    public Entrance {
      Limits.text("address", address, 64);
      Limits.range("port", port, 1, 65535);
    }
  }
}
