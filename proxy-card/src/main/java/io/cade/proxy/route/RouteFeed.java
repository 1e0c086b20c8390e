package io.cade.proxy.route;

import io.cade.agent.gateway.EngineChannel;
import io.cade.agent.wire.RouteSnapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings new routes from the engine: a long poll for anything newer than the table in use, applied
 * first and saved then, because visitors should not wait for a disk. While the engine is away the
 * proxy serves from what it has. {@link #run} is the body of one thread.
 */
public final class RouteFeed implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(RouteFeed.class);
  private static final Duration LONG_POLL = Duration.ofSeconds(25);

  private final EngineLink link;
  private final Routes routes;
  private final SnapshotFile file;
  private final Runnable onApplied;
  private final Pause pause;
  private final RandomGenerator random;
  private volatile boolean away;

  /**
   * @param onApplied told after each new table
   */
  public RouteFeed(
      EngineLink link,
      Routes routes,
      SnapshotFile file,
      Runnable onApplied,
      Pause pause,
      RandomGenerator random) {
    this.link = link;
    this.routes = routes;
    this.file = file;
    this.onApplied = onApplied;
    this.pause = pause;
    this.random = random;
  }

  /** Puts the saved snapshot to use; called once, before the first visitor is let in. */
  public void restore() {
    file.load()
        .ifPresent(saved -> {
          routes.apply(saved);
          log.info("serving from the saved routes {}", saved.version());
        });
  }

  @Override
  public void run() {
    Backoff backoff = new Backoff(random);
    try {
      while (true) {
        EngineChannel channel = null;
        try {
          channel = link.channel();
          Optional<RouteSnapshot> newer = channel.routes(routes.current().version(), LONG_POLL);
          backoff.succeeded();
          if (away) {
            away = false;
            log.info("the engine is back");
          }
          newer.ifPresent(this::use);
        } catch (IOException e) {
          if (link.isReplaced(channel)) {
            continue;
          }
          if (!away) {
            away = true;
            log.warn(
                "no routes from the engine, serving on from {}: {}",
                routes.current().version(),
                e.toString());
          }
          pause.pause(backoff.failed());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the daemon stops
    }
  }

  private void use(RouteSnapshot snapshot) {
    if (!routes.apply(snapshot)) {
      return;
    }
    onApplied.run();
    try {
      file.save(snapshot);
    } catch (IOException e) {
      log.error(
          "routes {} are in use but not saved, a restart without the engine would serve older ones:"
              + " {}",
          snapshot.version(),
          e.toString());
    }
  }
}
