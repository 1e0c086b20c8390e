package io.cade.proxy.stats;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.LatencyBuckets;
import io.cade.agent.wire.TrafficReport;
import io.cade.agent.wire.TrafficReport.CardTraffic;
import io.cade.agent.wire.TrafficReport.TrafficCount;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What visitors of one service asked and got, since the count began. Holds one entry for each card
 * that ever served it, at most one for each position of the cabinet. Added to by event loops, read
 * by any thread; no number ever goes back.
 */
public final class SiteCounters {
  private static final int REQUESTS = 0;
  private static final int RETRIES = 1;
  private static final int REFUSED = 2;
  private static final int LOCAL_REQUESTS = 3;
  private static final int LOCAL_BYTES = 4;
  private static final int FIRST_CLASS = 5;
  private static final int SIZE = FIRST_CLASS + TrafficCount.CLASSES;

  private final long generation;
  private final LoopSlots slots;
  private final Tally tally;
  private final ConcurrentHashMap<CardPosition, CardCounters> cards = new ConcurrentHashMap<>();

  /**
   * @param generation see {@link TrafficReport}
   */
  SiteCounters(long generation, LoopSlots slots) {
    this.generation = generation;
    this.slots = slots;
    this.tally = new Tally(slots, SIZE);
  }

  /** A visitor's request for the service arrived. */
  public void request() {
    tally.add(REQUESTS, 1);
  }

  /** It was tried again on another card or connection. */
  public void retry() {
    tally.add(RETRIES, 1);
  }

  /** The guard refused it. */
  public void refused() {
    tally.add(REFUSED, 1);
  }

  /**
   * The part of a local visitor.
   *
   * @param bytes both ways
   */
  public void local(long requests, long bytes) {
    tally.add(LOCAL_REQUESTS, requests);
    tally.add(LOCAL_BYTES, bytes);
  }

  /** The visitor got a final answer, from a card or from the proxy itself. */
  public void answered(int status) {
    int index = status / 100 - 1;
    if (index >= 0 && index < TrafficCount.CLASSES) {
      tally.add(FIRST_CLASS + index, 1);
    }
  }

  /** The counters of one card. */
  public CardCounters card(CardPosition position) {
    CardCounters known = cards.get(position);
    return known != null ? known : cards.computeIfAbsent(position, p -> new CardCounters(slots));
  }

  public Map<CardPosition, CardCounters> cards() {
    return Map.copyOf(cards);
  }

  public long requests() {
    return tally.sum(REQUESTS);
  }

  public long retries() {
    return tally.sum(RETRIES);
  }

  /** Requests that the guard refused. */
  public long refusals() {
    return tally.sum(REFUSED);
  }

  public long localRequests() {
    return tally.sum(LOCAL_REQUESTS);
  }

  /**
   * @param statusClass 1 to 5, for 1xx to 5xx
   */
  public long answeredWithClass(int statusClass) {
    return tally.sum(FIRST_CLASS + statusClass - 1);
  }

  /** Bytes of bodies that visitors sent, over all cards. */
  public long requestBytes() {
    return cards.values().stream().mapToLong(CardCounters::requestBytes).sum();
  }

  /** Bytes that cards answered with. */
  public long responseBytes() {
    return cards.values().stream().mapToLong(CardCounters::responseBytes).sum();
  }

  /** How many answers of cards took a time of each bucket of {@link LatencyBuckets}. */
  public long[] latency() {
    long[] counts = new long[LatencyBuckets.COUNT];
    for (CardCounters card : cards.values()) {
      for (int i = 0; i < counts.length; i++) {
        counts[i] += card.latency(i);
      }
    }
    return counts;
  }

  /** All of it, for the engine. */
  public TrafficReport report(String service) {
    List<CardTraffic> byCard = new ArrayList<>();
    cards.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(e -> byCard.add(new CardTraffic(e.getKey(), e.getValue().count())));
    long failures = byCard.stream().mapToLong(c -> c.count().failures()).sum();
    List<Long> classes = new ArrayList<>(TrafficCount.CLASSES);
    for (int i = 1; i <= TrafficCount.CLASSES; i++) {
      classes.add(answeredWithClass(i));
    }
    List<Long> latency = new ArrayList<>();
    long[] counts = latency();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        latency.add((long) i);
        latency.add(counts[i]);
      }
    }
    return new TrafficReport(
        service,
        generation,
        new TrafficCount(requests(), failures, requestBytes(), responseBytes(), classes, latency),
        byCard,
        refusals(),
        localRequests(),
        tally.sum(LOCAL_BYTES));
  }
}
