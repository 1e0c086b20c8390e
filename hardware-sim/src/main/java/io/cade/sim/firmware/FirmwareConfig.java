package io.cade.sim.firmware;

import java.time.Duration;

/**
 * Settings of the boot ROM.
 *
 * @param firstPause before DISCOVER is sent again; doubles up to 64 s (RFC 2131 §4.1 suggests 4 s)
 * @param blockBytes of TFTP blocks asked for
 * @param windowBlocks of TFTP asked for
 * @param maxFileBytes a larger boot file is refused
 */
public record FirmwareConfig(
    Duration firstPause, int blockBytes, int windowBlocks, int maxFileBytes) {
  /** 4 s, 1428 bytes (an Ethernet frame with tunnels to spare), 8 blocks, 64 MiB. */
  public static FirmwareConfig standard() {
    return new FirmwareConfig(Duration.ofSeconds(4), 1428, 8, 64 << 20);
  }
}
