package io.cade.engine.tftp;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Settings of the TFTP server.
 *
 * @param listen where requests arrive; transfers answer from the same address, other ports
 * @param maxTransfers at once; one more is told so by an error packet
 * @param maxTransfersPerClient at once from one address
 * @param maxBlockBytes largest block agreed to, 512 to 65464 (RFC 2348); the path's MTU may lower
 *     it
 * @param maxWindow most blocks sent without an acknowledgement (RFC 7440)
 * @param firstTimeout before the first retransmission, until round trips have been measured
 * @param maxTimeout the pause doubles up to this
 * @param maxRetries retransmissions without progress before a transfer is given up
 * @param mtu how large packets to a client may be
 */
public record TftpConfig(
    InetSocketAddress listen,
    int maxTransfers,
    int maxTransfersPerClient,
    int maxBlockBytes,
    int maxWindow,
    Duration firstTimeout,
    Duration maxTimeout,
    int maxRetries,
    PathMtu mtu) {
  static final int LARGEST_BLOCK = 65_464;

  /** Of IPv4 and UDP, and TFTP's own. */
  private static final int HEADER_BYTES = 20 + 8 + 4;

  public TftpConfig {
    if (maxBlockBytes < 512 || maxBlockBytes > LARGEST_BLOCK) {
      throw new IllegalArgumentException("blocks have 512 to 65464 bytes, not " + maxBlockBytes);
    }
    if (maxWindow < 1 || maxWindow > 65_535) {
      throw new IllegalArgumentException("a window has 1 to 65535 blocks, not " + maxWindow);
    }
    if (maxTransfers < 1 || maxTransfersPerClient < 1 || maxRetries < 0) {
      throw new IllegalArgumentException("transfers and retries need limits above zero");
    }
  }

  /**
   * The usual values: 600 transfers, 8 a client, blocks as large as the path takes, windows up to
   * 64 blocks, 1 s to 8 s, 8 tries.
   */
  public static TftpConfig of(InetSocketAddress listen) {
    return new TftpConfig(
        listen,
        600,
        8,
        LARGEST_BLOCK,
        64,
        Duration.ofSeconds(1),
        Duration.ofSeconds(8),
        8,
        // No packet is longer than that: blocks are what the client and the limit above say.
        PathMtu.of(65_535));
  }

  /** The same with another limit for blocks. */
  public TftpConfig withMaxBlockBytes(int bytes) {
    return new TftpConfig(
        listen,
        maxTransfers,
        maxTransfersPerClient,
        bytes,
        maxWindow,
        firstTimeout,
        maxTimeout,
        maxRetries,
        mtu);
  }

  /** The same with other limits for the number of transfers. */
  public TftpConfig withTransfers(int all, int perClient) {
    return new TftpConfig(
        listen,
        all,
        perClient,
        maxBlockBytes,
        maxWindow,
        firstTimeout,
        maxTimeout,
        maxRetries,
        mtu);
  }

  /** The same with blocks that fit the path. */
  public TftpConfig withMtu(PathMtu paths) {
    return new TftpConfig(
        listen,
        maxTransfers,
        maxTransfersPerClient,
        maxBlockBytes,
        maxWindow,
        firstTimeout,
        maxTimeout,
        maxRetries,
        paths);
  }

  /** The largest block for a path of that MTU. */
  static int blockFor(int mtu) {
    return mtu - HEADER_BYTES;
  }
}
