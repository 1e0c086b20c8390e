package io.cade.engine.model;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a user rents.
 *
 * @param name one DNS label: lower-case letters, digits, hyphens, at most 63
 * @param kind which plug-in generates its configuration, for example {@code static-site}
 * @param hosts 1 to 64 host names that visitors use, lower case
 * @param cards how many cards carry it, 1 to 280
 * @param contentDigest uploaded content in the engine's content store
 */
public record ServiceDefinition(
    String name, String kind, List<String> hosts, int cards, String contentDigest) {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  public ServiceDefinition {
    if (!LABEL.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "service name '" + name + "': lower-case letters, digits and hyphens, at most 63");
    }
    if (hosts.isEmpty() || hosts.size() > 64) {
      throw new IllegalArgumentException(
          "service " + name + ": 1 to 64 host names, not " + hosts.size());
    }
    hosts =
        hosts.stream()
            .map(h -> h.toLowerCase(Locale.ROOT))
            .map(h -> requireHost(h))
            .distinct()
            .toList();
    if (cards < 1 || cards > 280) {
      throw new IllegalArgumentException("service " + name + ": 1 to 280 cards, not " + cards);
    }
  }

  /** The same on another number of cards. */
  public ServiceDefinition withCards(int number) {
    return new ServiceDefinition(name, kind, hosts, number, contentDigest);
  }

  /** The same with other content. */
  ServiceDefinition withContent(String digest) {
    return new ServiceDefinition(name, kind, hosts, cards, digest);
  }

  private static String requireHost(String host) {
    boolean good =
        host.length() <= 253
            && !host.isEmpty()
            && List.of(host.split("\\.", -1)).stream().allMatch(l -> LABEL.matcher(l).matches());
    if (!good) {
      throw new IllegalArgumentException("not a host name: '" + host + "'");
    }
    return host;
  }
}
