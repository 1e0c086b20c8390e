package io.cade.engine.route;

import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.SiteProtection;
import io.cade.engine.change.Commit;
import io.cade.engine.change.CommitListener;
import io.cade.engine.model.Cabinet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Holds the newest routes and tells when they change. Written by the writer's thread alone (after
 * the start), read by any.
 */
public final class RoutePublisher implements CommitListener {
  private final RouteDerivation derivation;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile RouteSnapshot snapshot;

  public RoutePublisher(RouteDerivation derivation, Cabinet start) {
    this.derivation = derivation;
    this.snapshot =
        new RouteSnapshot(start.position(), derivation.sites(start), derivation.protection(start));
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
    if (!sites.equals(snapshot.sites()) || !protection.equals(snapshot.protection())) {
      snapshot = new RouteSnapshot(after.position(), sites, protection);
      listeners.forEach(Runnable::run);
    }
  }
}
