package io.cade.engine.model;

/**
 * What visitors of a service have used: the numbers that bills are made of (SPEC A8). They only
 * ascend.
 *
 * @param requests HTTP requests and logins of FTP and POP3
 * @param failures of those, what cards did not answer, or not to the end
 * @param refused by the guard of visitors
 * @param bytesIn bodies of requests, and what sessions and tunnels sent
 * @param bytesOut answers with their heads, and what sessions and tunnels received
 * @param localRequests of those, from local networks
 * @param localBytes of HTTP, both ways, from and to local networks
 */
public record TrafficTotals(
    long requests,
    long failures,
    long refused,
    long bytesIn,
    long bytesOut,
    long localRequests,
    long localBytes) {
  public static final TrafficTotals NONE = new TrafficTotals(0, 0, 0, 0, 0, 0, 0);

  TrafficTotals plus(TrafficTotals other) {
    return new TrafficTotals(
        requests + other.requests,
        failures + other.failures,
        refused + other.refused,
        bytesIn + other.bytesIn,
        bytesOut + other.bytesOut,
        localRequests + other.localRequests,
        localBytes + other.localBytes);
  }

  /** What has been added since; nothing of it is negative, whatever the other says. */
  TrafficTotals since(TrafficTotals before) {
    return new TrafficTotals(
        Math.max(0, requests - before.requests),
        Math.max(0, failures - before.failures),
        Math.max(0, refused - before.refused),
        Math.max(0, bytesIn - before.bytesIn),
        Math.max(0, bytesOut - before.bytesOut),
        Math.max(0, localRequests - before.localRequests),
        Math.max(0, localBytes - before.localBytes));
  }
}
