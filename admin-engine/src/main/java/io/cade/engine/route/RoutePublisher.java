package io.cade.engine.route;

import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.SiteProtection;
import io.cade.engine.change.Commit;
import io.cade.engine.change.CommitListener;
import io.cade.engine.model.Cabinet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * Holds the newest routes and tells when they change. Written by the writer's thread alone (after
 * the start), read by any.
 */
public final class RoutePublisher implements CommitListener {
  private final RouteDerivation derivation;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Supplier<List<RouteSnapshot.Challenge>> challenges;
  private final Supplier<List<String>> ticketKeys;
  private final String probeKey;
  private volatile RouteSnapshot snapshot;

  /** Without certificate authorities that have to be answered, and keys of session tickets. */
  public RoutePublisher(RouteDerivation derivation, Cabinet start) {
    this(derivation, List::of, List::of, start);
  }

  /** Without requests that are aimed at cards. */
  public RoutePublisher(
      RouteDerivation derivation,
      Supplier<List<RouteSnapshot.Challenge>> challenges,
      Supplier<List<String>> ticketKeys,
      Cabinet start) {
    this(derivation, challenges, ticketKeys, "", start);
  }

  /**
   * @param challenges what certificate authorities are to be answered now; looked at with each
   *     commit, must answer from memory
   * @param ticketKeys keys of TLS session tickets, looked at likewise
   * @param probeKey of requests that the engine aims at cards; empty for none
   */
  public RoutePublisher(
      RouteDerivation derivation,
      Supplier<List<RouteSnapshot.Challenge>> challenges,
      Supplier<List<String>> ticketKeys,
      String probeKey,
      Cabinet start) {
    this.derivation = derivation;
    this.challenges = challenges;
    this.ticketKeys = ticketKeys;
    this.probeKey = probeKey;
    this.snapshot =
        new RouteSnapshot(
            start.position(),
            derivation.sites(start),
            derivation.protection(start),
            challenges.get(),
            ticketKeys.get(),
            probeKey);
  }

  /** The newest routes. */
  public RouteSnapshot snapshot() {
    return snapshot;
  }

  /** Runs after each change of the routes, on the writer's thread: must be quick. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  @Override
  public void committed(List<Commit> commits, Cabinet after) {
    List<RouteSnapshot.SiteRoute> sites = derivation.sites(after);
    List<SiteProtection> protection = derivation.protection(after);
    List<RouteSnapshot.Challenge> open = challenges.get();
    List<String> tickets = ticketKeys.get();
    if (!sites.equals(snapshot.sites())
        || !protection.equals(snapshot.protection())
        || !open.equals(snapshot.challenges())
        || !tickets.equals(snapshot.ticketKeys())) {
      snapshot = new RouteSnapshot(after.position(), sites, protection, open, tickets, probeKey);
      listeners.forEach(Runnable::run);
    }
  }
}
