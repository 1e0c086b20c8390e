package io.cade.proxy.guard;

import io.cade.agent.wire.NetworkPrefix;
import io.cade.agent.wire.VisitorSignal;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The guard's knowledge of one connection: what was looked up once need not be again until rules or
 * site change, so that a request that passes costs two comparisons, and a compare-and-set for each
 * rate that is limited. Owned by the connection's event loop; {@link #close} is called once.
 */
public final class VisitorGuard {
  private final TrafficGuard guard;
  private final NetworkPrefix visitor;
  private final boolean local;
  private SiteGuard.@Nullable Share entrance;
  private SiteGuard.@Nullable Share share;
  private @Nullable GuardRules rules;
  private @Nullable SiteGuard site;
  private String service = "";
  private boolean permitted;
  private long everywhereTag;
  private long siteTag;
  private long waitNanos;

  VisitorGuard(TrafficGuard guard, NetworkPrefix visitor, boolean local) {
    this.guard = guard;
    this.visitor = visitor;
    this.local = local;
  }

  /** The visitor's address. */
  public NetworkPrefix visitor() {
    return visitor;
  }

  /** Whether he is in one of the local networks. */
  public boolean isLocal() {
    return local;
  }

  /** Asked once, as soon as the visitor's address is known: whether the connection may stay. */
  Verdict enter(GuardRules now) {
    SiteGuard everywhere = now.everywhere();
    SiteGuard.Share counted = everywhere.connect(visitor);
    entrance = counted;
    if (everywhere.isCrowded(counted)) {
      return Verdict.SITE_CONNECTIONS;
    }
    if (everywhere.isCrowdedBy(counted)) {
      guard.watch().saw(VisitorSignal.FLOOD, "", visitor);
      return Verdict.VISITOR_CONNECTIONS;
    }
    return Verdict.PASS;
  }

  /** Whether the visitor's network may come to no site at all. */
  public boolean isDenied(GuardRules current) {
    return !current.everywhere().permits(visitor);
  }

  /**
   * Asks for a request, before any work is done for it.
   *
   * @param current rules of the route table in which the site was found
   * @param to its service
   * @param uriBytes length of its target
   */
  public Verdict admit(GuardRules current, String to, int uriBytes) {
    if (rules != current || !service.equals(to)) {
      Verdict changed = change(current, to);
      if (changed != Verdict.PASS) {
        return changed;
      }
    }
    SiteGuard here = site;
    if (here == null || !permitted) {
      return Verdict.NETWORK_DENIED;
    }
    SiteGuard everywhere = current.everywhere();
    if (here.isUriTooLong(uriBytes) || everywhere.isUriTooLong(uriBytes)) {
      return Verdict.URI_TOO_LONG_FOR_SITE;
    }
    if (!here.limitsRates() && !everywhere.limitsRates()) {
      return Verdict.PASS; // even to look at the clock costs more than all of the above
    }
    long now = guard.nanoTime();
    // The visitor's own first: who is refused for himself takes nothing from the others.
    long wait = everywhere.take(guard.table(), everywhereTag, now);
    if (wait == 0) {
      wait = here.take(guard.table(), siteTag, now);
    }
    if (wait > 0) {
      waitNanos = wait;
      guard.watch().saw(VisitorSignal.FLOOD, service, visitor);
      return Verdict.VISITOR_RATE;
    }
    wait = everywhere.take(now);
    if (wait == 0) {
      wait = here.take(now);
    }
    if (wait > 0) {
      waitNanos = wait;
      return Verdict.SITE_RATE;
    }
    return Verdict.PASS;
  }

  /** Looks up what does not change from request to request. */
  private Verdict change(GuardRules current, String to) {
    SiteGuard next = current.of(to);
    SiteGuard everywhere = current.everywhere();
    permitted = everywhere.permits(visitor) && next.permits(visitor);
    everywhereTag = tag(everywhere);
    siteTag = tag(next);
    SiteGuard.Share counted = share;
    if (counted == null || counted.state != next.state()) {
      release();
      if (!current.isUnprotected(next)) {
        counted = next.connect(visitor);
        share = counted;
        if (next.isCrowded(counted) || next.isCrowdedBy(counted)) {
          boolean own = next.isCrowdedBy(counted);
          release();
          service = "";
          waitNanos = TimeUnit.SECONDS.toNanos(1);
          if (own) {
            guard.watch().saw(VisitorSignal.FLOOD, to, visitor);
          }
          return own ? Verdict.VISITOR_CONNECTIONS : Verdict.SITE_CONNECTIONS;
        }
      }
    }
    rules = current;
    site = next;
    service = to;
    return Verdict.PASS;
  }

  private long tag(SiteGuard of) {
    if (!of.limitsVisitors()) {
      return 0;
    }
    NetworkPrefix network = of.network(visitor);
    return guard.table().tag(of.state().number, network.high(), network.low());
  }

  /** Bytes that the body of the request admitted last may have; {@link Long#MAX_VALUE} for all. */
  public long maxBodyBytes() {
    SiteGuard here = site;
    GuardRules current = rules;
    if (here == null || current == null) {
      return Long.MAX_VALUE;
    }
    long own = here.maxBodyBytes();
    long common = current.everywhere().maxBodyBytes();
    return Math.min(own == 0 ? Long.MAX_VALUE : own, common == 0 ? Long.MAX_VALUE : common);
  }

  /** Whole seconds after which a refused request would be let through (Retry-After), from 1. */
  public int retryAfterSeconds() {
    return (int) Math.min(3600, 1 + waitNanos / TimeUnit.SECONDS.toNanos(1));
  }

  /** Something that the operator should know of, if it is much. */
  public void saw(VisitorSignal kind, String at) {
    guard.watch().saw(kind, at, visitor);
  }

  private void release() {
    SiteGuard.Share counted = share;
    share = null;
    if (counted != null) {
      counted.release();
    }
  }

  /** The connection is closed. */
  public void close() {
    release();
    SiteGuard.Share counted = entrance;
    entrance = null;
    if (counted != null) {
      counted.release();
    }
  }
}
