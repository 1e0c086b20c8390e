package io.cade.mib;

/**
 * A row of cadePowerTable.
 *
 * @param chassis number of the chassis, 1 to 65,535: first part of the index
 * @param state capacity against demand
 * @param capacityWatts of the good supplies, 0 if unknown
 * @param reserveWatts of it without the strongest supply
 * @param budgetedWatts that cards with power may draw
 * @param milliwatts drawn now, 0 if not measured
 * @param cardsOn with power
 * @param cardsOff in their slots without power
 * @param fanControl what drives the fans, for people
 */
public record PowerRow(
    int chassis,
    BudgetState state,
    int capacityWatts,
    int reserveWatts,
    int budgetedWatts,
    long milliwatts,
    int cardsOn,
    int cardsOff,
    String fanControl) {
  public PowerRow {
    Checks.range("chassis", chassis, 1, Checks.MAX_POSITION);
    Checks.range("milliwatts", milliwatts, 0, Checks.MAX_UNSIGNED32);
  }
}
