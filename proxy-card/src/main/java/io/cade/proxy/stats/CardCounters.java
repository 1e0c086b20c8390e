package io.cade.proxy.stats;

import io.cade.agent.wire.LatencyBuckets;
import io.cade.agent.wire.TrafficReport.TrafficCount;
import java.util.ArrayList;
import java.util.List;

/**
 * What crossed the proxy between visitors of one service and one card, since the count began. Added
 * to by event loops, read by any thread; no number ever goes back.
 */
public final class CardCounters {
  private static final int REQUESTS = 0;
  private static final int FAILURES = 1;
  private static final int BYTES_IN = 2;
  private static final int BYTES_OUT = 3;
  private static final int FIRST_CLASS = 4;
  private static final int FIRST_BUCKET = FIRST_CLASS + TrafficCount.CLASSES;

  private final Tally tally;

  /** Of something that is part of no site, as a proxy is for the balancer. */
  public CardCounters() {
    this(new LoopSlots());
  }

  CardCounters(LoopSlots slots) {
    this.tally = new Tally(slots, FIRST_BUCKET + LatencyBuckets.COUNT);
  }

  /** A request was given to the card. */
  public void request() {
    tally.add(REQUESTS, 1);
  }

  /** The card did not answer it, or not to the end. */
  public void failure() {
    tally.add(FAILURES, 1);
  }

  /**
   * @param request bytes of the request's body
   * @param response bytes of the response, head included
   */
  public void bytes(long request, long response) {
    if (request != 0) {
      tally.add(BYTES_IN, request);
    }
    tally.add(BYTES_OUT, response);
  }

  /**
   * An answer of the card is complete.
   *
   * @param status of HTTP
   * @param micros from the head of the request to the end of the answer
   */
  void answered(int status, long micros) {
    int index = status / 100 - 1;
    if (index >= 0 && index < TrafficCount.CLASSES) {
      tally.add(FIRST_CLASS + index, 1);
    }
    tally.add(FIRST_BUCKET + LatencyBuckets.of(micros), 1);
  }

  public long requests() {
    return tally.sum(REQUESTS);
  }

  public long failures() {
    return tally.sum(FAILURES);
  }

  public long requestBytes() {
    return tally.sum(BYTES_IN);
  }

  public long responseBytes() {
    return tally.sum(BYTES_OUT);
  }

  /** How many answers took a time of that bucket. */
  long latency(int bucket) {
    return tally.sum(FIRST_BUCKET + bucket);
  }

  /** All of it. */
  TrafficCount count() {
    List<Long> classes = new ArrayList<>(TrafficCount.CLASSES);
    for (int i = 0; i < TrafficCount.CLASSES; i++) {
      classes.add(tally.sum(FIRST_CLASS + i));
    }
    List<Long> latency = new ArrayList<>();
    for (int i = 0; i < LatencyBuckets.COUNT; i++) {
      long count = latency(i);
      if (count > 0) {
        latency.add((long) i);
        latency.add(count);
      }
    }
    return new TrafficCount(
        requests(), failures(), requestBytes(), responseBytes(), classes, latency);
  }
}
