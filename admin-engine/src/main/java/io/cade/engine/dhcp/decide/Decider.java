package io.cade.engine.dhcp.decide;

import io.cade.agent.wire.CardRole;
import io.cade.engine.dhcp.decide.FactsLoader.Loaded;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.OptionCode;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Lease;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The server's behaviour (RFC 2131 §4.3), pure: the same facts give the same verdict. Immutable and
 * thread-safe.
 */
public final class Decider {
  private final FactsLoader loader;
  private final LeasePolicy policy;

  public Decider(AddressPlan plan, LeasePolicy policy) {
    this.loader = new FactsLoader(plan);
    this.policy = policy;
  }

  /**
   * Decides on a state of the cabinet.
   *
   * @param source where the datagram came from
   * @param retransmission this very request was answered with an ACK before
   */
  public Verdict decide(
      DhcpMessage message,
      InetSocketAddress source,
      boolean retransmission,
      Cabinet cabinet,
      Instant now) {
    return switch (loader.load(message, source, retransmission, cabinet)) {
      case Loaded.Unknown u -> silence(u.why());
      case Loaded.Known k -> decide(k.facts(), now);
    };
  }

  Verdict decide(Facts facts, Instant now) {
    return switch (facts.type()) {
      case DISCOVER -> identity(facts, now).orElseGet(() -> offer(facts));
      case REQUEST -> identity(facts, now).orElseGet(() -> request(facts, now));
      case RELEASE -> release(facts);
      case DECLINE -> decline(facts);
      case INFORM -> inform(facts);
      case OFFER, ACK, NAK -> silence(Outcome.IGNORED_TYPE);
    };
  }

  /** Whether the card may be what it says, where it says (SPEC C2); empty when it may. */
  private Optional<Verdict> identity(Facts f, Instant now) {
    boolean lockedHere =
        f.isLastSeatedHere()
            && f.here().filter(c -> c.state() == CardState.QUARANTINED).isPresent();
    boolean lockedThere = f.elsewhere().filter(c -> c.state() == CardState.QUARANTINED).isPresent();
    if (f.elsewhere().filter(c -> present(c, now)).isPresent()) {
      Card other = f.elsewhere().get();
      return Optional.of(
          new Verdict.Silence(
              Outcome.IGNORED_DUPLICATE_MAC,
              f.duplicateRaised()
                  ? List.of()
                  : List.of(
                      Alarms.raise(
                          Alarms.duplicate(f.mac()),
                          "MAC address "
                              + f.mac()
                              + " asks for an address in slot "
                              + f.position()
                              + " while the card in slot "
                              + other.position()
                              + " has it"))));
    }
    // A locked card does not get free by being moved or switched off and on.
    return lockedHere || lockedThere
        ? Optional.of(silence(Outcome.IGNORED_QUARANTINED))
        : Optional.empty();
  }

  private boolean present(Card card, Instant now) {
    return card.state().isAlive()
        || (card.state() == CardState.BOOTING
            && card.since().plus(policy.bootGrace()).isAfter(now));
  }

  private Verdict offer(Facts f) {
    return new Verdict.Offer(f.position(), f.address(), policy.leaseTime());
  }

  private Verdict request(Facts f, Instant now) {
    DhcpMessage m = f.message();
    Optional<Ipv4Address> server = m.options().address(OptionCode.SERVER_ID);
    Optional<Ipv4Address> wanted = m.options().address(OptionCode.REQUESTED_ADDRESS);
    if (server.isPresent()) {
      // SELECTING
      if (!server.get().equals(policy.serverId())) {
        return silence(Outcome.IGNORED_OTHER_SERVER);
      }
      if (wanted.isEmpty()) {
        return silence(Outcome.IGNORED_NO_ADDRESS);
      }
      return wanted.get().equals(f.address()) ? grant(f, now, true) : wrongAddress(f);
    }
    if (wanted.isPresent()) {
      // INIT-REBOOT
      if (!m.clientAddress().isZero()) {
        return silence(Outcome.IGNORED_NO_ADDRESS);
      }
      if (!wanted.get().equals(f.address())) {
        return wrongAddress(f);
      }
      return f.ownLease().isPresent() ? grant(f, now, true) : silence(Outcome.IGNORED_NO_RECORD);
    }
    // RENEWING and REBINDING
    if (m.clientAddress().isZero()) {
      return silence(Outcome.IGNORED_NO_ADDRESS);
    }
    if (!m.clientAddress().equals(f.address())) {
      return wrongAddress(f);
    }
    return f.ownLease().isPresent()
        ? grant(f, now, false)
        : new Verdict.Nak(Outcome.NAK_NO_LEASE, "no lease for this card");
  }

  private static Verdict wrongAddress(Facts f) {
    return new Verdict.Nak(
        Outcome.NAK_WRONG_ADDRESS, "slot " + f.position() + " has another address");
  }

  private Verdict grant(Facts f, Instant now, boolean boots) {
    if (f.retransmission()) {
      Optional<Lease> held = f.ownLease().filter(l -> l.expiresAt().isAfter(now));
      if (held.isPresent()) {
        return new Verdict.Ack(
            f.position(),
            f.address(),
            Duration.between(now, held.get().expiresAt()),
            Outcome.ACKED_AGAIN,
            List.of());
      }
    }
    List<Change> changes = new ArrayList<>();
    if (!f.isSeated()) {
      seat(f, changes);
    }
    CardState state = f.here().map(Card::state).orElse(CardState.ABSENT);
    if (boots && state != CardState.BOOTING && state.mayBecome(CardState.BOOTING)) {
      changes.add(
          new Change.CardStateChanged(f.position(), CardState.BOOTING, "asked for its address"));
    }
    changes.add(
        new Change.LeaseGranted(
            f.position(), f.mac(), f.address().toString(), now.plus(policy.leaseTime())));
    return new Verdict.Ack(f.position(), f.address(), policy.leaseTime(), Outcome.ACKED, changes);
  }

  /** Another card than before sits in the slot: new, swapped in, or moved from another slot. */
  private static void seat(Facts f, List<Change> changes) {
    boolean returns = f.isLastSeatedHere();
    if (f.movedHereRaised() && !returns) {
      changes.add(
          new Change.AlarmCleared(Alarms.moved(f.position()), "another card is in the slot"));
    }
    CardRole role = f.here().map(Card::role).orElse(CardRole.SERVER);
    changes.add(new Change.CardSeated(f.position(), role, f.mac()));
    if (f.elsewhere().isEmpty()) {
      return;
    }
    Card left = f.elsewhere().get();
    if (!returns) {
      changes.add(
          Alarms.raise(
              Alarms.moved(f.position()),
              "card " + f.mac() + " was in slot " + left.position() + ", now " + f.position()));
    }
    if (f.movedThereRaised()) {
      changes.add(
          new Change.AlarmCleared(
              Alarms.moved(left.position()), "the card went on to slot " + f.position()));
    }
    if (f.duplicateRaised()) {
      changes.add(
          new Change.AlarmCleared(
              Alarms.duplicate(f.mac()), "slot " + left.position() + " no longer has it"));
    }
    if (left.state() != CardState.ABSENT && left.state().mayBecome(CardState.ABSENT)) {
      changes.add(
          new Change.CardStateChanged(
              left.position(), CardState.ABSENT, "moved to slot " + f.position()));
    }
    changes.add(new Change.LeaseEnded(left.position(), "card moved to slot " + f.position()));
  }

  private static Verdict release(Facts f) {
    boolean holds = f.ownLease().isPresent() && f.message().clientAddress().equals(f.address());
    return holds
        ? new Verdict.Silence(
            Outcome.RELEASED,
            List.of(new Change.LeaseEnded(f.position(), "released by " + f.mac())))
        : silence(Outcome.IGNORED_NOT_HOLDER);
  }

  private static Verdict decline(Facts f) {
    boolean holds =
        f.ownLease().isPresent()
            && f.message()
                .options()
                .address(OptionCode.REQUESTED_ADDRESS)
                .filter(f.address()::equals)
                .isPresent();
    return holds
        ? new Verdict.Silence(
            Outcome.DECLINED,
            List.of(
                new Change.LeaseEnded(
                    f.position(), "declined by " + f.mac() + ": the address is in use")))
        : silence(Outcome.IGNORED_NOT_HOLDER);
  }

  private static Verdict inform(Facts f) {
    return f.message().clientAddress().equals(f.address())
        ? new Verdict.Inform(f.position())
        : silence(Outcome.IGNORED_FOREIGN_ADDRESS);
  }

  private static Verdict silence(Outcome why) {
    return new Verdict.Silence(why, List.of());
  }
}
