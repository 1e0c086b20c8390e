package io.cade.engine.datagram.raw;

import io.cade.agent.wire.MacAddress;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * An Ethernet interface as the system has it now.
 *
 * @param index the system's number for it; another one after it went away and came back
 * @param mac its hardware address; zeros for the loopback interface
 * @param addresses its IPv4 addresses, the primary one first, each with its first octet in the
 *     highest byte
 */
record LinkState(String name, int index, boolean up, MacAddress mac, List<Integer> addresses) {
  private static final byte[] NO_ADDRESS = new byte[6];

  LinkState {
    addresses = List.copyOf(addresses);
  }

  /** Empty when there is no such interface. */
  static Optional<LinkState> read(String name) {
    try {
      NetworkInterface found = NetworkInterface.getByName(name);
      if (found == null) {
        return Optional.empty();
      }
      byte[] mac = found.getHardwareAddress();
      return Optional.of(
          new LinkState(
              name,
              found.getIndex(),
              found.isUp(),
              MacAddress.of(mac == null || mac.length != 6 ? NO_ADDRESS : mac),
              found.getInterfaceAddresses().stream()
                  .map(a -> a.getAddress())
                  .filter(Inet4Address.class::isInstance)
                  .map(a -> ByteBuffer.wrap(a.getAddress()).getInt())
                  .toList()));
    } catch (SocketException e) {
      // It went away between two of the questions.
      return Optional.empty();
    }
  }
}
