package io.cade.engine.dhcp;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.datagram.DatagramLoop;
import io.cade.engine.datagram.Tally;
import io.cade.engine.dhcp.decide.AddressPlan;
import io.cade.engine.dhcp.decide.Decider;
import io.cade.engine.dhcp.decide.LeasePolicy;
import io.cade.engine.dhcp.decide.Outcome;
import io.cade.engine.dhcp.decide.Verdict;
import io.cade.engine.dhcp.wire.Decoded;
import io.cade.engine.dhcp.wire.DhcpCodec;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.MessageType;
import io.cade.engine.model.AlarmKey;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * counted; the last {@value #MAX_ANSWERED} answered requests are remembered to recognise
 * retransmissions.
 */
public final class DhcpService implements AutoCloseable {
  private static final int MAX_ANSWERED = 1024;
  private static final Duration SWEEP = Duration.ofSeconds(30);
  private static final Logger LOG = LoggerFactory.getLogger(DhcpService.class);

  private record Exchange(MacAddress mac, int transactionId, MessageType type) {}

  private record Answered(MacAddress mac, int transactionId) {}

  private final DatagramLoop loop;
  private final ChangeWriter writer;
  private final InstantSource clock;
  private final DhcpConfig config;
  private final Decider decider;
  private final Replies replies;
  private final Tally<Outcome> outcomes = new Tally<>(Outcome.class);
  private final Tally<Decoded.Reason> malformed = new Tally<>(Decoded.Reason.class);

  // Owned by the loop.
  private final DuplicateWatch duplicates;
  private final Set<Exchange> inFlight = new HashSet<>();
  private final Map<CardPosition, Answered> answered =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<CardPosition, Answered> eldest) {
          return size() > MAX_ANSWERED;
        }
      };
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
            plan, new LeasePolicy(config.serverId(), config.leaseTime(), config.bootGrace()));
    this.replies = new Replies(plan, config);
    this.duplicates = new DuplicateWatch(config.duplicateQuiet(), clock.instant());
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
    switch (DhcpCodec.decode(datagram)) {
      case Decoded.Malformed m -> {
        malformed.count(m.reason());
        outcomes.count(Outcome.IGNORED_MALFORMED);
      }
      case Decoded.Message m -> handle(on, m.message(), from);
    }
  }

  private void handle(Wire on, DhcpMessage message, InetSocketAddress from) {
    Instant now = clock.instant();
    boolean again =
        message
            .mac()
            .map(mac -> answered.containsValue(new Answered(mac, message.transactionId())))
            .orElse(false);
    Verdict verdict = decider.decide(message, from, again, writer.current(), now);
    if (verdict.outcome() == Outcome.IGNORED_DUPLICATE_MAC) {
      message.mac().ifPresent(mac -> duplicates.heard(mac, now));
    }
    if (verdict.changes().isEmpty()) {
      answer(on, message, verdict);
    } else {
      commit(on, message, from, again);
    }
  }

  private void commit(Wire on, DhcpMessage message, InetSocketAddress from, boolean again) {
    Exchange exchange =
        new Exchange(
            message.mac().orElseThrow(), message.transactionId(), message.type().orElseThrow());
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
              Verdict newest = decider.decide(message, from, again, cabinet, at);
              return new Decision<>(newest.changes(), newest);
            })
            .whenComplete((verdict, failure) ->
                loop.execute(() -> committed(on, exchange, message, verdict, failure)));
  }

  private void committed(
      Wire on,
      Exchange exchange,
      DhcpMessage message,
      @Nullable Verdict verdict,
      @Nullable Throwable failure) {
    inFlight.remove(exchange);
    if (verdict == null) {
      failed(on, exchange, message, failure);
      return;
    }
    if (verdict instanceof Verdict.Ack ack) {
      answered.remove(ack.position());
      answered.put(ack.position(), new Answered(exchange.mac(), exchange.transactionId()));
    }
    if (verdict.outcome() == Outcome.DECLINED) {
      LOG.warn("{} declined its address as being in use already", exchange.mac());
    }
    answer(on, message, verdict);
  }

  private void failed(
      Wire on, Exchange exchange, DhcpMessage message, @Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException e && e.getCause() != null ? e.getCause() : failure;
    if (cause instanceof Refusal && exchange.type() == MessageType.REQUEST) {
      LOG.warn("lease for {} refused: {}", exchange.mac(), cause.getMessage());
      answer(on, message, new Verdict.Nak(Outcome.NAK_REFUSED, "refused"));
      return;
    }
    outcomes.count(Outcome.DROPPED_NOT_DURABLE);
    LOG.warn("{} of {} not made durable, no answer", exchange.type(), exchange.mac(), cause);
  }

  private void answer(Wire on, DhcpMessage request, Verdict verdict) {
    outcomes.count(verdict.outcome());
    if (closed) {
      return;
    }
    replies
        .to(on, request, verdict)
        .ifPresent(r -> on.send(DhcpCodec.encode(r.message(), r.maxBytes()), r.to()));
  }

  private void sweepLater() {
    if (closed) {
      return;
    }
    loop.schedule(
        SWEEP,
        () -> {
          if (!closed) {
            for (AlarmKey key : duplicates.over(writer.current(), clock.instant())) {
              var _ =
                  writer
                      .submit(DuplicateWatch.clear(key))
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
