package io.cade.engine.tftp;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Settings of the TFTP server.
 *
 * @param listen where requests arrive; transfers answer from the same address, other ports
 * @param maxTransfers at once; one more is told so by an error packet
 * @param maxTransfersPerClient at once from one address
 * @param maxBlockBytes largest block agreed to, 512 to 65464 (RFC 2348)
 * @param maxWindow most blocks sent without an acknowledgement (RFC 7440)
 * @param firstTimeout before the first retransmission, until round trips have been measured
 * @param maxTimeout the pause doubles up to this
 * @param maxRetries retransmissions without progress before a transfer is given up
 */
public record TftpConfig(
    InetSocketAddress listen,
    int maxTransfers,
    int maxTransfersPerClient,
    int maxBlockBytes,
    int maxWindow,
    Duration firstTimeout,
    Duration maxTimeout,
    int maxRetries) {
  public TftpConfig {
    if (maxBlockBytes < 512 || maxBlockBytes > 65_464) {
      throw new IllegalArgumentException("blocks have 512 to 65464 bytes, not " + maxBlockBytes);
    }
    if (maxWindow < 1 || maxWindow > 65_535) {
      throw new IllegalArgumentException("a window has 1 to 65535 blocks, not " + maxWindow);
    }
  }

  /** The usual values: 600 transfers, 8 a client, windows up to 64 blocks, 1 s to 8 s, 6 tries. */
  public static TftpConfig of(InetSocketAddress listen) {
    return new TftpConfig(
        listen, 600, 8, 65_464, 64, Duration.ofSeconds(1), Duration.ofSeconds(8), 6);
  }
}
