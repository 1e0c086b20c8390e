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

  private static final int DEFAULT_BLOCK = 512;

  /** More than a usual socket buffer takes would be lost on arrival. */
  private static final int MAX_WINDOW_BYTES = 256 << 10;

  /**
   * For a file that is read.
   *
   * @param pathBlockBytes largest block that fits into one packet on the way to the client
   */
  static Negotiation forRead(
      Map<String, String> asked, long size, int pathBlockBytes, TftpConfig config) {
    return of(asked, OptionalLong.of(size), pathBlockBytes, config);
  }

  /** For a file that is written: the client's size is repeated (RFC 2349). */
  static Negotiation forWrite(Map<String, String> asked, int pathBlockBytes, TftpConfig config) {
    return of(asked, OptionalLong.empty(), pathBlockBytes, config);
  }

  /** The size that a client announces for the file that it writes. */
  static OptionalLong announcedSize(Map<String, String> asked) {
    return number(asked.getOrDefault("tsize", ""));
  }

  private static Negotiation of(
      Map<String, String> asked, OptionalLong size, int pathBlockBytes, TftpConfig config) {
    Map<String, String> accepted = new LinkedHashMap<>();
    int block = DEFAULT_BLOCK;
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
            block = (int) Math.min(value, largestBlock(pathBlockBytes, config));
            accepted.put("blksize", Integer.toString(block));
          }
        }
        case "tsize" -> accepted.put("tsize", Long.toString(size.orElse(value)));
        case "timeout" -> {
          if (value >= 1 && value <= 255) {
            timeout = Optional.of(Duration.ofSeconds(value));
            accepted.put("timeout", Long.toString(value));
          }
        }
        case "utimeout" -> {
          // In no RFC, but loaders ask for it: microseconds, from 10 ms to 255 s.
          if (value >= 10_000 && value <= 255_000_000) {
            timeout = Optional.of(Duration.ofNanos(1000 * value));
            accepted.put("utimeout", Long.toString(value));
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
    int bounded = Math.clamp(MAX_WINDOW_BYTES / block, 1, window);
    accepted.computeIfPresent("windowsize", (name, value) -> Integer.toString(bounded));
    return new Negotiation(block, bounded, timeout, accepted);
  }

  private static int largestBlock(int pathBlockBytes, TftpConfig config) {
    return Math.clamp(pathBlockBytes, DEFAULT_BLOCK, config.maxBlockBytes());
  }

  private static OptionalLong number(String text) {
    return text.matches("[0-9]{1,15}")
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }
}
