package io.cade.sim.firmware;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.datagram.DatagramLoop;
import io.cade.sim.hub.Backplane;
import java.util.random.RandomGenerator;

/**
 * The boot ROM that every card has. All cards powered on by one instance share its loop; twenty
 * chassis fit on one. Thread-safe.
 */
public final class CardFirmware {
  private final DatagramLoop loop;
  private final Backplane backplane;
  private final FirmwareConfig config;
  private final RandomGenerator random;
  private final FirmwareStatistics statistics = new FirmwareStatistics();

  /**
   * @param random used on the loop only
   */
  public CardFirmware(
      DatagramLoop loop, Backplane backplane, FirmwareConfig config, RandomGenerator random) {
    this.loop = loop;
    this.backplane = backplane;
    this.config = config;
    this.random = random;
  }

  /** What its cards have sent so far. */
  public FirmwareStatistics.Counts counts() {
    return statistics.counts();
  }

  /**
   * Gives a card power: it boots, and keeps trying until it has booted or power is taken away; then
   * it keeps its lease.
   */
  public PoweredCard powerOn(CardPosition position, MacAddress mac) {
    PoweredCard card = new PoweredCard(loop, backplane, config, random, position, mac, statistics);
    loop.execute(card::begin);
    return card;
  }
}
