package io.cade.mib;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of ifTable and ifXTable (RFC 2863).
 *
 * @param index of the kernel, 1 to 2,147,483,647: the index
 * @param name for instance {@code eth0}
 * @param type of IANAifType-MIB
 * @param mtu in octets
 * @param speed in bits per second, 0 if unknown
 * @param physicalAddress as {@code 02:00:00:00:00:01}, empty if it has none
 * @param adminUp whether it is switched on
 * @param operStatus up(1) to lowerLayerDown(7)
 * @param promiscuous whether it takes all frames
 * @param alias of the administrator, else empty
 * @param inOctets received
 * @param inPackets received, multicast included
 * @param inMulticast of those
 * @param inDiscards received and dropped
 * @param inErrors received with errors
 * @param outOctets sent
 * @param outPackets sent
 * @param outDiscards dropped
 * @param outErrors not sent
 * @param carrierChanges how often the link came or went
 * @param lastChange when the status changed last as far as it was seen, null if not since the start
 */
public record InterfaceRow(
    int index,
    String name,
    int type,
    int mtu,
    long speed,
    String physicalAddress,
    boolean adminUp,
    int operStatus,
    boolean promiscuous,
    String alias,
    long inOctets,
    long inPackets,
    long inMulticast,
    long inDiscards,
    long inErrors,
    long outOctets,
    long outPackets,
    long outDiscards,
    long outErrors,
    long carrierChanges,
    @Nullable Instant lastChange) {
  public InterfaceRow {
    Checks.range("index", index, 1, Integer.MAX_VALUE);
  }
}
