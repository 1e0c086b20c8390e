package io.cade.engine.dhcp;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.datagram.DatagramLoop;
import io.cade.engine.datagram.DatagramPort;
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
  /** Larger datagrams than Ethernet carries are cut off by the port. */
  private static final int MAX_DATAGRAM_BYTES = 1500;

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
  private @Nullable DatagramPort port;
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
   * Opens the port and serves.
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
    DhcpService service = new DhcpService(loop, writer, clock, plan, config);
    return loop.open(config.listen(), MAX_DATAGRAM_BYTES, service::received)
        .thenApply(port -> {
          service.local = port.local();
          loop.execute(() -> {
            service.port = port;
            if (service.closed) {
              port.close();
            }
            service.sweepLater();
          });
          return service;
        });
  }

  /** Where it listens, with the real port. */
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
      DatagramPort open = port;
      if (open != null) {
        open.close();
      }
    });
  }

  private void received(InetSocketAddress from, byte[] datagram) {
    if (closed) {
      return;
    }
    switch (DhcpCodec.decode(datagram)) {
      case Decoded.Malformed m -> {
        malformed.count(m.reason());
        outcomes.count(Outcome.IGNORED_MALFORMED);
      }
      case Decoded.Message m -> handle(m.message(), from);
    }
  }

  private void handle(DhcpMessage message, InetSocketAddress from) {
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
      answer(message, verdict);
    } else {
      commit(message, from, again);
    }
  }

  private void commit(DhcpMessage message, InetSocketAddress from, boolean again) {
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
                loop.execute(() -> committed(exchange, message, verdict, failure)));
  }

  private void committed(
      Exchange exchange,
      DhcpMessage message,
      @Nullable Verdict verdict,
      @Nullable Throwable failure) {
    inFlight.remove(exchange);
    if (verdict == null) {
      failed(exchange, message, failure);
      return;
    }
    if (verdict instanceof Verdict.Ack ack) {
      answered.remove(ack.position());
      answered.put(ack.position(), new Answered(exchange.mac(), exchange.transactionId()));
    }
    if (verdict.outcome() == Outcome.DECLINED) {
      LOG.warn("{} declined its address as being in use already", exchange.mac());
    }
    answer(message, verdict);
  }

  private void failed(Exchange exchange, DhcpMessage message, @Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException e && e.getCause() != null ? e.getCause() : failure;
    if (cause instanceof Refusal && exchange.type() == MessageType.REQUEST) {
      LOG.warn("lease for {} refused: {}", exchange.mac(), cause.getMessage());
      answer(message, new Verdict.Nak(Outcome.NAK_REFUSED, "refused"));
      return;
    }
    outcomes.count(Outcome.DROPPED_NOT_DURABLE);
    LOG.warn("{} of {} not made durable, no answer", exchange.type(), exchange.mac(), cause);
  }

  private void answer(DhcpMessage request, Verdict verdict) {
    outcomes.count(verdict.outcome());
    DatagramPort out = port;
    if (closed || out == null) {
      return;
    }
    replies
        .to(request, verdict)
        .ifPresent(r -> out.send(DhcpCodec.encode(r.message(), r.maxBytes()), r.to()));
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
