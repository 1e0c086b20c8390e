package io.cade.agent.log;

import java.io.PrintStream;
import java.io.Serial;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** Writes the events of one name that are grave enough. Thread-safe. */
final class LineLogger extends LegacyAbstractLogger {
  @Serial private static final long serialVersionUID = 1L;

  /** Above every level. */
  static final int OFF = Integer.MAX_VALUE;

  /** Of a name; the packages in front are cut to their first letters to come to that. */
  private static final int NAME_CHARACTERS = 24;

  /** Lines of an exception and of each of its causes. */
  private static final int TRACE_LINES = 12;

  private final transient PrintStream out;
  private final transient InstantSource clock;
  private final int least;
  private final String shown;

  LineLogger(String name, int least, PrintStream out, InstantSource clock) {
    this.name = name;
    this.least = least;
    this.out = out;
    this.clock = clock;
    this.shown = shortened(name);
  }

  static String shortened(String name) {
    StringBuilder text = new StringBuilder();
    int from = 0;
    for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', from)) {
      boolean fits = text.length() + name.length() - from <= NAME_CHARACTERS;
      text.append(name, from, fits || dot == from ? dot : from + 1).append('.');
      from = dot + 1;
    }
    return text.append(name, from, name.length()).toString();
  }

  @Override
  public boolean isTraceEnabled() {
    return least <= Level.TRACE.toInt();
  }

  @Override
  public boolean isDebugEnabled() {
    return least <= Level.DEBUG.toInt();
  }

  @Override
  public boolean isInfoEnabled() {
    return least <= Level.INFO.toInt();
  }

  @Override
  public boolean isWarnEnabled() {
    return least <= Level.WARN.toInt();
  }

  @Override
  public boolean isErrorEnabled() {
    return least <= Level.ERROR.toInt();
  }

  @Override
  protected @Nullable String getFullyQualifiedCallerName() {
    return null;
  }

  @Override
  protected void handleNormalizedLoggingCall(
      Level level,
      @Nullable Marker marker,
      @Nullable String pattern,
      Object @Nullable [] arguments,
      @Nullable Throwable thrown) {
    StringBuilder line = new StringBuilder(160);
    time(line, clock.instant());
    line.append(' ').append(level);
    pad(line, 5 - level.name().length());
    line.append(' ').append(shown).append(" [").append(Thread.currentThread().getName());
    line.append("] ").append(MessageFormatter.basicArrayFormat(pattern, arguments)).append('\n');
    String before = "";
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      line.append(before).append(cause).append('\n');
      before = "Caused by: ";
      StackTraceElement[] trace = cause.getStackTrace();
      for (int i = 0; i < Math.min(TRACE_LINES, trace.length); i++) {
        line.append("\tat ").append(trace[i]).append('\n');
      }
      if (trace.length > TRACE_LINES) {
        line.append("\t... ").append(trace.length - TRACE_LINES).append(" more\n");
      }
    }
    // One write, so that lines of several threads do not mix.
    out.print(line);
    out.flush();
  }

  /** To the millisecond, in UTC. A formatter would bring the calendars of all languages. */
  private static void time(StringBuilder line, Instant now) {
    ZonedDateTime at = now.atZone(ZoneOffset.UTC);
    line.append(at.getYear());
    two(line.append('-'), at.getMonthValue());
    two(line.append('-'), at.getDayOfMonth());
    two(line.append('T'), at.getHour());
    two(line.append(':'), at.getMinute());
    two(line.append(':'), at.getSecond());
    int millis = at.getNano() / 1_000_000;
    line.append('.').append(millis / 100);
    two(line, millis % 100);
    line.append('Z');
  }

  private static void two(StringBuilder line, int number) {
    line.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }

  private static void pad(StringBuilder line, int blanks) {
    for (int i = 0; i < blanks; i++) {
      line.append(' ');
    }
  }
}
