package io.cade.engine.dhcp.decide;

import io.cade.agent.wire.CardRole;
import io.cade.engine.dhcp.policy.DhcpPolicy;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.OptionCode;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a machine in a slot gets: the slot's address, and no other (RFC 2131 §4.3, SPEC C2). */
final class CardRules {
  /** When a lease ends that BOOTP gives for ever (RFC 2131 §3.3 has no end either). */
  static final Instant FOREVER = Instant.parse("9999-12-31T23:59:59Z");

  private final DhcpPolicy policy;
  private final LeasePolicy leases;

  CardRules(DhcpPolicy policy, LeasePolicy leases) {
    this.policy = policy;
    this.leases = leases;
  }

  Verdict decide(Facts f, Instant now) {
    if (f.query().type().isEmpty()) {
      return policy.bootp()
          ? identity(f, now).orElseGet(() -> bootp(f, now))
          : silence(Outcome.IGNORED_BOOTP);
    }
    return switch (f.query().type().get()) {
      case DISCOVER -> identity(f, now).orElseGet(() -> discover(f, now));
      case REQUEST -> identity(f, now).orElseGet(() -> request(f, now));
      case RELEASE -> release(f);
      case DECLINE -> decline(f);
      case INFORM -> inform(f);
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
            && card.since().plus(leases.bootGrace()).isAfter(now));
  }

  private Verdict discover(Facts f, Instant now) {
    // RFC 4039 §3.1: committed at once, and said so.
    return policy.rapidCommit() && f.message().options().has(OptionCode.RAPID_COMMIT)
        ? grant(f, now, true, true)
        : new Verdict.Offer(binding(f), leases.timeFor(f.message()), false);
  }

  private Verdict request(Facts f, Instant now) {
    DhcpMessage m = f.message();
    Optional<Ipv4Address> server = m.options().address(OptionCode.SERVER_ID);
    Optional<Ipv4Address> wanted = m.options().address(OptionCode.REQUESTED_ADDRESS);
    if (server.isPresent()) {
      // SELECTING
      if (!leases.isServer(server.get(), f.query())) {
        return silence(Outcome.IGNORED_OTHER_SERVER);
      }
      if (wanted.isEmpty()) {
        return silence(Outcome.IGNORED_NO_ADDRESS);
      }
      return wanted.get().equals(f.address()) ? grant(f, now, true, false) : wrongAddress(f);
    }
    if (wanted.isPresent()) {
      // INIT-REBOOT
      if (!m.clientAddress().isZero()) {
        return silence(Outcome.IGNORED_NO_ADDRESS);
      }
      if (!wanted.get().equals(f.address())) {
        return wrongAddress(f);
      }
      return f.ownLease().isPresent()
          ? grant(f, now, true, false)
          : silence(Outcome.IGNORED_NO_RECORD);
    }
    // RENEWING and REBINDING
    if (m.clientAddress().isZero()) {
      return silence(Outcome.IGNORED_NO_ADDRESS);
    }
    if (!m.clientAddress().equals(f.address())) {
      return wrongAddress(f);
    }
    return f.ownLease().isPresent()
        ? grant(f, now, false, false)
        : new Verdict.Nak(Outcome.NAK_NO_LEASE, "no lease for this card");
  }

  private static Verdict wrongAddress(Facts f) {
    return new Verdict.Nak(
        Outcome.NAK_WRONG_ADDRESS, "slot " + f.position() + " has another address");
  }

  private Verdict grant(Facts f, Instant now, boolean boots, boolean rapid) {
    if (f.query().again()) {
      Optional<Lease> held = f.ownLease().filter(l -> l.expiresAt().isAfter(now));
      if (held.isPresent()) {
        return new Verdict.Ack(
            binding(f),
            Duration.between(now, held.get().expiresAt()),
            Outcome.ACKED_AGAIN,
            List.of(),
            rapid);
      }
    }
    Duration time = leases.timeFor(f.message());
    List<Change> changes = new ArrayList<>(3);
    seatAndBoot(f, boots, changes);
    changes.add(
        new Change.LeaseGranted(f.position(), f.mac(), f.address().toString(), now.plus(time)));
    return new Verdict.Ack(
        binding(f), time, rapid ? Outcome.ACKED_RAPIDLY : Outcome.ACKED, changes, rapid);
  }

  /** RFC 951: one request, one answer, and the address is the card's without end (RFC 1534 §2). */
  private static Verdict bootp(Facts f, Instant now) {
    if (f.query().again() && f.ownLease().filter(l -> l.expiresAt().isAfter(now)).isPresent()) {
      return new Verdict.Bootp(binding(f), List.of());
    }
    List<Change> changes = new ArrayList<>();
    seatAndBoot(f, true, changes);
    changes.add(new Change.LeaseGranted(f.position(), f.mac(), f.address().toString(), FOREVER));
    return new Verdict.Bootp(binding(f), changes);
  }

  private static void seatAndBoot(Facts f, boolean boots, List<Change> changes) {
    if (!f.isSeated()) {
      seat(f, changes);
    }
    CardState state = f.here().map(Card::state).orElse(CardState.ABSENT);
    if (boots && state != CardState.BOOTING && state.mayBecome(CardState.BOOTING)) {
      changes.add(
          new Change.CardStateChanged(f.position(), CardState.BOOTING, "asked for its address"));
    }
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

  /** Somebody else uses the slot's address (RFC 2131 §4.3.3): nothing but people can help. */
  private static Verdict decline(Facts f) {
    boolean holds =
        f.ownLease().isPresent()
            && f.message()
                .options()
                .address(OptionCode.REQUESTED_ADDRESS)
                .filter(f.address()::equals)
                .isPresent();
    if (!holds) {
      return silence(Outcome.IGNORED_NOT_HOLDER);
    }
    List<Change> changes = new ArrayList<>();
    changes.add(
        new Change.LeaseEnded(f.position(), "declined by " + f.mac() + ": the address is in use"));
    if (!f.conflictRaised()) {
      changes.add(
          Alarms.raise(
              Alarms.conflict(f.address()),
              "card "
                  + f.mac()
                  + " in slot "
                  + f.position()
                  + " found its address "
                  + f.address()
                  + " in use by another station"));
    }
    return new Verdict.Silence(Outcome.DECLINED, changes);
  }

  private static Verdict inform(Facts f) {
    return f.message().clientAddress().equals(f.address())
        ? new Verdict.Inform(binding(f))
        : silence(Outcome.IGNORED_FOREIGN_ADDRESS);
  }

  private static Binding binding(Facts f) {
    return new Binding.Slot(f.position(), f.address());
  }

  private static Verdict silence(Outcome why) {
    return new Verdict.Silence(why, List.of());
  }
}
