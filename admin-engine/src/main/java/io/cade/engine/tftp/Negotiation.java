package io.cade.engine.tftp;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What client and server agree on (RFC 2347): unknown options and values outside the allowed range
 * are left out of the answer, which means that they do not apply.
 *
 * @param accepted for the OACK, empty when there is to be none
 * @param fixedTimeout as the client wants it (RFC 2349), else adaptive
 */
record Negotiation(
    int blockBytes, int window, Optional<Duration> fixedTimeout, Map<String, String> accepted) {

  /** More than a usual socket buffer takes would be lost on arrival. */
  private static final int MAX_WINDOW_BYTES = 256 << 10;

  static Negotiation of(Map<String, String> asked, long size, TftpConfig config) {
    Map<String, String> accepted = new LinkedHashMap<>();
    int block = 512;
    int window = 1;
    Optional<Duration> timeout = Optional.empty();
    for (Map.Entry<String, String> option : asked.entrySet()) {
      OptionalLong number = number(option.getValue());
      if (number.isEmpty()) {
        continue;
      }
      long value = number.getAsLong();
      switch (option.getKey()) {
        case "blksize" -> {
          // The server may answer with less than asked (RFC 2348), never with more.
          if (value >= 8 && value <= 65_464) {
            block = (int) Math.min(value, config.maxBlockBytes());
            accepted.put("blksize", Integer.toString(block));
          }
        }
        case "tsize" -> accepted.put("tsize", Long.toString(size));
        case "timeout" -> {
          if (value >= 1 && value <= 255) {
            timeout = Optional.of(Duration.ofSeconds(value));
            accepted.put("timeout", Long.toString(value));
          }
        }
        case "windowsize" -> {
          if (value >= 1 && value <= 65_535) {
            window = (int) Math.min(value, config.maxWindow());
            accepted.put("windowsize", Integer.toString(window));
          }
        }
        default -> {
          // Not ours (RFC 2347 §3: ignored).
        }
      }
    }
    // blksize may come after windowsize: only here are both known.
    int bounded = Math.max(1, Math.min(window, MAX_WINDOW_BYTES / block));
    accepted.computeIfPresent("windowsize", (name, value) -> Integer.toString(bounded));
    return new Negotiation(block, bounded, timeout, accepted);
  }

  private static OptionalLong number(String text) {
    return text.matches("[0-9]{1,15}")
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }
}
