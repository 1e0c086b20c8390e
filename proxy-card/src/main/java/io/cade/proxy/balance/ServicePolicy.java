package io.cade.proxy.balance;

import io.cade.agent.wire.ServiceSettings;
import io.cade.agent.wire.Setting;
import java.time.Duration;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * How one service is treated, read once from its settings when a snapshot arrives.
 *
 * @param balancing word of the algorithm, as set
 * @param costFull for the algorithm by cost: running requests with which a card is full
 * @param hashOn what the algorithm by hash looks at
 * @param affinity null when visitors are not bound to a card
 * @param health how its cards are checked
 * @param useLoad whether the load that cards report lowers their weight
 * @param cardLimit requests of the service that run on one card at one time
 * @param queue requests that wait when all cards have as many as they may
 * @param connect null for the proxy's own; so are the other times, and the attempts
 * @param whole from a request's head to the end of its response; null for no limit
 * @param attempts of one request, the first included
 * @param retryPercent retries that 100 requests earn
 */
public record ServicePolicy(
    String balancing,
    int costFull,
    HashKey hashOn,
    @Nullable Affinity affinity,
    HealthPolicy health,
    boolean useLoad,
    OutlierPolicy outlier,
    Duration slowStart,
    int cardLimit,
    int queue,
    Duration queueTimeout,
    @Nullable Duration connect,
    @Nullable Duration response,
    @Nullable Duration idle,
    @Nullable Duration whole,
    @Nullable Integer attempts,
    int retryPercent) {

  /**
   * What a visitor is known by.
   *
   * @param source where it is found
   * @param name of the header or cookie; empty for the address
   */
  public record HashKey(Source source, String name) {
    public enum Source {
      ADDRESS,
      HEADER,
      COOKIE
    }
  }

  /**
   * Binds a visitor to a card.
   *
   * @param cookie its name
   * @param keep how long the browser keeps it; zero until it is closed
   */
  public record Affinity(String cookie, Duration keep) {}

  /**
   * @param health the proxy's own way to check, for what is not set
   */
  public static ServicePolicy of(ServiceSettings settings, HealthPolicy health) {
    ToIntFunction<Setting> number = setting -> settings.number(setting).orElseThrow();
    return new ServicePolicy(
        settings.text(Setting.BALANCING).orElseThrow(),
        number.applyAsInt(Setting.COST_FULL),
        hashKey(settings.text(Setting.HASH_ON).orElseThrow()),
        settings.is(Setting.AFFINITY, "cookie")
            ? new Affinity(
                settings.text(Setting.AFFINITY_COOKIE).orElseThrow(),
                settings.duration(Setting.AFFINITY_TIME).orElseThrow())
            : null,
        health(settings, health),
        settings.is(Setting.CARD_LOAD, "on"),
        new OutlierPolicy(
            number.applyAsInt(Setting.OUTLIER_ERRORS),
            settings.is(Setting.OUTLIER_SUCCESS_RATE, "on"),
            settings.duration(Setting.EJECTION_TIME).orElseThrow(),
            settings.duration(Setting.EJECTION_TIME_MAX).orElseThrow(),
            number.applyAsInt(Setting.EJECTED_MAX),
            number.applyAsInt(Setting.PANIC)),
        settings.duration(Setting.SLOW_START).orElseThrow(),
        number.applyAsInt(Setting.CARD_LIMIT),
        number.applyAsInt(Setting.QUEUE),
        settings.duration(Setting.QUEUE_TIMEOUT).orElseThrow(),
        settings.duration(Setting.CONNECT_TIMEOUT).orElse(null),
        settings.duration(Setting.RESPONSE_TIMEOUT).orElse(null),
        settings.duration(Setting.IDLE_TIMEOUT).orElse(null),
        settings.duration(Setting.REQUEST_TIMEOUT).filter(Duration::isPositive).orElse(null),
        settings.number(Setting.ATTEMPTS).orElse(null),
        number.applyAsInt(Setting.RETRY_PERCENT));
  }

  /** Everything at its default. */
  public static ServicePolicy standard(HealthPolicy health) {
    return of(ServiceSettings.none(), health);
  }

  private static HashKey hashKey(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      return new HashKey(HashKey.Source.ADDRESS, "");
    }
    return new HashKey(
        text.startsWith("header") ? HashKey.Source.HEADER : HashKey.Source.COOKIE,
        text.substring(colon + 1));
  }

  private static HealthPolicy health(ServiceSettings settings, HealthPolicy proxy) {
    return new HealthPolicy(
        settings
            .text(Setting.CHECK)
            .map(word -> word.equals("tcp") ? HealthPolicy.Kind.TCP : HealthPolicy.Kind.HTTP)
            .orElse(proxy.kind()),
        settings.text(Setting.CHECK_PATH).orElse(proxy.path()),
        settings.text(Setting.CHECK_HOST).orElse(proxy.hostHeader()),
        settings.duration(Setting.CHECK_INTERVAL).orElse(proxy.interval()),
        settings.duration(Setting.CHECK_TIMEOUT).orElse(proxy.timeout()),
        settings.number(Setting.RISE).orElse(proxy.rise()),
        settings.number(Setting.FALL).orElse(proxy.fall()));
  }

  /** A new object for the algorithm that is set; {@code null} for round robin. */
  @Nullable BalancingAlgorithm newAlgorithm(long seed) {
    return switch (balancing) {
      case "weighted" -> new SmoothWeighted();
      case "least-connections" -> new LeastConnections();
      case "latency" -> new PowerOfTwo(seed);
      case "hash" -> new BoundedHash();
      case "cost" -> new ByCost(costFull);
      default -> null;
    };
  }

  /** Whether weights that are set count; round robin has turns alike. */
  boolean usesWeights() {
    return !balancing.equals("round-robin");
  }
}
