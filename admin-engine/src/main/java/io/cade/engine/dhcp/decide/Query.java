package io.cade.engine.dhcp.decide;

import io.cade.agent.wire.MacAddress;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.MessageType;
import io.cade.engine.dhcp.wire.Octets;
import io.cade.engine.dhcp.wire.OptionCode;
import io.cade.engine.dhcp.wire.RelayInformation;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * A client's message with what can be said of it without knowing the cabinet, worked out once.
 *
 * @param type empty for plain BOOTP (RFC 1534)
 * @param mac the client's Ethernet address
 * @param relay what the relay agent says (option 82), if it can be read
 * @param source where the datagram came from
 * @param link the address that says which link the client is on: the relay agent's link selection
 *     (RFC 3527), else giaddr, else the server's own address on the wire
 * @param serverId how this client is to name the server (option 54)
 * @param bootServer whether it came in on the port of PXE boot servers
 * @param again this very request was answered with an ACK before
 */
public record Query(
    DhcpMessage message,
    Optional<MessageType> type,
    MacAddress mac,
    Optional<RelayInformation> relay,
    InetSocketAddress source,
    Ipv4Address link,
    Ipv4Address serverId,
    boolean bootServer,
    boolean again) {

  /** A longer client identifier is not one of RFC 2132 §9.14, whose length is one octet. */
  public static final int MAX_CLIENT_ID = 255;

  /** A query, or why the message is none. */
  public sealed interface Read {
    record Asks(Query query) implements Read {}

    record Refused(Outcome why) implements Read {}
  }

  /**
   * Reads a message.
   *
   * @param wire the server's address on the wire that it came in on
   * @param bootServer see {@link #bootServer}
   */
  public static Read of(
      DhcpMessage message, InetSocketAddress source, Ipv4Address wire, boolean bootServer) {
    if (!message.request()) {
      return new Read.Refused(Outcome.IGNORED_NOT_A_REQUEST);
    }
    Optional<MessageType> type = message.type();
    if (type.isEmpty() && message.options().has(OptionCode.MESSAGE_TYPE)) {
      return new Read.Refused(Outcome.IGNORED_TYPE);
    }
    Optional<MacAddress> mac = message.mac();
    if (mac.isEmpty()) {
      return new Read.Refused(Outcome.IGNORED_NO_ETHERNET_ADDRESS);
    }
    if (message
        .options()
        .get(OptionCode.CLIENT_ID)
        .filter(id -> id.length() > MAX_CLIENT_ID)
        .isPresent()) {
      return new Read.Refused(Outcome.IGNORED_CLIENT_ID);
    }
    Optional<Octets> information = message.options().get(OptionCode.RELAY_INFORMATION);
    Optional<RelayInformation> relay = information.flatMap(RelayInformation::parse);
    if (information.isPresent() && relay.isEmpty()) {
      return new Read.Refused(Outcome.IGNORED_RELAY_INFORMATION_BROKEN);
    }
    boolean relayed = !message.relayAddress().isZero();
    return new Read.Asks(
        new Query(
            message,
            type,
            mac.get(),
            relay,
            source,
            relayed
                ? relay.flatMap(RelayInformation::linkSelection).orElse(message.relayAddress())
                : wire,
            relayed ? relay.flatMap(RelayInformation::serverIdOverride).orElse(wire) : wire,
            bootServer,
            false));
  }

  /** The same, known to have been answered before. */
  public Query repeated() {
    return new Query(message, type, mac, relay, source, link, serverId, bootServer, true);
  }

  boolean isRelayed() {
    return !message.relayAddress().isZero();
  }

  /** The client's identity among machines without a slot (RFC 2131 §4.2). */
  public String client() {
    return message
        .options()
        .get(OptionCode.CLIENT_ID)
        .filter(id -> id.length() >= 2)
        .map(id -> "id " + id)
        .orElseGet(() -> "mac " + mac);
  }

  /** The name that the client gives itself, what is printable of it. */
  String hostName() {
    return message
        .options()
        .get(OptionCode.HOST_NAME)
        .map(name -> {
          StringBuilder text = new StringBuilder();
          name.text()
              .chars()
              .filter(c -> c > 32 && c < 127)
              .limit(64)
              .forEach(c -> text.append((char) c));
          return text.toString();
        })
        .orElse("");
  }
}
