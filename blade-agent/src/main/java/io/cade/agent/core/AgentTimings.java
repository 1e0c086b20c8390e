package io.cade.agent.core;

import java.time.Duration;

/**
 * The agent's times.
 *
 * @param backOffMin first wait after a failed exchange
 * @param backOffMax longest wait between attempts
 * @param sessionSpacing least time between the starts of two ask sessions, however many pokes come
 * @param startLimit within which a started service must answer
 * @param restartMin wait before the first restart of a service that ended by itself; doubles
 * @param stableAfter time of running after which earlier restarts are forgotten
 * @param maxRestarts restarts in a row before a service is left FAILED
 * @param deviceLookInterval between two looks whether the device is as its model says
 */
public record AgentTimings(
    Duration backOffMin,
    Duration backOffMax,
    Duration sessionSpacing,
    Duration startLimit,
    Duration restartMin,
    Duration stableAfter,
    int maxRestarts,
    Duration deviceLookInterval) {
  /** 250 ms to 15 s, 200 ms, 60 s, 500 ms, 60 s, 3, 60 s. */
  public static AgentTimings standard() {
    return new AgentTimings(
        Duration.ofMillis(250),
        Duration.ofSeconds(15),
        Duration.ofMillis(200),
        Duration.ofSeconds(60),
        Duration.ofMillis(500),
        Duration.ofSeconds(60),
        3,
        Duration.ofSeconds(60));
  }

  /** The same, with another interval between looks at the device. */
  public AgentTimings withDeviceLookInterval(Duration interval) {
    return new AgentTimings(
        backOffMin,
        backOffMax,
        sessionSpacing,
        startLimit,
        restartMin,
        stableAfter,
        maxRestarts,
        interval);
  }
}
