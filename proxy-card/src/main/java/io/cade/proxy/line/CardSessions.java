package io.cade.proxy.line;

import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.BackendGroup;
import io.cade.proxy.route.Routes;
import io.cade.proxy.route.Site;
import io.netty.channel.Channel;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which sessions are joined to which card. A session can last for hours, so a card that is drained
 * would never be free of them: when its deadline has passed, they are told to end. The routes as
 * they are then decide, so that a drain that was called off or put off ends none. As many entries
 * as there are sessions. Thread-safe.
 */
public final class CardSessions {
  private final Routes routes;
  private final InstantSource clock;
  private final Map<Backend, Set<Joined>> sessions = new ConcurrentHashMap<>();

  /** Compared by identity: a session is itself alone. */
  private static final class Joined {
    final Channel visitor;
    final Runnable end;

    Joined(Channel visitor, Runnable end) {
      this.visitor = visitor;
      this.end = end;
    }
  }

  /**
   * @param clock tells when the drain of a card is over
   */
  public CardSessions(Routes routes, InstantSource clock) {
    this.routes = routes;
    this.clock = clock;
  }

  /**
   * A session has found its card; it is forgotten when the visitor's connection is closed.
   *
   * @param end ends the session as soon as nothing runs; called on the visitor's event loop, and
   *     again for as long as he is connected
   */
  // Closing reports through the pipeline.
  @SuppressWarnings("FutureReturnValueIgnored")
  public void joined(Backend card, Channel visitor, Runnable end) {
    Joined session = new Joined(visitor, end);
    sessions.compute(
        card,
        (at, there) -> {
          Set<Joined> all = there == null ? ConcurrentHashMap.newKeySet() : there;
          all.add(session);
          return all;
        });
    visitor
        .closeFuture()
        .addListener(closed ->
            sessions.computeIfPresent(
                card,
                (at, there) -> {
                  there.remove(session);
                  return there.isEmpty() ? null : there;
                }));
  }

  /** Ends what runs on cards whose drain is over; to be called about once a second. */
  public void endDrained() {
    if (sessions.isEmpty()) {
      return;
    }
    Instant now = clock.instant();
    for (Site site : routes.current().sites()) {
      for (BackendGroup group : site.further().values()) {
        for (BackendGroup.Entry entry : group.entries()) {
          Instant until = entry.drainedUntil();
          if (until != null && !now.isBefore(until)) {
            end(sessions.getOrDefault(entry.member().backend(), Set.of()));
          }
        }
      }
    }
  }

  private static void end(Set<Joined> all) {
    for (Joined session : all) {
      session
          .visitor
          .eventLoop()
          .execute(() -> {
            if (session.visitor.isActive()) {
              session.end.run();
            }
          });
    }
  }

  /** Cards with sessions now. */
  int cards() {
    return sessions.size();
  }
}
