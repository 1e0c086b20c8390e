package io.cade.agent.wire;

import java.time.Instant;

/**
 * One line of a log.
 *
 * @param number ascending within its source; of a journal's entries, microseconds since 1970
 * @param at when it was written, by the card's clock
 * @param text harmless, whatever it was made of
 */
public record LogLine(long number, Instant at, String text) {
  public LogLine {
    Limits.range("number", number, 0, Long.MAX_VALUE - 1);
    text = LogText.harmless(text);
  }
}
