package io.cade.sim.virtual;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/**
 * What the product logs as an error while it is simulated: nothing here is its surroundings' fault,
 * so that each is a defect. Other logging is silenced meanwhile.
 */
final class Complaints extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.cade");
  private final Level levelBefore = logger.getLevel();
  private final boolean additiveBefore = logger.isAdditive();
  private String first = "";

  @SuppressWarnings("this-escape")
  Complaints() {
    logger.setLevel(Level.ERROR);
    logger.setAdditive(false);
    setContext(logger.getLoggerContext());
    start();
    logger.addAppender(this);
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (event.getLevel().isGreaterOrEqual(Level.ERROR) && first.isEmpty()) {
      first =
          event.getFormattedMessage()
              + (event.getThrowableProxy() == null
                  ? ""
                  : " " + ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
  }

  String first() {
    return first;
  }

  void clear() {
    first = "";
  }

  @Override
  public void close() {
    logger.detachAppender(this);
    logger.setLevel(levelBefore);
    logger.setAdditive(additiveBefore);
    stop();
  }
}
