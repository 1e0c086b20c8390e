package io.cade.agent.log;

import java.io.PrintStream;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * SLF4J to the error output, one line an event, in the form of the other daemons' lines. Chosen by
 * {@code -Dslf4j.provider=io.cade.agent.log.LineLogging}; the others have Logback, whose reader of
 * its configuration alone (XML, patterns, dates of all languages) takes 8 MiB of a card. The system
 * property {@code cade.log.level} is the least level that is written: TRACE, DEBUG, INFO (if it is
 * not given or is none of these), WARN, ERROR or OFF. Thread-safe.
 */
public final class LineLogging implements SLF4JServiceProvider {
  /** Newest version of the API that it was written against, as the API asks for it. */
  private static final String API = "2.0.99";

  private final Map<String, Logger> loggers = new ConcurrentHashMap<>();
  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final MDCAdapter context = new NOPMDCAdapter();
  private final PrintStream out;
  private final InstantSource clock;
  private final int least;

  /** For SLF4J. */
  public LineLogging() {
    this(System.err, InstantSource.system(), System.getProperty("cade.log.level"));
  }

  LineLogging(PrintStream out, InstantSource clock, @Nullable String level) {
    this.out = out;
    this.clock = clock;
    this.least = least(level);
  }

  /** Of a library: Pi4J's look for a Raspberry Pi's model fails loudly on every other board. */
  private int least(String logger, int wanted) {
    if (logger.startsWith("com.pi4j.boardinfo")) {
      return LineLogger.OFF;
    }
    return logger.startsWith("com.pi4j") ? Math.max(wanted, Level.WARN.toInt()) : wanted;
  }

  private static int least(@Nullable String level) {
    if ("OFF".equalsIgnoreCase(level)) {
      return LineLogger.OFF;
    }
    for (Level each : Level.values()) {
      if (each.name().equalsIgnoreCase(level)) {
        return each.toInt();
      }
    }
    return Level.INFO.toInt();
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return name ->
        loggers.computeIfAbsent(name, each -> new LineLogger(each, least(each, least), out, clock));
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return context;
  }

  @Override
  public String getRequestedApiVersion() {
    return API;
  }

  @Override
  public void initialize() {
    // Nothing is read from anywhere.
  }
}
