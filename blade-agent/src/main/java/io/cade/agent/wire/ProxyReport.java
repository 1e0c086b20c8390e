package io.cade.agent.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy tells the engine every few seconds.
 *
 * @param routesVersion snapshot in use
 * @param backends its own view of each back end; at most 5,000
 */
public record ProxyReport(
    CardPosition position, String bootId, long routesVersion, List<BackendReport> backends) {
  public ProxyReport {
    Limits.text("bootId", bootId, 64);
    backends = Limits.list("backends", backends, 5_000);
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
}
