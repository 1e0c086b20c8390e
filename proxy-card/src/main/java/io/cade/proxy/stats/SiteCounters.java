package io.cade.proxy.stats;

import io.cade.agent.wire.CardPosition;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What visitors of one service asked and got, since the proxy started. Holds one entry for each
 * card that ever served it, at most one for each position of the cabinet. Thread-safe.
 */
public final class SiteCounters {
  private static final int CLASSES = 5;

  private final LongAdder requests = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final LongAdder[] byClass = new LongAdder[CLASSES];
  private final ConcurrentHashMap<CardPosition, CardCounters> cards = new ConcurrentHashMap<>();

  SiteCounters() {
    for (int i = 0; i < CLASSES; i++) {
      byClass[i] = new LongAdder();
    }
  }

  /** A visitor's request for the service arrived. */
  public void request() {
    requests.increment();
  }

  /** It was tried again on another card or connection. */
  public void retry() {
    retries.increment();
  }

  /** The visitor got a final answer, from a card or from the proxy itself. */
  public void answered(int status) {
    int index = status / 100 - 1;
    if (index >= 0 && index < CLASSES) {
      byClass[index].increment();
    }
  }

  /** The counters of one card. */
  public CardCounters card(CardPosition position) {
    return cards.computeIfAbsent(position, p -> new CardCounters());
  }

  public Map<CardPosition, CardCounters> cards() {
    return Map.copyOf(cards);
  }

  public long requests() {
    return requests.sum();
  }

  public long retries() {
    return retries.sum();
  }

  /**
   * @param statusClass 1 to 5, for 1xx to 5xx
   */
  public long answeredWithClass(int statusClass) {
    return byClass[statusClass - 1].sum();
  }
}
