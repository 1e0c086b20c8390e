package io.cade.proxy.guard;

import io.cade.agent.wire.AccessRules;
import io.cade.agent.wire.NetworkPrefix;
import java.util.HashMap;
import java.util.Map;

/** {@link AccessRules} made ready to be asked. Immutable and thread-safe. */
final class Access {
  private static final int ALLOW = 1;
  private static final int DENY = 2;

  private final boolean open;
  private final boolean otherwise;
  private final NetworkTrie trie;

  Access(AccessRules rules) {
    Map<NetworkPrefix, Integer> marks = new HashMap<>();
    rules.allow().forEach(network -> marks.put(NetworkPrefix.parse(network), ALLOW));
    rules.deny().forEach(network -> marks.put(NetworkPrefix.parse(network), DENY));
    this.open = rules.refusesNobody();
    this.otherwise = rules.allow().isEmpty();
    this.trie = new NetworkTrie(marks);
  }

  boolean permits(NetworkPrefix visitor) {
    if (open) {
      return true;
    }
    return switch (trie.find(visitor)) {
      case ALLOW -> true;
      case DENY -> false;
      default -> otherwise;
    };
  }
}
