package io.cade.engine.operate;

import java.util.List;

/**
 * A service as ordered; checked when it is created.
 *
 * @param kind which plug-in generates its configuration, for example {@code static-site}
 * @param hosts host names that visitors use
 * @param cards how many cards carry it
 */
public record NewService(String name, String kind, List<String> hosts, int cards) {
  public NewService {
    hosts = List.copyOf(hosts);
  }
}
