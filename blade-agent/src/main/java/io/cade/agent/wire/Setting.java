package io.cade.agent.wire;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What can be set for a service's way through the proxies: name, form, range and default in one
 * place, for the engine that refuses, the proxies that obey, the command line and the
 * documentation. Eight are for the engine alone. Where the default says {@code proxy}, the proxy's
 * own configuration file decides.
 */
public enum Setting {
  BALANCING(
      "balancing",
      "round-robin",
      Form.words("round-robin", "weighted", "least-connections", "latency", "hash", "cost")),
  HASH_ON("hash-on", "address", Form.HASH_KEY),
  COST_FULL("cost-full", "64", Form.number(1, 100_000)),
  AFFINITY("affinity", "none", Form.words("none", "cookie")),
  AFFINITY_COOKIE("affinity-cookie", "cade-card", Form.TOKEN),
  AFFINITY_TIME("affinity-time", "0s", Form.duration(0, Duration.ofDays(30))),
  CHECK("check", "proxy", Form.words("http", "tcp")),
  CHECK_PATH("check-path", "proxy", Form.PATH),
  CHECK_HOST("check-host", "proxy", Form.HOST),
  CHECK_INTERVAL("check-interval", "proxy", Form.duration(100, Duration.ofHours(1))),
  CHECK_TIMEOUT("check-timeout", "proxy", Form.duration(50, Duration.ofMinutes(1))),
  RISE("rise", "proxy", Form.number(1, 100)),
  FALL("fall", "proxy", Form.number(1, 100)),
  CARD_LOAD("card-load", "off", Form.words("on", "off")),
  OUTLIER_ERRORS("outlier-errors", "10", Form.number(0, 10_000)),
  OUTLIER_SUCCESS_RATE("outlier-success-rate", "on", Form.words("on", "off")),
  EJECTION_TIME("ejection-time", "10s", Form.duration(100, Duration.ofHours(1))),
  EJECTION_TIME_MAX("ejection-time-max", "5min", Form.duration(100, Duration.ofHours(24))),
  EJECTED_MAX("ejected-max", "50", Form.number(0, 100)),
  PANIC("panic", "50", Form.number(0, 100)),
  SLOW_START("slow-start", "0s", Form.duration(0, Duration.ofHours(1))),
  CARD_LIMIT("card-limit", "1000", Form.number(1, 100_000)),
  QUEUE("queue", "100", Form.number(0, 10_000)),
  QUEUE_TIMEOUT("queue-timeout", "5s", Form.duration(1, Duration.ofMinutes(5))),
  CONNECT_TIMEOUT("connect-timeout", "proxy", Form.duration(1, Duration.ofMinutes(1))),
  RESPONSE_TIMEOUT("response-timeout", "proxy", Form.duration(1, Duration.ofHours(1))),
  IDLE_TIMEOUT("idle-timeout", "proxy", Form.duration(1, Duration.ofHours(1))),
  REQUEST_TIMEOUT("request-timeout", "0s", Form.duration(0, Duration.ofHours(24))),
  ATTEMPTS("attempts", "proxy", Form.number(1, 10)),
  RETRY_PERCENT("retry-percent", "20", Form.number(0, 100)),
  /** The engine's: how long a card may be away before another one takes its place. */
  REPLACE_AFTER("replace-after", "5min", Form.durationOrOff(1_000, Duration.ofHours(24))),
  /** The engine's: whether visitors are sent to the service's cards at all. */
  SERVING("serving", "on", Form.words("on", "off")),
  /** The engine's: whether cards of the service have to be in different chassis. */
  SPREAD("spread", "prefer", Form.words("prefer", "require")),
  /** The engine's: what is asked for at a card that got something new, before visitors come. */
  GATE_PATH("gate-path", Setting.OF_CHECK, Form.PATHS),
  /** The engine's: which answers to that are good. */
  GATE_STATUS("gate-status", "200-399", Form.STATUS),
  /** The engine's: what has to be in such an answer. */
  GATE_TEXT("gate-text", "", Form.TEXT),
  /** The engine's: how long such an answer may take. */
  GATE_TIMEOUT("gate-timeout", "5s", Form.duration(50, Duration.ofMinutes(1))),
  /** The engine's: how many good answers a card needs through each proxy; 0: it is not asked. */
  GATE_REQUESTS("gate-requests", "5", Form.number(0, 100)),
  WEIGHT("weight", "1", Form.number(0, 256), true),
  COST("cost", "1", Form.number(0, 1_000_000), true),
  BACKUP("backup", "no", Form.words("yes", "no"), true);

  /** The default of a setting that the proxy's configuration file decides. */
  public static final String OF_PROXY = "proxy";

  /** The default of {@link #GATE_PATH}: what {@link #CHECK_PATH} is set to, else {@code /}. */
  public static final String OF_CHECK = "check-path";

  private static final Map<String, Setting> BY_KEY =
      Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Setting::key, s -> s));

  private final String key;
  private final String byDefault;

  // Immutable in fact: it holds a text and a function without state.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Form form;

  private final boolean perCard;

  Setting(String key, String byDefault, Form form) {
    this(key, byDefault, form, false);
  }

  Setting(String key, String byDefault, Form form, boolean perCard) {
    this.key = key;
    this.byDefault = byDefault;
    this.form = form;
    this.perCard = perCard;
  }

  /** Its name for operators. */
  public String key() {
    return key;
  }

  /** The text that stands for what is not set; {@value #OF_PROXY} for the proxy's own. */
  public String byDefault() {
    return byDefault;
  }

  /** Whether it is set for one card of the service: {@code weight@1.3}. */
  public boolean perCard() {
    return perCard;
  }

  /** What a value may be, in words. */
  public String allowed() {
    return form.words;
  }

  /** Why the text is no value for it; empty when it is one. */
  public Optional<String> objection(String text) {
    return form.good.apply(text) == null
        ? Optional.of(key + " is '" + cut(text) + "'; allowed: " + form.words)
        : Optional.empty();
  }

  static @Nullable Setting of(String key) {
    return BY_KEY.get(key);
  }

  private static String cut(String text) {
    return text.length() > 64 ? text.substring(0, 64) + "…" : text;
  }

  /**
   * Reads {@code 500ms}, {@code 10s}, {@code 5min}, {@code 2h}.
   *
   * @return null when it is no such text
   */
  public static @Nullable Duration duration(String text) {
    var found = Form.DURATION.matcher(text);
    if (!found.matches()) {
      return null;
    }
    long number = Long.parseLong(found.group(1));
    return switch (found.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "min" -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }

  /** What texts are values: immutable. */
  private static final class Form {
    static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|min|h)");
    private static final String NAME = "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}";

    /** RFC 9110 §5.6.2; also what a cookie may be called (RFC 6265 §4.1.1). */
    static final Form TOKEN = matching(NAME, "a name of letters, digits and -_.");

    static final Form HASH_KEY =
        matching(
            "address|header:" + NAME + "|cookie:" + NAME, "address, header:NAME or cookie:NAME");
    static final Form PATH = matching("/[!-~]{0,255}", "a path beginning with /");
    static final Form PATHS =
        matching(
            "check-path|/[!-~]{0,120}( /[!-~]{0,120}){0,3}",
            "check-path, or 1 to 4 paths beginning with /, with a blank between");
    static final Form STATUS =
        new Form(
            "codes and ranges like 200-399 or 200,404, from 100 to 599",
            text -> StatusRanges.isGood(text) ? text : null);
    static final Form TEXT =
        matching("\\P{Cntrl}{0,200}", "a text of at most 200 characters, without line breaks");
    static final Form HOST = matching("[a-z0-9.-]{1,253}", "a host name in lower case");

    private final String words;
    private final Function<String, @Nullable Object> good;

    private Form(String words, Function<String, @Nullable Object> good) {
      this.words = words;
      this.good = good;
    }

    private static Form matching(String pattern, String words) {
      Pattern compiled = Pattern.compile(pattern);
      return new Form(words, text -> compiled.matcher(text).matches() ? text : null);
    }

    static Form words(String... allowed) {
      return new Form(
          String.join(", ", allowed), text -> Arrays.asList(allowed).contains(text) ? text : null);
    }

    static Form number(int least, int most) {
      return new Form(
          least + " to " + most,
          text -> {
            if (!text.matches("\\d{1,9}")) {
              return null;
            }
            int number = Integer.parseInt(text);
            return number >= least && number <= most ? number : null;
          });
    }

    static Form durationOrOff(long leastMillis, Duration most) {
      Form duration = duration(leastMillis, most);
      return new Form(
          duration.words + ", or off",
          text -> text.equals("off") ? text : duration.good.apply(text));
    }

    /** As {@link Setting#duration} reads it. */
    private static String words(Duration duration) {
      long seconds = duration.toSeconds();
      return seconds % 3_600 == 0
          ? seconds / 3_600 + "h"
          : seconds % 60 == 0 ? seconds / 60 + "min" : seconds + "s";
    }

    static Form duration(long leastMillis, Duration most) {
      return new Form(
          "a duration like 500ms, 10s, 5min or 2h, " + leastMillis + "ms to " + words(most),
          text -> {
            Duration duration = Setting.duration(text);
            return duration != null
                    && duration.toMillis() >= leastMillis
                    && duration.compareTo(most) <= 0
                ? duration
                : null;
          });
    }
  }
}
