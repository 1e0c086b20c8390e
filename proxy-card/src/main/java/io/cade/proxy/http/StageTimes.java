package io.cade.proxy.http;

import io.cade.proxy.balance.ServicePolicy;
import io.cade.proxy.relay.Deadline;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long each stage of one request may take: what the service has set, else the proxy's own
 * limit, and never more than what is left of the time for the whole request. Owned by the event
 * loop of the visitor's connection.
 */
final class StageTimes {
  private final Deadline deadline;
  private final ServicePolicy policy;
  private final ProxyServices services;
  private final @Nullable Duration most;
  private long wholeEndsNanos;

  /**
   * @param most from the request to the head of the response, if that is less; null for no more
   *     than that
   */
  StageTimes(
      Deadline deadline, ServicePolicy policy, ProxyServices services, @Nullable Duration most) {
    this.most = most;
    this.deadline = deadline;
    this.policy = policy;
    this.services = services;
  }

  /** The request's time begins. */
  void begin() {
    Duration whole = policy.whole();
    if (whole != null) {
      wholeEndsNanos = services.nanoTime().getAsLong() + whole.toNanos();
    }
  }

  /** From now to the head of the response. */
  void awaitResponse() {
    Duration set = policy.response();
    Duration usual = set != null ? set : services.limits().responseTimeout();
    within(most != null && most.compareTo(usual) < 0 ? most : usual);
  }

  /** From now to the next bytes of a body. */
  void awaitBytes() {
    Duration set = policy.idle();
    within(set != null ? set : services.limits().idleTimeout());
  }

  /** From now to a card that has room. */
  void awaitTurn() {
    within(policy.queueTimeout());
  }

  private void within(Duration stage) {
    Duration time = stage;
    if (policy.whole() != null) {
      Duration left = Duration.ofNanos(wholeEndsNanos - services.nanoTime().getAsLong());
      if (left.compareTo(stage) < 0) {
        time = left.isNegative() ? Duration.ZERO : left;
      }
    }
    deadline.in(time);
  }
}
