package io.cade.proxy.http;

import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.RetryBudget;
import io.cade.proxy.guard.TrafficGuard;
import io.cade.proxy.route.Routes;
import io.cade.proxy.stats.ProxyStatistics;
import io.cade.proxy.stats.RequestSink;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What all visitors' connections of a proxy share. Thread-safe.
 *
 * @param suspect told of a back end that behaved oddly without a connection error; has it checked
 *     soon, must not block
 * @param nanoTime ticker, as {@link System#nanoTime}
 * @param random unpredictable
 * @param guard says who may pass; the one whose rules the routes hold
 * @param sink is told of each request that has ended
 */
public record ProxyServices(
    Routes routes,
    ProxyStatistics statistics,
    RetryBudget retries,
    VisitorLimits limits,
    Consumer<Backend> suspect,
    LongSupplier nanoTime,
    RandomGenerator random,
    TrafficGuard guard,
    RequestSink sink) {
  /** With the guard of the routes, and without an access log. */
  public ProxyServices(
      Routes routes,
      ProxyStatistics statistics,
      RetryBudget retries,
      VisitorLimits limits,
      Consumer<Backend> suspect,
      LongSupplier nanoTime,
      RandomGenerator random) {
    this(
        routes,
        statistics,
        retries,
        limits,
        suspect,
        nanoTime,
        random,
        routes.guard(),
        RequestSink.none());
  }
}
