package io.cade.engine.dhcp.wire;

import io.cade.agent.wire.MacAddress;
import java.util.Optional;

/**
 * A BOOTP or DHCP message (RFC 2131 §2).
 *
 * @param request true from a client (op 1), false from a server (op 2)
 * @param hardwareType 1 for Ethernet
 * @param hardwareAddress of the client, 0 to 16 bytes
 * @param hops relay agents passed, 0 to 255
 * @param transactionId chosen by the client
 * @param seconds since the client began, 0 to 65535
 * @param broadcast the client cannot yet receive unicast
 * @param clientAddress ciaddr, zero unless the client has and can use it
 * @param yourAddress yiaddr
 * @param nextServer siaddr: where the boot file is
 * @param relayAddress giaddr: relay agent on the client's side, zero when there was none
 * @param serverName sname, at most 63 characters
 * @param bootFile file, at most 127 characters
 */
public record DhcpMessage(
    boolean request,
    int hardwareType,
    Octets hardwareAddress,
    int hops,
    int transactionId,
    int seconds,
    boolean broadcast,
    Ipv4Address clientAddress,
    Ipv4Address yourAddress,
    Ipv4Address nextServer,
    Ipv4Address relayAddress,
    String serverName,
    String bootFile,
    DhcpOptions options) {
  public static final int ETHERNET = 1;

  public DhcpMessage {
    if (hardwareAddress.length() > 16 || serverName.length() > 63 || bootFile.length() > 127) {
      throw new IllegalArgumentException(
          "hardware address at most 16 bytes, server name 63, boot file 127");
    }
  }

  /** A client's message on Ethernet, with all addresses zero. */
  public static DhcpMessage fromClient(
      MacAddress mac, int transactionId, int seconds, DhcpOptions options) {
    return new DhcpMessage(
        true,
        ETHERNET,
        Octets.of(mac.octets()),
        0,
        transactionId,
        seconds,
        false,
        Ipv4Address.ZERO,
        Ipv4Address.ZERO,
        Ipv4Address.ZERO,
        Ipv4Address.ZERO,
        "",
        "",
        options);
  }

  /** The client's Ethernet address, if it has one. */
  public Optional<MacAddress> mac() {
    return hardwareType == ETHERNET && hardwareAddress.length() == 6
        ? Optional.of(MacAddress.of(hardwareAddress.toBytes()))
        : Optional.empty();
  }

  /** Empty for plain BOOTP and for unknown types. */
  public Optional<MessageType> type() {
    return options.number(OptionCode.MESSAGE_TYPE).flatMap(MessageType::of);
  }

  /** The same with other options. */
  public DhcpMessage withOptions(DhcpOptions other) {
    return relayed(hops, relayAddress, other);
  }

  /** The same, from a client that uses this address. */
  public DhcpMessage withClientAddress(Ipv4Address address) {
    return new DhcpMessage(
        request,
        hardwareType,
        hardwareAddress,
        hops,
        transactionId,
        seconds,
        broadcast,
        address,
        yourAddress,
        nextServer,
        relayAddress,
        serverName,
        bootFile,
        options);
  }

  /** The same, as a relay agent passes it on. */
  public DhcpMessage relayed(int newHops, Ipv4Address relay, DhcpOptions newOptions) {
    return new DhcpMessage(
        request,
        hardwareType,
        hardwareAddress,
        newHops,
        transactionId,
        seconds,
        broadcast,
        clientAddress,
        yourAddress,
        nextServer,
        relay,
        serverName,
        bootFile,
        newOptions);
  }
}
