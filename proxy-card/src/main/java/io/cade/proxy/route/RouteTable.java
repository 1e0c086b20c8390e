package io.cade.proxy.route;

import io.cade.proxy.guard.GuardRules;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An immutable index of one snapshot: a request looks up everything in the same one, so that a
 * change of routes never shows half (SPEC P6).
 */
public final class RouteTable {
  /** Where certificate authorities ask (RFC 8555 §8.3). */
  static final String CHALLENGES = "/.well-known/acme-challenge/";

  private final long version;
  private final Map<String, Site> byHost;
  private final Collection<Site> sites;
  private final Set<String> internalAddresses;
  private final GuardRules guard;
  private final Map<String, String> challenges;
  private final String probeKey;

  /**
   * @param challenges answers to certificate authorities, by host and path
   * @param probeKey of requests that are aimed at a card; empty for none
   */
  RouteTable(
      long version,
      Map<String, Site> byHost,
      Collection<Site> sites,
      Set<String> internalAddresses,
      GuardRules guard,
      Map<String, String> challenges,
      String probeKey) {
    this.version = version;
    this.byHost = Map.copyOf(byHost);
    this.sites = List.copyOf(sites);
    this.internalAddresses = Set.copyOf(internalAddresses);
    this.guard = guard;
    this.challenges = Map.copyOf(challenges);
    this.probeKey = probeKey;
  }

  /** Of the snapshot. */
  public long version() {
    return version;
  }

  /**
   * The site of a host name.
   *
   * @param host lower case, without port and trailing dot
   */
  public @Nullable Site find(String host) {
    return byHost.get(host);
  }

  /**
   * The answer to a certificate authority that wants to know whether the host is the module's.
   *
   * @param host lower case, without port and trailing dot
   * @param path of the request's target, with the query if there is one
   * @return null when nothing of that name is to be answered here
   */
  public @Nullable String challenge(String host, String path) {
    // Nearly always there are none: a request then pays for one look at a field.
    return challenges.isEmpty() || !path.startsWith(CHALLENGES)
        ? null
        : challenges.get(host + path);
  }

  /** Who may visit these sites, and how much he may use. */
  public GuardRules guard() {
    return guard;
  }

  /** Of requests that the engine aims at a card; empty for none. Never to be shown. */
  public String probeKey() {
    return probeKey;
  }

  public Collection<Site> sites() {
    return sites;
  }

  /** Whether the text is the address of a card: such must never reach a visitor (SPEC P1). */
  public boolean isInternal(String address) {
    return internalAddresses.contains(address);
  }
}
