package io.cade.engine.boothttp;

import io.cade.engine.datagram.Tally;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** Counts connections, of all and of each address, and refuses those over a limit. Thread-safe. */
final class ClientConnections {
  private final BootHttpConfig config;
  private final Tally<BootHttpOutcome> outcomes;

  // Guarded by this.
  private final Map<InetAddress, Integer> ofClient = new HashMap<>();
  private int all;

  ClientConnections(BootHttpConfig config, Tally<BootHttpOutcome> outcomes) {
    this.config = config;
    this.outcomes = outcomes;
  }

  /** Whether there is room; then {@link #remove} has to follow some time. */
  synchronized boolean add(InetAddress client) {
    int mine = ofClient.getOrDefault(client, 0);
    if (all >= config.maxConnections()) {
      outcomes.count(BootHttpOutcome.REFUSED_CONNECTIONS);
      return false;
    }
    if (mine >= config.maxConnectionsPerClient()) {
      outcomes.count(BootHttpOutcome.REFUSED_CLIENT_CONNECTIONS);
      return false;
    }
    all++;
    ofClient.put(client, mine + 1);
    return true;
  }

  synchronized void remove(InetAddress client) {
    all--;
    ofClient.computeIfPresent(client, (c, n) -> n == 1 ? null : n - 1);
  }
}
