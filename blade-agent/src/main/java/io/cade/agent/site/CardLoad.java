package io.cade.agent.site;

import java.lang.management.ManagementFactory;

/** How busy this card is, as the operating system says. Stateless. */
final class CardLoad {
  private CardLoad() {}

  /**
   * Programs that ran or waited for a processor in the last minute, for each processor: 0 (none) to
   * 100 (one or more); 0 where the system does not tell.
   */
  static int percent() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    double average = system.getSystemLoadAverage();
    return average < 0
        ? 0
        : (int) Math.min(100, Math.round(100 * average / system.getAvailableProcessors()));
  }
}
