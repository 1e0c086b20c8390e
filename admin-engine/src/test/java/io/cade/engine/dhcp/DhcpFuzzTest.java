package io.cade.engine.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.dhcp.decide.ChassisSubnets;
import io.cade.engine.dhcp.decide.Decider;
import io.cade.engine.dhcp.decide.LeasePolicy;
import io.cade.engine.dhcp.decide.Outcome;
import io.cade.engine.dhcp.decide.Query;
import io.cade.engine.dhcp.decide.Verdict;
import io.cade.engine.dhcp.policy.DhcpPolicy;
import io.cade.engine.dhcp.policy.Strangers;
import io.cade.engine.dhcp.wire.Decoded;
import io.cade.engine.dhcp.wire.DhcpCodec;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.OptionCode;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Change;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Spoiled messages of real clients through the whole of the server but its sockets and its disk.
 * {@code -Dcade.fuzz.dhcp=10000000} makes it a long run, {@code -Dcade.fuzz.seed=…} repeats one.
 */
class DhcpFuzzTest {
  private static final int SHORT_RUN = 100_000;

  /** The long run by itself, outside of the build. */
  public static void main(String[] args) {
    long began = System.nanoTime();
    new DhcpFuzzTest().run();
    System.out.println("done in " + (System.nanoTime() - began) / 1_000_000_000 + " s");
  }

  private final ChassisSubnets plan = new ChassisSubnets(Ipv4Address.of(127, 1, 0, 0), 2);
  private final DhcpPolicy policy = Rig.pool(Strangers.Treatment.DISCOVERY, 50);
  private final DhcpConfig config =
      DhcpConfig.of(Rig.SERVER.port(67), Rig.SERVER, "agent.json")
          .withPolicy(policy, Duration.ofHours(1), Rig.SERVER);
  private final Decider decider =
      new Decider(
          plan, new LeasePolicy(Rig.SERVER, Duration.ofHours(1), Duration.ofMinutes(1)), policy);
  private final Replies replies = new Replies(plan, config);
  private final TestWire wire = new TestWire(Rig.POOL_WIRE, false);
  private final Set<Outcome> seen = EnumSet.noneOf(Outcome.class);
  private final Set<Decoded.Reason> reasons = EnumSet.noneOf(Decoded.Reason.class);
  private Cabinet cabinet = Cabinet.empty();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void whateverArrivesIsAnsweredSoundlyOrCountedAndNothingThrows() {
    run();
  }

  private void run() {
    int inputs = Integer.getInteger("cade.fuzz.dhcp", SHORT_RUN);
    long seed = Long.getLong("cade.fuzz.seed", System.nanoTime());
    System.out.println("DhcpFuzzTest seed " + seed + ", " + inputs + " inputs");
    SplittableRandom random = new SplittableRandom(seed);
    Mutator mutator = new Mutator(Packets.all(), random);
    for (int i = 0; i < inputs; i++) {
      byte[] input = mutator.next();
      try {
        feed(input, random);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            "seed " + seed + ", input " + i + ": " + HexFormat.of().formatHex(input), e);
      }
    }
    // The run has been where it matters: every reason, and all the kinds of outcome.
    assertThat(reasons).containsAll(EnumSet.complementOf(EnumSet.of(Decoded.Reason.TOO_LONG)));
    assertThat(seen)
        .contains(
            Outcome.OFFERED,
            Outcome.OFFERED_FROM_POOL,
            Outcome.ACKED,
            Outcome.BOOTP_ANSWERED,
            Outcome.INFORMED,
            Outcome.NAK_WRONG_ADDRESS,
            Outcome.IGNORED_OTHER_CHASSIS,
            Outcome.IGNORED_UNKNOWN_RELAY,
            Outcome.IGNORED_RELAY_INFORMATION_BROKEN);
  }

  private void feed(byte[] input, SplittableRandom random) {
    switch (DhcpCodec.decode(input)) {
      case Decoded.Malformed m -> reasons.add(m.reason());
      case Decoded.Message m -> {
        DhcpMessage message = m.message();
        assertThat(DhcpCodec.decode(DhcpCodec.encode(message, DhcpCodec.MAX_BYTES)))
            .isEqualTo(new Decoded.Message(message));
        // Half of the clients that claim an address are where they say.
        Ipv4Address from =
            random.nextBoolean() ? message.clientAddress() : new Ipv4Address(random.nextInt());
        InetSocketAddress source = from.port(68);
        switch (Query.of(message, source, Rig.POOL_WIRE, random.nextInt(16) == 0)) {
          case Query.Read.Refused r -> seen.add(r.why());
          case Query.Read.Asks a -> ask(a.query());
        }
      }
    }
    now = now.plusMillis(20);
  }

  private void ask(Query query) {
    Verdict verdict = decider.decide(query, cabinet, now);
    seen.add(verdict.outcome());
    if (!verdict.changes().isEmpty()) {
      // A change that contradicts the state would throw here, and cost the client its answer.
      CabinetBuilder builder = new CabinetBuilder(cabinet);
      for (Change change : verdict.changes()) {
        builder.apply(change, now);
      }
      cabinet = builder.freeze(cabinet.position() + 1);
    }
    Optional<Replies.Reply> reply = replies.to(wire, query, verdict);
    reply.ifPresent(r -> sound(query.message(), r));
  }

  private static void sound(DhcpMessage request, Replies.Reply reply) {
    byte[] bytes = DhcpCodec.encode(reply.message(), reply.maxBytes());
    assertThat(bytes.length).isLessThanOrEqualTo(1472);
    assertThat(DhcpCodec.decode(bytes)).isInstanceOf(Decoded.Message.class);
    DhcpMessage read = ((Decoded.Message) DhcpCodec.decode(bytes)).message();
    assertThat(read.request()).isFalse();
    assertThat(read.transactionId()).isEqualTo(request.transactionId());
    assertThat(read.hardwareAddress()).isEqualTo(request.hardwareAddress());
    assertThat(read.relayAddress()).isEqualTo(request.relayAddress());
    assertThat(read.options().get(OptionCode.RELAY_INFORMATION))
        .isEqualTo(request.options().get(OptionCode.RELAY_INFORMATION));
    assertThat(Arrays.equals(bytes, DhcpCodec.encode(reply.message(), reply.maxBytes()))).isTrue();
  }
}
