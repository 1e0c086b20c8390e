package io.cade.engine.observe;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.DiskStatus;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.ServiceStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * All that was heard, at one moment; immutable. Times are of the engine's clock.
 *
 * @param routesInUse version of the routes that each proxy said it uses when it last asked for
 *     newer ones
 * @param fetches the command that each card was given last
 * @param probes what came of the requests that the engine aims at cards
 */
public record Observed(
    Map<CardPosition, CardHeard> cards,
    Map<Integer, ChassisHeard> chassis,
    Map<CardPosition, ProxyHeard> proxies,
    Map<CardPosition, Long> routesInUse,
    Map<CardPosition, CommandFetch> fetches,
    Map<ProbeTarget, Probed> probes) {
  public Observed {
    cards = Map.copyOf(cards);
    chassis = Map.copyOf(chassis);
    proxies = Map.copyOf(proxies);
    routesInUse = Map.copyOf(routesInUse);
    fetches = Map.copyOf(fetches);
    probes = Map.copyOf(probes);
  }

  public static Observed nothing() {
    return new Observed(Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of());
  }

  /**
   * A card was given a command; what it does with it is heard of only in its result.
   *
   * @param times how often: more than once after a restart or a lost answer
   */
  public record CommandFetch(long command, Instant first, Instant last, int times) {}

  /** A card's last words. */
  public record CardHeard(
      String bootId,
      Instant at,
      List<ServiceStatus> services,
      List<SensorReading> readings,
      List<DiskStatus> disks) {
    /** Words of a card that said nothing of its disks. */
    public CardHeard(
        String bootId, Instant at, List<ServiceStatus> services, List<SensorReading> readings) {
      this(bootId, at, services, readings, List.of());
    }
  }

  /**
   * The last reading of a chassis bus and which card read it.
   *
   * @param at when it was read, as far as the card could tell: by the time it took on its way at
   *     most too late
   */
  public record ChassisHeard(CardPosition reader, Instant at, ChassisStatus status) {}

  /** A proxy's last report. */
  public record ProxyHeard(Instant at, ProxyReport report) {}
}
