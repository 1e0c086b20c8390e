package io.cade.engine.dhcp;

import io.cade.engine.dhcp.decide.AddressPlan;
import io.cade.engine.dhcp.decide.Binding;
import io.cade.engine.dhcp.decide.BootClient;
import io.cade.engine.dhcp.decide.Query;
import io.cade.engine.dhcp.decide.Verdict;
import io.cade.engine.dhcp.policy.Strangers;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.DhcpOptions;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.MessageType;
import io.cade.engine.dhcp.wire.Octets;
import io.cade.engine.dhcp.wire.OptionCode;
import java.time.Duration;
import java.util.Optional;

/** Writes the server's messages (RFC 2131 table 3) and says where they go (§4.1). Immutable. */
final class Replies {
  /** A datagram of 576 bytes, which every client takes, less the IP and UDP headers. */
  private static final int MIN_MAX_DATAGRAM = 576;

  private static final int ETHERNET_MTU = 1500;
  private static final int HEADERS = 28;

  /** A BOOTREPLY is as long as a BOOTREQUEST (RFC 951 §3). */
  private static final int BOOTP_BYTES = 300;

  private static final Octets NOTHING = Octets.of();

  private final DhcpConfig config;
  private final OptionPlan plan;

  Replies(AddressPlan addresses, DhcpConfig config) {
    this.config = config;
    this.plan = new OptionPlan(addresses, config.policy(), config.tftpServer());
  }

  /**
   * @param maxBytes of UDP payload that the client takes (option 57)
   */
  record Reply(DhcpMessage message, Destination to, int maxBytes) {}

  /** The fields of a reply that differ from kind to kind. */
  private record Head(
      boolean broadcast, Ipv4Address client, Ipv4Address your, BootChoice boot, Destination to) {}

  /** Empty when there is nothing to be said, or no way to say it. */
  Optional<Reply> to(Wire on, Query q, Verdict verdict) {
    return switch (verdict) {
      case Verdict.Silence s -> Optional.empty();
      case Verdict.Offer o ->
          Optional.of(lease(on, q, MessageType.OFFER, o.to(), o.leaseTime(), false));
      case Verdict.Ack a ->
          Optional.of(lease(on, q, MessageType.ACK, a.to(), a.leaseTime(), a.rapid()));
      case Verdict.Bootp b -> Optional.of(bootp(on, q, b.to()));
      case Verdict.Inform i -> Optional.of(inform(q, i.to()));
      case Verdict.BootOnly b -> bootOnly(on, q, b);
      case Verdict.Nak n -> nak(on, q, n.text());
    };
  }

  private Reply lease(
      Wire on, Query q, MessageType type, Binding to, Duration leaseTime, boolean rapid) {
    DhcpMessage request = q.message();
    BootChoice boot = boot(request, to);
    long seconds = leaseTime.toSeconds();
    DhcpOptions.Builder options =
        begin(q, type)
            .putSeconds(OptionCode.LEASE_TIME, seconds)
            .putSeconds(OptionCode.RENEWAL_TIME, seconds / 2)
            .putSeconds(OptionCode.REBINDING_TIME, seconds * 7 / 8);
    if (rapid) {
      options.put(OptionCode.RAPID_COMMIT, NOTHING);
    }
    plan.parameters(request, to, boot, options);
    Ipv4Address client =
        type == MessageType.ACK && !rapid ? request.clientAddress() : Ipv4Address.ZERO;
    return reply(
        q,
        new Head(request.broadcast(), client, to.address(), boot, destination(on, q, to.address())),
        options);
  }

  private Reply bootp(Wire on, Query q, Binding to) {
    DhcpMessage request = q.message();
    BootChoice boot = boot(request, to);
    DhcpOptions.Builder options = DhcpOptions.builder();
    Head head =
        new Head(
            request.broadcast(),
            request.clientAddress(),
            to.address(),
            boot,
            destination(on, q, to.address()));
    if (request.options().hasCookie()) {
      plan.bootp(to, boot, options);
    }
    Reply whole = reply(q, head, options);
    DhcpMessage message = whole.message();
    if (!request.options().hasCookie() && message.options().isEmpty()) {
      // Who does not know of options gets none (RFC 1497: the cookie says how to read them).
      message = message.withOptions(DhcpOptions.WITHOUT_COOKIE);
    }
    return new Reply(message, whole.to(), BOOTP_BYTES);
  }

  private Reply inform(Query q, Binding to) {
    DhcpMessage request = q.message();
    BootChoice boot = boot(request, to);
    DhcpOptions.Builder options = begin(q, MessageType.ACK);
    plan.parameters(request, to, boot, options);
    // Straight to the client even when relayed: it has an address (RFC 2131 §4.3.5).
    return reply(
        q,
        new Head(
            request.broadcast(),
            request.clientAddress(),
            Ipv4Address.ZERO,
            boot,
            toClient(request)),
        options);
  }

  private Optional<Reply> bootOnly(Wire on, Query q, Verdict.BootOnly verdict) {
    DhcpMessage request = q.message();
    BootChoice boot =
        choose(request, verdict.known() ? BootChoice.Party.CARD : BootChoice.Party.DISCOVERED);
    Destination to;
    if (!request.relayAddress().isZero()) {
      to = new Destination.Relay(request.relayAddress());
    } else if (q.bootServer()) {
      // To the port that was asked from: the ROM listens on 4011 then, or on 68 (PXE 2.1 §2.2.3).
      Ipv4Address from =
          request.clientAddress().isZero()
              ? Ipv4Address.of(q.source().getAddress()).orElse(Ipv4Address.ZERO)
              : request.clientAddress();
      to = new Destination.Client(from, q.source().getPort());
    } else if (on.broadcasts()) {
      to = new Destination.Broadcast();
    } else {
      return Optional.empty();
    }
    if (!boot.isForRom()) {
      return Optional.empty();
    }
    DhcpOptions.Builder options = begin(q, verdict.type());
    options.put(OptionCode.TFTP_SERVER_NAME, config.tftpServer().toString());
    options.put(OptionCode.BOOT_FILE, boot.file());
    plan.rom(request, boot, options);
    return Optional.of(
        reply(
            q,
            new Head(request.broadcast(), request.clientAddress(), Ipv4Address.ZERO, boot, to),
            options));
  }

  private Optional<Reply> nak(Wire on, Query q, String text) {
    DhcpMessage request = q.message();
    DhcpOptions.Builder options = begin(q, MessageType.NAK).put(OptionCode.MESSAGE, text);
    Optional<Destination> to;
    boolean broadcast = true;
    if (!request.relayAddress().isZero()) {
      // The relay agent is to broadcast it: the client may not be where it believes (§4.3.2).
      to = Optional.of(new Destination.Relay(request.relayAddress()));
    } else if (on.broadcasts()) {
      to = Optional.of(new Destination.Broadcast());
    } else {
      // The RFC wants broadcast; where there is none, a client that renews still hears unicast.
      to = request.clientAddress().isZero() ? Optional.empty() : Optional.of(toClient(request));
      broadcast = false;
    }
    boolean flag = broadcast;
    BootChoice none = new BootChoice(BootClient.Kind.NONE, "");
    return to.map(
        t -> reply(q, new Head(flag, Ipv4Address.ZERO, Ipv4Address.ZERO, none, t), options));
  }

  private BootChoice boot(DhcpMessage request, Binding to) {
    return choose(
        request,
        switch (to) {
          case Binding.Slot s -> BootChoice.Party.CARD;
          case Binding.Pooled p ->
              config.policy().strangers().treatment() == Strangers.Treatment.DISCOVERY
                  ? BootChoice.Party.DISCOVERED
                  : BootChoice.Party.QUARANTINED;
        });
  }

  private BootChoice choose(DhcpMessage request, BootChoice.Party party) {
    return BootChoice.of(BootClient.of(request), party, config.policy().boot(), config.bootFile());
  }

  private static DhcpOptions.Builder begin(Query q, MessageType type) {
    return DhcpOptions.builder().put(type).put(OptionCode.SERVER_ID, q.serverId());
  }

  /** RFC 2131 §4.1. */
  private Destination destination(Wire on, Query q, Ipv4Address your) {
    DhcpMessage request = q.message();
    if (!request.relayAddress().isZero()) {
      return new Destination.Relay(request.relayAddress());
    }
    if (!request.clientAddress().isZero()) {
      return toClient(request);
    }
    return request.broadcast() && on.broadcasts()
        ? new Destination.Broadcast()
        : new Destination.Hardware(q.mac(), your);
  }

  private Destination toClient(DhcpMessage request) {
    return new Destination.Client(request.clientAddress(), config.clientPort());
  }

  private Reply reply(Query q, Head head, DhcpOptions.Builder options) {
    DhcpMessage request = q.message();
    request
        .options()
        .get(OptionCode.CLIENT_ID)
        .ifPresent(id -> options.put(OptionCode.CLIENT_ID, id));
    request
        .options()
        .get(OptionCode.RELAY_INFORMATION)
        .ifPresent(info -> options.put(OptionCode.RELAY_INFORMATION, info));
    boolean boots = !head.boot.file().isEmpty();
    DhcpMessage message =
        new DhcpMessage(
            false,
            request.hardwareType(),
            request.hardwareAddress(),
            0,
            request.transactionId(),
            0,
            head.broadcast,
            head.client,
            head.your,
            boots ? config.tftpServer() : Ipv4Address.ZERO,
            request.relayAddress(),
            // Old ROMs look for the server's name here, like for the file.
            head.boot.kind() == BootClient.Kind.PXE && boots ? config.tftpServer().toString() : "",
            head.boot.fileField(),
            options.build());
    long most = request.options().number(OptionCode.MAX_MESSAGE_SIZE).orElse(0L);
    int datagram = Math.clamp(most, MIN_MAX_DATAGRAM, ETHERNET_MTU);
    return new Reply(message, head.to, datagram - HEADERS);
  }
}
