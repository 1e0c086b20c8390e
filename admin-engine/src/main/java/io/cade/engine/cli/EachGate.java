package io.cade.engine.cli;

/**
 * Whether another one of many may begin: the canary first, then so many at once, and none any more
 * when too many have failed. Pure.
 *
 * @param total how many there are
 * @param canary so many must succeed before the rest begins
 * @param parallel most at once
 * @param stopPercent nothing begins when more than this share of the total has failed
 */
record EachGate(int total, int canary, int parallel, int stopPercent) {

  /** What to do now. */
  enum Say {
    BEGIN,
    WAIT,
    STOP
  }

  Say next(int begun, int succeeded, int failed) {
    int running = begun - succeeded - failed;
    int first = Math.min(canary, total);
    boolean trying = succeeded + failed < first;
    boolean tooMany = failed * 100L > (long) stopPercent * total;
    if (tooMany || (failed > 0 && succeeded < first && begun <= first)) {
      return Say.STOP;
    }
    if (begun >= total) {
      return running == 0 ? Say.STOP : Say.WAIT;
    }
    if (running >= parallel || (trying && begun >= first)) {
      return Say.WAIT;
    }
    return Say.BEGIN;
  }
}
