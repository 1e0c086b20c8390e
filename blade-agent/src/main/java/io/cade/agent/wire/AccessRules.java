package io.cade.agent.wire;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which networks may visit (SPEC P8). The longest prefix that holds the visitor's address decides.
 * Of those that no prefix holds, none may when there is anything under {@code allow}, and all may
 * when there is not.
 *
 * @param allow networks in CIDR form, at most {@value #MAX_NETWORKS}
 * @param deny likewise
 */
public record AccessRules(List<String> allow, List<String> deny) {
  public static final int MAX_NETWORKS = 1024;

  public AccessRules {
    allow = networks("allow", allow);
    deny = networks("deny", deny);
    Set<String> both = new HashSet<>(allow);
    both.retainAll(deny);
    if (!both.isEmpty()) {
      throw new IllegalArgumentException(both.iterator().next() + " is both allowed and denied");
    }
  }

  private static List<String> networks(String field, List<String> texts) {
    return Limits.list(field, texts, MAX_NETWORKS).stream()
        .map(text -> NetworkPrefix.parse(text).toString())
        .distinct()
        .toList();
  }

  /** Everybody may. */
  public static AccessRules none() {
    return new AccessRules(List.of(), List.of());
  }

  /** Whether there is nothing to be looked up. */
  public boolean refusesNobody() {
    return allow.isEmpty() && deny.isEmpty();
  }
}
