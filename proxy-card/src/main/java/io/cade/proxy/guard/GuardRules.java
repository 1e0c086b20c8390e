package io.cade.proxy.guard;

import java.util.Map;

/**
 * The protection of one route snapshot: swapped with it as one, so that a change never shows half
 * (SPEC P6). Immutable apart from what its parts count. Thread-safe.
 */
public final class GuardRules {
  private final SiteGuard everywhere;
  private final Map<String, SiteGuard> sites;
  private final SiteGuard unprotected;

  /**
   * @param unprotected stands in for sites that have no rules of their own
   */
  GuardRules(SiteGuard everywhere, Map<String, SiteGuard> sites, SiteGuard unprotected) {
    this.everywhere = everywhere;
    this.sites = Map.copyOf(sites);
    this.unprotected = unprotected;
  }

  /** What holds for all sites. */
  public SiteGuard everywhere() {
    return everywhere;
  }

  /** What holds for one site besides. */
  public SiteGuard of(String service) {
    return sites.getOrDefault(service, unprotected);
  }

  boolean isUnprotected(SiteGuard guard) {
    return guard == unprotected;
  }
}
