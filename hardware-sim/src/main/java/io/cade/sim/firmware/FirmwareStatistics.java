package io.cade.sim.firmware;

import java.util.concurrent.atomic.LongAdder;

/**
 * What all boot ROMs of a cabinet together have sent; retransmissions tell how many datagrams, or
 * answers to them, were lost or late. Thread-safe.
 */
public final class FirmwareStatistics {
  private final LongAdder dhcpSent = new LongAdder();
  private final LongAdder dhcpAgain = new LongAdder();
  private final LongAdder tftpSent = new LongAdder();
  private final LongAdder tftpAgain = new LongAdder();
  private final LongAdder tftpRestarts = new LongAdder();

  /**
   * Since the start of the simulator.
   *
   * @param dhcpSent DISCOVERs and REQUESTs, repetitions included
   * @param dhcpAgain repetitions among them
   * @param tftpSent requests and acknowledgements, repetitions included
   * @param tftpAgain repetitions among them, because nothing came in time
   * @param tftpRestarts transfers that failed and were begun anew
   */
  public record Counts(
      long dhcpSent, long dhcpAgain, long tftpSent, long tftpAgain, long tftpRestarts) {}

  void dhcp(boolean again) {
    dhcpSent.increment();
    if (again) {
      dhcpAgain.increment();
    }
  }

  void tftp(boolean again) {
    tftpSent.increment();
    if (again) {
      tftpAgain.increment();
    }
  }

  void tftpRestarted() {
    tftpRestarts.increment();
  }

  /** As they are now. */
  public Counts counts() {
    return new Counts(
        dhcpSent.sum(), dhcpAgain.sum(), tftpSent.sum(), tftpAgain.sum(), tftpRestarts.sum());
  }
}
