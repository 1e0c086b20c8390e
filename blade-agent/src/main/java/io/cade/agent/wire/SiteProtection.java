package io.cade.agent.wire;

/**
 * What protects one site, or all of them together.
 *
 * @param service name of the service; {@link #EVERYWHERE} for what holds for the whole proxy,
 *     besides each site's own
 */
public record SiteProtection(String service, AccessRules access, TrafficLimits limits) {
  /** The whole proxy; no service can be called so. */
  public static final String EVERYWHERE = "*";

  public SiteProtection {
    Limits.text("service", service, 63);
  }

  /** Nothing is refused. */
  public static SiteProtection none(String service) {
    return new SiteProtection(service, AccessRules.none(), TrafficLimits.none());
  }

  /** Whether it refuses nothing. */
  public boolean refusesNobody() {
    return access.refusesNobody() && limits.equals(TrafficLimits.none());
  }

  public SiteProtection with(AccessRules next) {
    return new SiteProtection(service, next, limits);
  }

  public SiteProtection with(TrafficLimits next) {
    return new SiteProtection(service, access, next);
  }
}
