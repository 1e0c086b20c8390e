package io.cade.engine.operate;

import java.util.List;
import java.util.Map;

/**
 * A service as ordered; checked when it is created.
 *
 * @param kind which plug-in generates its configuration, for example {@code static-site}
 * @param hosts host names that visitors use
 * @param cards how many cards carry it
 * @param settings how the proxies are to treat it, by key
 */
public record NewService(
    String name, String kind, List<String> hosts, int cards, Map<String, String> settings) {
  public NewService {
    hosts = List.copyOf(hosts);
    settings = Map.copyOf(settings);
  }

  /** With everything about its visitors' way at the default. */
  public NewService(String name, String kind, List<String> hosts, int cards) {
    this(name, kind, hosts, cards, Map.of());
  }
}
