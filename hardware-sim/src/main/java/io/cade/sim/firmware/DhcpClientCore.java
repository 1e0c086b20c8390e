package io.cade.sim.firmware;

import io.cade.agent.wire.MacAddress;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.DhcpOptions;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.MessageType;
import io.cade.engine.dhcp.wire.Octets;
import io.cade.engine.dhcp.wire.OptionCode;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A DHCP client (RFC 2131 §4.4) as steps: each takes what happened and the time, and says what to
 * send and when to be called again. Not thread-safe.
 */
final class DhcpClientCore {
  private static final int MAX_REQUESTS = 4;
  private static final long MAX_PAUSE_NANOS = Duration.ofSeconds(64).toNanos();
  private static final long MIN_RENEW_PAUSE_NANOS = Duration.ofSeconds(60).toNanos();
  private static final long RESTART_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

  /** By which way a message leaves. */
  enum Route {
    /** On the link, without an address of one's own. */
    WIRE,
    /** From the leased address to the server. */
    UNICAST
  }

  /**
   * @param again nothing came in answer to the one before
   */
  record Send(DhcpMessage message, Route route, boolean again) {}

  /** What the card learns. */
  sealed interface News {
    record Bound(ClientLease lease) implements News {}

    record Renewed(ClientLease lease) implements News {}

    record Lost(String why) implements News {}
  }

  record Step(Optional<Send> send, Optional<News> news, long wakeAtNanos) {}

  private enum State {
    INIT,
    SELECTING,
    REQUESTING,
    BOUND,
    RENEWING,
    REBINDING
  }

  private final MacAddress mac;
  private final RandomGenerator random;
  private final long firstPauseNanos;

  private State state = State.INIT;
  private int transaction;
  private long startedNanos;
  private long pauseNanos;
  private long wakeNanos;
  private int requests;
  private long requestSentNanos;
  private long leaseFromNanos;
  private Ipv4Address offered = Ipv4Address.ZERO;
  private Ipv4Address offeredBy = Ipv4Address.ZERO;
  private @Nullable ClientLease lease;

  /**
   * @param firstPause before the first retransmission; then it doubles up to 64 s, give or take 1 s
   */
  DhcpClientCore(MacAddress mac, Duration firstPause, RandomGenerator random) {
    this.mac = mac;
    this.firstPauseNanos = firstPause.toNanos();
    this.random = random;
  }

  /** Power is on. */
  Step start(long now) {
    startedNanos = now;
    pauseNanos = firstPauseNanos;
    return discover(now, false);
  }

  /** Time has passed; too early is no harm. */
  Step tick(long now) {
    if (now - wakeNanos < 0) {
      return nothing();
    }
    return switch (state) {
      case INIT -> start(now);
      case SELECTING -> {
        pauseNanos = Math.min(2 * pauseNanos, MAX_PAUSE_NANOS);
        yield discover(now, true);
      }
      case REQUESTING -> {
        if (requests >= MAX_REQUESTS) {
          yield start(now);
        }
        pauseNanos = Math.min(2 * pauseNanos, MAX_PAUSE_NANOS);
        yield request(now);
      }
      case BOUND, RENEWING, REBINDING -> keep(now);
    };
  }

  /** A message has come. */
  Step received(DhcpMessage m, long now) {
    boolean mine =
        !m.request() && m.transactionId() == transaction && m.mac().filter(mac::equals).isPresent();
    Optional<MessageType> type = mine ? m.type() : Optional.empty();
    if (type.isEmpty()) {
      return nothing();
    }
    return switch (type.get()) {
      case OFFER -> state == State.SELECTING ? offer(m, now) : nothing();
      case ACK -> awaitsAck() ? ack(m) : nothing();
      case NAK -> awaitsAck() ? restart("refused by the server", now) : nothing();
      case DISCOVER, REQUEST, DECLINE, RELEASE, INFORM -> nothing();
    };
  }

  private boolean awaitsAck() {
    return switch (state) {
      case REQUESTING, RENEWING, REBINDING -> true;
      case INIT, SELECTING, BOUND -> false;
    };
  }

  private Step discover(long now, boolean again) {
    state = State.SELECTING;
    transaction = random.nextInt();
    DhcpOptions options = common(MessageType.DISCOVER).build();
    return send(message(options, now), Route.WIRE, again, now + jittered());
  }

  private Step offer(DhcpMessage m, long now) {
    Optional<Ipv4Address> server = m.options().address(OptionCode.SERVER_ID);
    if (server.isEmpty() || m.yourAddress().isZero()) {
      return nothing();
    }
    offered = m.yourAddress();
    offeredBy = server.get();
    state = State.REQUESTING;
    requests = 0;
    pauseNanos = firstPauseNanos;
    return request(now);
  }

  private Step request(long now) {
    requests++;
    requestSentNanos = now;
    DhcpOptions options =
        common(MessageType.REQUEST)
            .put(OptionCode.SERVER_ID, offeredBy)
            .put(OptionCode.REQUESTED_ADDRESS, offered)
            .build();
    return send(message(options, now), Route.WIRE, requests > 1, now + jittered());
  }

  private Step ack(DhcpMessage m) {
    Optional<Long> seconds = m.options().number(OptionCode.LEASE_TIME);
    if (seconds.isEmpty() || m.yourAddress().isZero()) {
      return nothing();
    }
    long time = seconds.get();
    ClientLease granted =
        new ClientLease(
            m.yourAddress(),
            m.options().address(OptionCode.SERVER_ID).orElse(offeredBy),
            m.nextServer(),
            m.bootFile().isEmpty()
                ? m.options().get(OptionCode.BOOT_FILE).map(Octets::text).orElse("")
                : m.bootFile(),
            Duration.ofSeconds(time),
            Duration.ofSeconds(m.options().number(OptionCode.RENEWAL_TIME).orElse(time / 2)),
            Duration.ofSeconds(m.options().number(OptionCode.REBINDING_TIME).orElse(time * 7 / 8)));
    boolean first = state == State.REQUESTING;
    lease = granted;
    leaseFromNanos = requestSentNanos;
    state = State.BOUND;
    wakeNanos = leaseFromNanos + granted.renewAfter().toNanos();
    return new Step(
        Optional.empty(),
        Optional.of(first ? new News.Bound(granted) : new News.Renewed(granted)),
        wakeNanos);
  }

  /** Renews from T1 on, rebinds from T2 on, gives up at the end (RFC 2131 §4.4.5). */
  private Step keep(long now) {
    ClientLease held = lease;
    if (held == null) {
      return restart("no lease", now);
    }
    long end = leaseFromNanos + held.leaseTime().toNanos();
    long rebind = leaseFromNanos + held.rebindAfter().toNanos();
    if (now - end >= 0) {
      return restart("the lease has run out", now);
    }
    if (state == State.BOUND) {
      transaction = random.nextInt();
      startedNanos = now;
    }
    boolean late = now - rebind >= 0;
    state = late ? State.REBINDING : State.RENEWING;
    requestSentNanos = now;
    long left = (late ? end : rebind) - now;
    long wake = now + Math.min(left, Math.max(left / 2, MIN_RENEW_PAUSE_NANOS));
    DhcpMessage m =
        message(common(MessageType.REQUEST).build(), now).withClientAddress(held.address());
    return send(m, late ? Route.WIRE : Route.UNICAST, false, wake);
  }

  private Step restart(String why, long now) {
    boolean held = lease != null;
    lease = null;
    state = State.INIT;
    wakeNanos = now + RESTART_PAUSE_NANOS;
    return new Step(
        Optional.empty(), held ? Optional.of(new News.Lost(why)) : Optional.empty(), wakeNanos);
  }

  private DhcpOptions.Builder common(MessageType type) {
    return DhcpOptions.builder()
        .put(type)
        .put(OptionCode.MAX_MESSAGE_SIZE, Octets.ofNumber(1500, 2))
        .put(OptionCode.VENDOR_CLASS, "cade-card")
        .put(OptionCode.PARAMETER_LIST, Octets.of(new byte[] {1, 3, 12, 51, 54, 58, 59, 66, 67}));
  }

  private DhcpMessage message(DhcpOptions options, long now) {
    long seconds = (now - startedNanos) / 1_000_000_000L;
    return DhcpMessage.fromClient(mac, transaction, (int) Math.min(seconds, 0xffff), options);
  }

  private long jittered() {
    long second = Math.min(1_000_000_000L, pauseNanos / 4);
    return pauseNanos + random.nextLong(-second, second + 1);
  }

  private Step send(DhcpMessage m, Route route, boolean again, long wakeAt) {
    wakeNanos = wakeAt;
    return new Step(Optional.of(new Send(m, route, again)), Optional.empty(), wakeAt);
  }

  private Step nothing() {
    return new Step(Optional.empty(), Optional.empty(), wakeNanos);
  }
}
