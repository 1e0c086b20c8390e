package io.cade.engine.dhcp;

import io.cade.agent.wire.MacAddress;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.datagram.DatagramLoop;
import io.cade.engine.datagram.Tally;
import io.cade.engine.dhcp.decide.AddressPlan;
import io.cade.engine.dhcp.decide.Alarms;
import io.cade.engine.dhcp.decide.Binding;
import io.cade.engine.dhcp.decide.Decider;
import io.cade.engine.dhcp.decide.LeasePolicy;
import io.cade.engine.dhcp.decide.Outcome;
import io.cade.engine.dhcp.decide.Query;
import io.cade.engine.dhcp.decide.Verdict;
import io.cade.engine.dhcp.wire.Decoded;
import io.cade.engine.dhcp.wire.DhcpCodec;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.MessageType;
import io.cade.engine.dhcp.wire.OptionCode;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.PoolLease;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The DHCP server of the module (RFC 2131, SPEC B2). Runs on one {@link DatagramLoop}, which it
 * never blocks: what has to be durable goes to the {@link ChangeWriter}, and the answer leaves when
 * that says so. The decision is made again, on the newest state, inside the transaction.
 *
 * <p>Limits: {@link DhcpConfig#maxInFlight} requests wait for the writer, more are dropped and
 * counted; the last answers to {@value #MAX_ANSWERED} clients are remembered to recognise
 * retransmissions; {@value #MAX_PROBES} addresses are probed at once.
 */
public final class DhcpService implements AutoCloseable {
  private static final int MAX_ANSWERED = 1024;

  /** Probes under way at once. */
  private static final int MAX_PROBES = 256;

  /** Addresses probed for one DHCPDISCOVER. */
  private static final int MAX_PROBED = 3;

  /** Expired leases of pools taken off the record at once. */
  private static final int MAX_TIDIED = 256;

  /** For how long after its end a pool's lease is kept for the same client. */
  private static final Duration REMEMBERED = Duration.ofDays(1);

  /** For how long a client without an answer repeats one request (RFC 2131 §4.1). */
  private static final Duration RETRANSMITTED = Duration.ofSeconds(10);

  private static final Duration LOG_PAUSE = Duration.ofMinutes(1);
  private static final Duration SWEEP = Duration.ofSeconds(30);
  private static final Logger LOG = LoggerFactory.getLogger(DhcpService.class);

  /** A request that waits; BOOTP's have no type. */
  private record Exchange(MacAddress mac, int transactionId, Optional<MessageType> type) {}

  /**
   * A request that was answered. There are clients that renew under the transaction id that they
   * began with (ISC dhclient does): that is a new request all the same.
   */
  private record Answered(int transactionId, Ipv4Address client, Instant at) {
    boolean isRepeatedBy(Query query, Instant now) {
      return transactionId == query.message().transactionId()
          && client.equals(query.message().clientAddress())
          && at.plus(RETRANSMITTED).isAfter(now);
    }
  }

  private final DatagramLoop loop;
  private final ChangeWriter writer;
  private final InstantSource clock;
  private final DhcpConfig config;
  private final Decider decider;
  private final Replies replies;
  private final Tally<Outcome> outcomes = new Tally<>(Outcome.class);
  private final Tally<Decoded.Reason> malformed = new Tally<>(Decoded.Reason.class);

  // Owned by the loop.
  private final AlarmWatch watch;
  private final Set<Exchange> inFlight = new HashSet<>();
  // The transaction that each client was answered last, of those that were answered lately.
  private final Map<MacAddress, Answered> answered =
      new LinkedHashMap<>(MAX_ANSWERED * 4 / 3 + 1, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<MacAddress, Answered> eldest) {
          return size() > MAX_ANSWERED;
        }
      };
  private final Offers offers = new Offers();
  private int probes;
  private Instant failureLogged = Instant.EPOCH;
  private List<Wire> wires = List.of();
  private boolean closed;

  private volatile InetSocketAddress local;

  private DhcpService(
      DatagramLoop loop,
      ChangeWriter writer,
      InstantSource clock,
      AddressPlan plan,
      DhcpConfig config) {
    this.loop = loop;
    this.writer = writer;
    this.clock = clock;
    this.config = config;
    this.local = config.listen();
    this.decider =
        new Decider(
            plan,
            new LeasePolicy(config.serverId(), config.leaseTime(), config.bootGrace()),
            config.policy());
    this.replies = new Replies(plan, config);
    this.watch = new AlarmWatch(config.duplicateQuiet(), clock.instant());
  }

  /**
   * Opens an ordinary UDP socket and serves: {@link UdpWire} on {@link DhcpConfig#listen}.
   *
   * @return completes exceptionally with {@link java.net.BindException} naming the address when it
   *     cannot be had
   */
  public static CompletableFuture<DhcpService> start(
      DatagramLoop loop,
      ChangeWriter writer,
      InstantSource clock,
      AddressPlan plan,
      DhcpConfig config) {
    return start(loop, writer, clock, plan, config, List.of(udp(config)));
  }

  /** The wire of {@link DhcpConfig#listen}: an ordinary UDP socket. */
  public static WireOpener udp(DhcpConfig config) {
    return UdpWire.at(
        config.listen(),
        config.serverId(),
        new UdpWire.Settings(
            config.relayPort(), config.clientPort(), config.canBroadcast(), false));
  }

  /** The wire of PXE boot servers, at an address of this server and usually port 4011. */
  public static WireOpener bootServer(DhcpConfig config, InetSocketAddress listen) {
    return UdpWire.at(
        listen,
        // A ROM compares the server identifier with the address that it asked.
        Ipv4Address.of(listen.getAddress()).filter(a -> !a.isZero()).orElse(config.serverId()),
        new UdpWire.Settings(config.relayPort(), config.clientPort(), false, true));
  }

  /**
   * Opens the wires and serves on all of them. They belong to the service and are closed with it;
   * when one cannot be opened, the others are closed again.
   *
   * @return completes exceptionally with the {@link java.io.IOException} of the first wire that
   *     cannot be had
   */
  public static CompletableFuture<DhcpService> start(
      DatagramLoop loop,
      ChangeWriter writer,
      InstantSource clock,
      AddressPlan plan,
      DhcpConfig config,
      List<WireOpener> openers) {
    DhcpService service = new DhcpService(loop, writer, clock, plan, config);
    List<CompletableFuture<Wire>> opening =
        openers.stream().map(o -> o.open(loop, service::received)).toList();
    return CompletableFuture.allOf(opening.toArray(CompletableFuture[]::new))
        .handle((done, failure) -> {
          List<Wire> open =
              opening.stream()
                  .filter(w -> !w.isCompletedExceptionally())
                  .map(CompletableFuture::join)
                  .toList();
          if (failure != null) {
            open.forEach(Wire::close);
            throw failure instanceof CompletionException e ? e : new CompletionException(failure);
          }
          open.stream()
              .filter(UdpWire.class::isInstance)
              .findFirst()
              .ifPresent(w -> service.local = ((UdpWire) w).local());
          loop.execute(() -> {
            service.wires = open;
            if (service.closed) {
              open.forEach(Wire::close);
            }
            service.sweepLater();
          });
          return service;
        });
  }

  /** Where its first ordinary socket listens, with the real port. */
  public InetSocketAddress local() {
    return local;
  }

  /** How often each outcome came about. */
  public Map<Outcome, Long> outcomes() {
    return outcomes.all();
  }

  /** Why datagrams were no messages; the sum is {@link Outcome#IGNORED_MALFORMED}. */
  public Map<Decoded.Reason, Long> malformed() {
    return malformed.all();
  }

  /** Stops listening; requests under way are not answered any more. */
  @Override
  public void close() {
    loop.execute(() -> {
      closed = true;
      wires.forEach(Wire::close);
    });
  }

  private void received(Wire on, InetSocketAddress from, byte[] datagram) {
    if (closed) {
      return;
    }
    try {
      switch (DhcpCodec.decode(datagram)) {
        case Decoded.Malformed m -> {
          malformed.count(m.reason());
          outcomes.count(Outcome.IGNORED_MALFORMED);
        }
        case Decoded.Message m -> {
          switch (Query.of(m.message(), from, on.address(), on.bootServer())) {
            case Query.Read.Refused r -> outcomes.count(r.why());
            case Query.Read.Asks a -> handle(on, a.query(), MAX_PROBED);
          }
        }
      }
    } catch (RuntimeException e) {
      outcomes.count(Outcome.DROPPED_FAILED);
      Instant now = clock.instant();
      // Whoever can send the one packet can send it ten thousand times a second.
      if (failureLogged.plus(LOG_PAUSE).isBefore(now)) {
        failureLogged = now;
        LOG.error("a message from {} on {} was not handled", from, on.name(), e);
      }
    }
  }

  /**
   * @param probesLeft addresses that may still be found in use before the client has to ask again
   */
  private void handle(Wire on, Query asked, int probesLeft) {
    Instant now = clock.instant();
    Answered last = answered.get(asked.mac());
    Query q = last != null && last.isRepeatedBy(asked, now) ? asked.repeated() : asked;
    Verdict verdict =
        decider.decide(q, a -> offers.isOthers(a, q.client(), now), writer.current(), now);
    if (verdict.outcome() == Outcome.IGNORED_DUPLICATE_MAC) {
      watch.heard(Alarms.duplicate(q.mac()), now);
    }
    if (verdict instanceof Verdict.Offer o && o.to() instanceof Binding.Pooled p) {
      offer(on, q, o, p, probesLeft, now);
    } else if (verdict.changes().isEmpty()) {
      answer(on, q, verdict);
    } else {
      commit(on, q);
    }
  }

  /** Offers an address of a pool once it is known that nobody uses it. */
  private void offer(
      Wire on, Query q, Verdict.Offer verdict, Binding.Pooled to, int probesLeft, Instant now) {
    String client = q.client();
    Ipv4Address address = to.address();
    switch (offers.of(address, client, now)) {
      case READY -> answer(on, q, verdict);
      case PROBING -> outcomes.count(Outcome.DROPPED_IN_PROGRESS);
      case NONE -> {
        boolean probe = verdict.probe();
        if ((probe && probes >= MAX_PROBES)
            || !offers.put(
                address, client, probe ? Offers.State.PROBING : Offers.State.READY, now)) {
          outcomes.count(Outcome.DROPPED_OVERLOAD);
        } else if (probe) {
          probes++;
          var _ =
              on.inUse(address)
                  .whenComplete((used, failure) ->
                      loop.execute(() -> {
                        probes--;
                        probed(on, q, verdict, to, used != null && used, probesLeft);
                      }));
        } else {
          answer(on, q, verdict);
        }
      }
    }
  }

  private void probed(
      Wire on, Query q, Verdict.Offer verdict, Binding.Pooled to, boolean used, int probesLeft) {
    if (closed) {
      return;
    }
    if (!used) {
      offers.put(to.address(), q.client(), Offers.State.READY, clock.instant());
      answer(on, q, verdict);
      return;
    }
    outcomes.count(Outcome.CONFLICT_FOUND);
    var _ =
        writer
            .submit((cabinet, at) ->
                new Decision<>(decider.conflict(to.subnet(), to.address(), cabinet, at), true))
            .whenComplete((locked, failure) ->
                loop.execute(() -> {
                  offers.remove(to.address());
                  if (failure != null) {
                    LOG.warn("{} is in use but could not be locked", to.address(), failure);
                  } else if (probesLeft > 1 && !closed) {
                    handle(on, q, probesLeft - 1);
                  }
                }));
  }

  private void commit(Wire on, Query q) {
    Exchange exchange = new Exchange(q.mac(), q.message().transactionId(), q.type());
    if (inFlight.contains(exchange)) {
      outcomes.count(Outcome.DROPPED_IN_PROGRESS);
      return;
    }
    if (inFlight.size() >= config.maxInFlight()) {
      outcomes.count(Outcome.DROPPED_OVERLOAD);
      return;
    }
    inFlight.add(exchange);
    var _ =
        writer
            .submit((cabinet, at) -> {
              Verdict newest = decider.decide(q, cabinet, at);
              return new Decision<>(newest.changes(), newest);
            })
            .whenComplete((verdict, failure) ->
                loop.execute(() -> committed(on, exchange, q, verdict, failure)));
  }

  private void committed(
      Wire on, Exchange exchange, Query q, @Nullable Verdict verdict, @Nullable Throwable failure) {
    inFlight.remove(exchange);
    if (verdict == null) {
      failed(on, q, failure);
      return;
    }
    if (verdict instanceof Verdict.Ack || verdict instanceof Verdict.Bootp) {
      answered.put(
          q.mac(),
          new Answered(q.message().transactionId(), q.message().clientAddress(), clock.instant()));
    }
    if (verdict instanceof Verdict.Ack a && a.to() instanceof Binding.Pooled p) {
      offers.remove(p.address());
    }
    if (verdict.outcome() == Outcome.DECLINED) {
      declined(q, verdict);
    }
    answer(on, q, verdict);
  }

  private void declined(Query q, Verdict verdict) {
    LOG.warn("{} declined its address as being in use already", q.mac());
    for (Change change : verdict.changes()) {
      if (change instanceof Change.AlarmRaised raised) {
        watch.heard(raised.key(), clock.instant());
      }
    }
    q.message()
        .options()
        .address(OptionCode.REQUESTED_ADDRESS)
        .ifPresent(a -> watch.heard(Alarms.conflict(a), clock.instant()));
  }

  private void failed(Wire on, Query q, @Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException e && e.getCause() != null ? e.getCause() : failure;
    if (cause instanceof Refusal && q.type().filter(MessageType.REQUEST::equals).isPresent()) {
      LOG.warn("lease for {} refused: {}", q.mac(), cause.getMessage());
      answer(on, q, new Verdict.Nak(Outcome.NAK_REFUSED, "refused"));
      return;
    }
    outcomes.count(Outcome.DROPPED_NOT_DURABLE);
    LOG.warn("request of {} not made durable, no answer", q.mac(), cause);
  }

  private void answer(Wire on, Query q, Verdict verdict) {
    outcomes.count(verdict.outcome());
    if (closed) {
      return;
    }
    replies
        .to(on, q, verdict)
        .ifPresent(r -> on.send(DhcpCodec.encode(r.message(), r.maxBytes()), r.to()));
  }

  /** Takes off the record what nobody will come back for. */
  private static Decision<Integer> tidy(Cabinet cabinet, Instant now) {
    List<Change> changes = new ArrayList<>();
    for (PoolLease lease : cabinet.poolLeases().expired(now, MAX_TIDIED)) {
      if (lease.state() == PoolLease.State.LOCKED
          || !lease.expiresAt().plus(REMEMBERED).isAfter(now)) {
        changes.add(new Change.PoolLeaseEnded(lease.address(), "expired"));
      }
    }
    return new Decision<>(changes, changes.size());
  }

  private void sweepLater() {
    if (closed) {
      return;
    }
    loop.schedule(
        SWEEP,
        () -> {
          if (!closed) {
            if (tidy(writer.current(), clock.instant()).result() > 0) {
              var _ = writer.submit(DhcpService::tidy);
            }
            for (AlarmKey key : watch.over(writer.current(), clock.instant())) {
              var _ =
                  writer
                      .submit(AlarmWatch.clear(key))
                      .exceptionally(e -> {
                        LOG.warn("alarm {} not cleared, will be tried again", key, e);
                        return false;
                      });
            }
          }
          sweepLater();
        });
  }
}
