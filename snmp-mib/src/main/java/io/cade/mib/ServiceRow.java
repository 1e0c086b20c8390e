package io.cade.mib;

import java.util.List;

/**
 * A row of cadeServiceTable.
 *
 * @param index a number that the service keeps for its life, over restarts: the index
 * @param name name, cut at 255 octets
 * @param hostNames host names; those that do not fit 255 octets are left out
 * @param phase how far its provisioning is
 * @param state what visitors get
 * @param wantedCards cards it should have
 * @param runningCards cards that serve it
 */
public record ServiceRow(
    int index,
    String name,
    List<String> hostNames,
    ServicePhase phase,
    ServiceState state,
    int wantedCards,
    int runningCards) {
  public ServiceRow {
    Checks.range("index", index, 1, Integer.MAX_VALUE);
    Checks.range("wantedCards", wantedCards, 0, Integer.MAX_VALUE);
    Checks.range("runningCards", runningCards, 0, Integer.MAX_VALUE);
    hostNames = List.copyOf(hostNames);
  }
}
