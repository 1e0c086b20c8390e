package io.cade.agent.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What crossed a proxy for one service. All numbers ascend from the moment at which the proxy began
 * to count, named by {@code generation}.
 *
 * @param generation tells two beginnings of the count within one boot of the proxy apart
 * @param cards the part of each card; at most 280
 * @param refused requests that access rules and limits kept out
 * @param localRequests of those, from local networks
 * @param localBytes of HTTP, both ways, from and to local networks
 */
public record TrafficReport(
    String service,
    long generation,
    TrafficCount count,
    List<CardTraffic> cards,
    long refused,
    long localRequests,
    long localBytes) {
  public TrafficReport {
    Limits.text("service", service, 63);
    cards = Limits.list("cards", cards, 280);
  }

  /** The part of one card. */
  public record CardTraffic(CardPosition position, TrafficCount count) {}

  /**
   * @param requests of HTTP, and logins of FTP and POP3
   * @param failures of those, not answered by a card, or not to the end
   * @param bytesIn from visitors: bodies of requests, and what sessions and tunnels sent
   * @param bytesOut to visitors
   * @param classes answers by class, 1xx to 5xx; five numbers
   * @param latency pairs of a bucket's number and its count, ascending, as in {@link
   *     LatencyBuckets}
   */
  public record TrafficCount(
      long requests,
      long failures,
      long bytesIn,
      long bytesOut,
      List<Long> classes,
      List<Long> latency) {
    public static final int CLASSES = 5;

    public TrafficCount {
      classes = Limits.list("classes", classes, CLASSES);
      latency = Limits.list("latency", latency, 2 * LatencyBuckets.COUNT);
      if (classes.size() != CLASSES || latency.size() % 2 != 0) {
        throw new IllegalArgumentException("classes or latency have the wrong number of entries");
      }
    }
  }

  /**
   * Something about visitors that an operator should know (SPEC P8).
   *
   * @param kind its name, one of {@link VisitorSignal}
   * @param service which site it is about; empty for the proxy as a whole
   * @param network from where, in CIDR form
   * @param count how many were counted lately
   */
  public record SignalReport(VisitorSignal kind, String service, String network, long count) {
    public SignalReport {
      Limits.text("service", service, 63);
      Limits.text("network", network, 64);
    }
  }

  /**
   * What was refused, by reason.
   *
   * @param reason name of a constant of the proxy
   */
  public record Refusal(String reason, long count) {
    public Refusal {
      Limits.text("reason", reason, 64);
    }
  }

  static <T> List<T> orNone(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }
}
