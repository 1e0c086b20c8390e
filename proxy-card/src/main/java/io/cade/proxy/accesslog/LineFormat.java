package io.cade.proxy.accesslog;

import io.cade.agent.wire.CardPosition;
import io.cade.proxy.stats.RequestAccount;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Makes lines of requests. Whatever a visitor sends stays within its field: control characters,
 * quotes, backslashes and everything beyond ASCII are written as escapes, so that no line can be
 * forged and no terminal be talked to. Fields are cut at {@value #MAX_FIELD} characters. Used by
 * one thread.
 */
final class LineFormat {
  static final int MAX_FIELD = 2048;

  /** No answer was sent: the visitor left before (a number of nginx's, which tools know). */
  private static final int CLIENT_CLOSED = 499;

  private static final DateTimeFormatter CLF =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private final AccessLogConfig.Form form;
  private long second = Long.MIN_VALUE;
  private String secondText = "";

  LineFormat(AccessLogConfig.Form form) {
    this.form = form;
  }

  /** Adds a line with its end. */
  void append(StringBuilder to, RequestAccount account, Instant at) {
    switch (form) {
      case COMBINED -> combined(to, account, at);
      case JSON -> json(to, account, at);
    }
    to.append('\n');
  }

  private void combined(StringBuilder to, RequestAccount a, Instant at) {
    RequestAccount.Head head = a.head();
    field(to, head.visitor());
    to.append(" - - [").append(second(at)).append("] \"");
    field(to, head.method());
    to.append(' ');
    field(to, head.target());
    to.append(' ');
    field(to, head.protocol());
    to.append("\" ").append(status(a)).append(' ').append(a.bytesOut()).append(" \"");
    field(to, orDash(head.referer()));
    to.append("\" \"");
    field(to, orDash(head.agent()));
    to.append("\" host=\"");
    field(to, head.host());
    to.append("\" site=").append(a.service().isEmpty() ? "-" : a.service());
    to.append(" card=").append(card(a));
    to.append(" in=").append(a.bytesIn());
    to.append(" time=");
    seconds(to, a.nanos());
    to.append(head.secure() ? " tls=1" : " tls=0");
    to.append(" id=");
    field(to, head.id().isEmpty() ? "-" : head.id());
  }

  private static String card(RequestAccount a) {
    CardPosition position = a.position();
    return position == null ? "-" : position.toString();
  }

  private static int status(RequestAccount a) {
    return a.status() == 0 ? CLIENT_CLOSED : a.status();
  }

  private static String orDash(@Nullable String text) {
    return text == null || text.isEmpty() ? "-" : text;
  }

  /** Seconds with microseconds. */
  private static void seconds(StringBuilder to, long nanos) {
    long micros = nanos / 1000;
    to.append(micros / 1_000_000).append('.');
    String part = Long.toString(1_000_000 + micros % 1_000_000);
    to.append(part, 1, part.length());
  }

  private String second(Instant at) {
    if (at.getEpochSecond() != second) {
      second = at.getEpochSecond();
      secondText = CLF.format(at);
    }
    return secondText;
  }

  private void json(StringBuilder to, RequestAccount a, Instant at) {
    RequestAccount.Head head = a.head();
    to.append("{\"time\":\"").append(at).append('"');
    member(to, "visitor", head.visitor());
    member(to, "method", head.method());
    member(to, "target", head.target());
    member(to, "protocol", head.protocol());
    member(to, "host", head.host());
    to.append(",\"tls\":").append(head.secure());
    to.append(",\"status\":").append(status(a));
    to.append(",\"bytesIn\":").append(a.bytesIn());
    to.append(",\"bytesOut\":").append(a.bytesOut());
    to.append(",\"seconds\":");
    seconds(to, a.nanos());
    if (!a.service().isEmpty()) {
      member(to, "site", a.service());
    }
    CardPosition position = a.position();
    if (position != null) {
      member(to, "card", position.toString());
    }
    optional(to, "referer", head.referer());
    optional(to, "userAgent", head.agent());
    optional(to, "id", head.id());
    to.append('}');
  }

  private static void optional(StringBuilder to, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      member(to, name, value);
    }
  }

  private static void member(StringBuilder to, String name, String value) {
    to.append(",\"").append(name).append("\":\"");
    int end = Math.min(value.length(), MAX_FIELD);
    for (int i = 0; i < end; i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        to.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        to.append("\\u").append(HEX[c >> 12]).append(HEX[c >> 8 & 15]);
        to.append(HEX[c >> 4 & 15]).append(HEX[c & 15]);
      } else {
        to.append(c);
      }
    }
    to.append('"');
  }

  /** As nginx and Apache escape: {@code \xHH}. */
  private static void field(StringBuilder to, String value) {
    int end = Math.min(value.length(), MAX_FIELD);
    for (int i = 0; i < end; i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\' || c < ' ' || c > '~') {
        if (c > 0xff) {
          to.append("\\u").append(HEX[c >> 12]).append(HEX[c >> 8 & 15]);
        } else {
          to.append("\\x");
        }
        to.append(HEX[c >> 4 & 15]).append(HEX[c & 15]);
      } else {
        to.append(c);
      }
    }
  }
}
