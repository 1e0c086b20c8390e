package io.cade.engine.dhcp;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.dhcp.decide.AddressPlan;
import io.cade.engine.dhcp.decide.Verdict;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.DhcpOptions;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.MessageType;
import io.cade.engine.dhcp.wire.OptionCode;
import java.time.Duration;
import java.util.Optional;

/** Writes the server's messages (RFC 2131 table 3) and says where they go (§4.1). */
final class Replies {
  /** A datagram of 576 bytes, which every client takes, less the IP and UDP headers. */
  private static final int MIN_MAX_DATAGRAM = 576;

  private static final int ETHERNET_MTU = 1500;
  private static final int HEADERS = 28;

  private final AddressPlan plan;
  private final DhcpConfig config;

  Replies(AddressPlan plan, DhcpConfig config) {
    this.plan = plan;
    this.config = config;
  }

  /**
   * @param maxBytes of UDP payload that the client takes (option 57)
   */
  record Reply(DhcpMessage message, Destination to, int maxBytes) {}

  /** Empty when there is nothing to be said, or no way to say it. */
  Optional<Reply> to(Wire on, DhcpMessage request, Verdict verdict) {
    return switch (verdict) {
      case Verdict.Silence s -> Optional.empty();
      case Verdict.Offer o ->
          lease(on, request, MessageType.OFFER, o.position(), o.address(), o.leaseTime());
      case Verdict.Ack a ->
          lease(on, request, MessageType.ACK, a.position(), a.address(), a.leaseTime());
      case Verdict.Inform i -> inform(on, request, i.position());
      case Verdict.Nak n -> nak(on, request, n.text());
    };
  }

  private Optional<Reply> lease(
      Wire on,
      DhcpMessage request,
      MessageType type,
      CardPosition position,
      Ipv4Address address,
      Duration leaseTime) {
    long seconds = leaseTime.toSeconds();
    DhcpOptions.Builder options =
        begin(on, type)
            .putSeconds(OptionCode.LEASE_TIME, seconds)
            .putSeconds(OptionCode.RENEWAL_TIME, seconds / 2)
            .putSeconds(OptionCode.REBINDING_TIME, seconds * 7 / 8);
    parameters(options, position);
    Ipv4Address client = type == MessageType.ACK ? request.clientAddress() : Ipv4Address.ZERO;
    return Optional.of(
        reply(
            request,
            request.broadcast(),
            client,
            address,
            config.tftpServer(),
            config.bootFile(),
            options,
            destination(on, request, address)));
  }

  private Optional<Reply> inform(Wire on, DhcpMessage request, CardPosition position) {
    DhcpOptions.Builder options = begin(on, MessageType.ACK);
    parameters(options, position);
    // Straight to the client even when relayed: it has an address (RFC 2131 §4.3.5).
    return Optional.of(
        reply(
            request,
            request.broadcast(),
            request.clientAddress(),
            Ipv4Address.ZERO,
            config.tftpServer(),
            config.bootFile(),
            options,
            toClient(request)));
  }

  private Optional<Reply> nak(Wire on, DhcpMessage request, String text) {
    DhcpOptions.Builder options = begin(on, MessageType.NAK).put(OptionCode.MESSAGE, text);
    Optional<Destination> to;
    boolean broadcast = true;
    if (!request.relayAddress().isZero()) {
      to = Optional.of(new Destination.Relay(request.relayAddress()));
    } else if (on.broadcasts()) {
      to = Optional.of(new Destination.Broadcast());
    } else {
      // The RFC wants broadcast; where there is none, a client that renews still hears unicast.
      to = request.clientAddress().isZero() ? Optional.empty() : Optional.of(toClient(request));
      broadcast = false;
    }
    boolean flag = broadcast;
    return to.map(t ->
        reply(request, flag, Ipv4Address.ZERO, Ipv4Address.ZERO, Ipv4Address.ZERO, "", options, t));
  }

  private DhcpOptions.Builder begin(Wire on, MessageType type) {
    return DhcpOptions.builder().put(type).put(OptionCode.SERVER_ID, on.address());
  }

  private void parameters(DhcpOptions.Builder options, CardPosition position) {
    options
        .put(OptionCode.SUBNET_MASK, plan.subnetMask())
        .put(OptionCode.ROUTER, plan.routerOf(position))
        .put(OptionCode.HOST_NAME, plan.hostNameOf(position))
        .put(OptionCode.TFTP_SERVER_NAME, config.tftpServer().toString())
        .put(OptionCode.BOOT_FILE, config.bootFile());
  }

  /** RFC 2131 §4.1. */
  private Destination destination(Wire on, DhcpMessage request, Ipv4Address your) {
    if (!request.relayAddress().isZero()) {
      return new Destination.Relay(request.relayAddress());
    }
    if (!request.clientAddress().isZero()) {
      return toClient(request);
    }
    return request.broadcast() && on.broadcasts()
        ? new Destination.Broadcast()
        : request
            .mac()
            .<Destination>map(mac -> new Destination.Hardware(mac, your))
            .orElse(new Destination.Broadcast());
  }

  private Destination toClient(DhcpMessage request) {
    return new Destination.Client(request.clientAddress(), config.clientPort());
  }

  private static Reply reply(
      DhcpMessage request,
      boolean broadcast,
      Ipv4Address client,
      Ipv4Address your,
      Ipv4Address next,
      String bootFile,
      DhcpOptions.Builder options,
      Destination to) {
    request
        .options()
        .get(OptionCode.CLIENT_ID)
        .ifPresent(id -> options.put(OptionCode.CLIENT_ID, id));
    request
        .options()
        .get(OptionCode.RELAY_INFORMATION)
        .ifPresent(info -> options.put(OptionCode.RELAY_INFORMATION, info));
    DhcpMessage message =
        new DhcpMessage(
            false,
            request.hardwareType(),
            request.hardwareAddress(),
            0,
            request.transactionId(),
            0,
            broadcast,
            client,
            your,
            next,
            request.relayAddress(),
            "",
            bootFile,
            options.build());
    long most = request.options().number(OptionCode.MAX_MESSAGE_SIZE).orElse(0L);
    int datagram = Math.clamp(most, MIN_MAX_DATAGRAM, ETHERNET_MTU);
    return new Reply(message, to, datagram - HEADERS);
  }
}
