package io.cade.proxy.stats;

import java.util.concurrent.atomic.LongAdder;

/**
 * What crossed the proxy between visitors of one service and one card, since the proxy started.
 * Thread-safe; adding is cheap under contention, reading is not a snapshot of one moment.
 */
public final class CardCounters {
  private final LongAdder requests = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder requestBytes = new LongAdder();
  private final LongAdder responseBytes = new LongAdder();

  /** A request was given to the card. */
  public void request() {
    requests.increment();
  }

  /** The card did not answer it, or not to the end. */
  public void failure() {
    failures.increment();
  }

  /**
   * @param request bytes of the request's body
   * @param response bytes of the response, head included
   */
  public void bytes(long request, long response) {
    if (request != 0) {
      requestBytes.add(request);
    }
    responseBytes.add(response);
  }

  public long requests() {
    return requests.sum();
  }

  public long failures() {
    return failures.sum();
  }

  public long requestBytes() {
    return requestBytes.sum();
  }

  public long responseBytes() {
    return responseBytes.sum();
  }
}
