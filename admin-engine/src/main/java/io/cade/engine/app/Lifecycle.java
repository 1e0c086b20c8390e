package io.cade.engine.app;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been started, to be stopped in reverse order. A failed start is rolled back by closing
 * it; a failing stop does not keep the rest from stopping, and every failure is kept. Not
 * thread-safe.
 */
final class Lifecycle implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

  private record Part(String name, AutoCloseable closer) {}

  private final Deque<Part> started = new ArrayDeque<>();

  /** Remembers something that is running now. */
  <T extends AutoCloseable> T started(String name, T part) {
    started.push(new Part(name, part));
    return part;
  }

  /** Stops everything, last started first. */
  @Override
  public void close() throws Exception {
    Exception first = null;
    while (!started.isEmpty()) {
      Part part = started.pop();
      try {
        part.closer().close();
      } catch (Exception e) {
        LOG.warn("{} did not stop cleanly", part.name(), e);
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
