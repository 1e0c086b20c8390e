package io.cade.engine.dhcp.decide;

import io.cade.engine.dhcp.policy.AddressRange;
import io.cade.engine.dhcp.policy.DhcpPolicy;
import io.cade.engine.dhcp.policy.Strangers;
import io.cade.engine.dhcp.policy.Subnet;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.OptionCode;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.PoolLease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * What a machine without a slot gets from its subnet's pool (RFC 2131 §4.3.1, §4.3.2): the address
 * that it had, else the one that it asks for, else one that nobody had, else the one that has been
 * free for longest.
 *
 * <p>Limits: {@value #MAX_TRIES} addresses on offer to others are passed over, and {@value
 * #MAX_EXPIRED} expired leases looked at, before a pool counts as exhausted.
 */
final class PoolRules {
  static final int MAX_TRIES = 64;
  static final int MAX_EXPIRED = 256;

  private final DhcpPolicy policy;
  private final LeasePolicy leases;

  PoolRules(DhcpPolicy policy, LeasePolicy leases) {
    this.policy = policy;
    this.leases = leases;
  }

  /**
   * @param link which subnet the client is in
   * @param offered addresses that are on offer to other clients
   * @param why the position is not known
   */
  Verdict decide(
      Query q,
      Ipv4Address link,
      Outcome why,
      Predicate<Ipv4Address> offered,
      Cabinet cabinet,
      Instant now) {
    if (policy.strangers().treatment() == Strangers.Treatment.IGNORE) {
      return silence(why);
    }
    Optional<Subnet> subnet = policy.subnetOf(link);
    if (subnet.isEmpty() || subnet.get().pool().isEmpty()) {
      return silence(Outcome.IGNORED_NO_SUBNET);
    }
    if (q.type().isEmpty()) {
      return silence(Outcome.IGNORED_BOOTP);
    }
    Subnet s = subnet.get();
    return switch (q.type().get()) {
      case DISCOVER -> discover(q, s, offered, cabinet, now);
      case REQUEST -> request(q, s, cabinet, now);
      case RELEASE -> release(q, cabinet);
      case DECLINE -> decline(q, s, cabinet, now);
      case INFORM ->
          s.network().contains(q.message().clientAddress())
              ? new Verdict.Inform(new Binding.Pooled(s, q.message().clientAddress()))
              : silence(Outcome.IGNORED_FOREIGN_ADDRESS);
      case OFFER, ACK, NAK -> silence(Outcome.IGNORED_TYPE);
    };
  }

  private Verdict discover(
      Query q, Subnet s, Predicate<Ipv4Address> offered, Cabinet cabinet, Instant now) {
    Optional<PoolLease> own = cabinet.poolLeases().of(q.client()).filter(l -> s.pools(address(l)));
    if (own.isPresent() && !offered.test(address(own.get()))) {
      // Who holds it now is the one that would answer the probe.
      return offer(q, s, address(own.get()), !own.get().isActive(now));
    }
    return q.message()
        .options()
        .address(OptionCode.REQUESTED_ADDRESS)
        .filter(a -> s.pools(a) && isFree(a, cabinet, now) && !offered.test(a))
        .or(() -> propose(q, s, offered, cabinet, now))
        .map(a -> offer(q, s, a, true))
        .orElseGet(() -> silence(Outcome.IGNORED_POOL_EXHAUSTED));
  }

  private Verdict offer(Query q, Subnet s, Ipv4Address address, boolean probe) {
    return new Verdict.Offer(new Binding.Pooled(s, address), timeFor(q.message()), probe);
  }

  private static boolean isFree(Ipv4Address a, Cabinet cabinet, Instant now) {
    return cabinet.poolLeases().at(a.number()).filter(l -> l.isActive(now)).isEmpty();
  }

  /** The search begins at a place of the client's own, so that clients seldom meet. */
  private static Optional<Ipv4Address> propose(
      Query q, Subnet s, Predicate<Ipv4Address> offered, Cabinet cabinet, Instant now) {
    AddressRange pool = s.pool().orElseThrow();
    long first = pool.first().number();
    long last = pool.last().number();
    long start = first + Math.floorMod(q.client().hashCode() * 0x9E3779B1, pool.size());
    boolean wrapped = false;
    long from = start;
    for (int i = 0; i < MAX_TRIES; i++) {
      OptionalLong unused = cabinet.poolLeases().firstUnused(from, wrapped ? start - 1 : last);
      if (unused.isEmpty()) {
        if (wrapped) {
          break;
        }
        wrapped = true;
        from = first;
      } else {
        Ipv4Address candidate = Ipv4Address.ofNumber(unused.getAsLong());
        if (s.pools(candidate) && !offered.test(candidate)) {
          return Optional.of(candidate);
        }
        from = unused.getAsLong() + 1;
      }
    }
    return cabinet.poolLeases().expired(now, MAX_EXPIRED).stream()
        .map(PoolRules::address)
        .filter(a -> s.pools(a) && !offered.test(a))
        .findFirst();
  }

  private Verdict request(Query q, Subnet s, Cabinet cabinet, Instant now) {
    DhcpMessage m = q.message();
    Optional<Ipv4Address> server = m.options().address(OptionCode.SERVER_ID);
    Optional<Ipv4Address> wanted = m.options().address(OptionCode.REQUESTED_ADDRESS);
    if (server.isPresent()) {
      // SELECTING
      if (!leases.isServer(server.get(), q)) {
        return silence(Outcome.IGNORED_OTHER_SERVER);
      }
      if (wanted.isEmpty()) {
        return silence(Outcome.IGNORED_NO_ADDRESS);
      }
      if (!s.pools(wanted.get())) {
        return wrongAddress(s);
      }
      return isOwn(q, wanted.get(), cabinet) || isFree(wanted.get(), cabinet, now)
          ? grant(q, s, wanted.get(), cabinet, now)
          : taken(wanted.get());
    }
    if (wanted.isPresent()) {
      // INIT-REBOOT
      if (!m.clientAddress().isZero()) {
        return silence(Outcome.IGNORED_NO_ADDRESS);
      }
      if (!s.network().contains(wanted.get())) {
        return wrongAddress(s);
      }
      if (isOwn(q, wanted.get(), cabinet)) {
        return s.pools(wanted.get()) ? grant(q, s, wanted.get(), cabinet, now) : wrongAddress(s);
      }
      return isFree(wanted.get(), cabinet, now)
          ? silence(Outcome.IGNORED_NO_RECORD)
          : taken(wanted.get());
    }
    // RENEWING and REBINDING
    if (m.clientAddress().isZero()) {
      return silence(Outcome.IGNORED_NO_ADDRESS);
    }
    if (!s.pools(m.clientAddress())) {
      return wrongAddress(s);
    }
    return isOwn(q, m.clientAddress(), cabinet)
        ? grant(q, s, m.clientAddress(), cabinet, now)
        : new Verdict.Nak(Outcome.NAK_NO_LEASE, "no lease for this client");
  }

  private static boolean isOwn(Query q, Ipv4Address address, Cabinet cabinet) {
    return cabinet
        .poolLeases()
        .at(address.number())
        .filter(l -> l.client().equals(q.client()))
        .isPresent();
  }

  private static Verdict wrongAddress(Subnet s) {
    return new Verdict.Nak(
        Outcome.NAK_WRONG_ADDRESS, "not an address for machines in " + s.network());
  }

  private static Verdict taken(Ipv4Address address) {
    return new Verdict.Nak(Outcome.NAK_TAKEN, address + " is not free");
  }

  private Verdict grant(Query q, Subnet s, Ipv4Address address, Cabinet cabinet, Instant now) {
    Binding to = new Binding.Pooled(s, address);
    if (q.again()) {
      Optional<PoolLease> held =
          cabinet.poolLeases().at(address.number()).filter(l -> l.isActive(now));
      if (held.isPresent()) {
        return new Verdict.Ack(
            to,
            Duration.between(now, held.get().expiresAt()),
            Outcome.ACKED_AGAIN,
            List.of(),
            false);
      }
    }
    Duration time = timeFor(q.message());
    return new Verdict.Ack(
        to,
        time,
        Outcome.ACKED_FROM_POOL,
        List.of(
            new Change.PoolLeaseGranted(
                address.toString(), q.client(), q.mac(), q.hostName(), now.plus(time))),
        false);
  }

  private Duration timeFor(DhcpMessage m) {
    return LeasePolicy.shorter(policy.strangers().leaseTime(), m);
  }

  private static Verdict release(Query q, Cabinet cabinet) {
    Ipv4Address address = q.message().clientAddress();
    return !address.isZero() && isOwn(q, address, cabinet)
        ? new Verdict.Silence(
            Outcome.RELEASED,
            List.of(new Change.PoolLeaseEnded(address.toString(), "released by " + q.client())))
        : silence(Outcome.IGNORED_NOT_HOLDER);
  }

  private Verdict decline(Query q, Subnet s, Cabinet cabinet, Instant now) {
    return q.message()
        .options()
        .address(OptionCode.REQUESTED_ADDRESS)
        .filter(a -> isOwn(q, a, cabinet))
        .<Verdict>map(a ->
            new Verdict.Silence(
                Outcome.DECLINED,
                lock(s, a, "declined by " + q.client() + ": the address is in use", cabinet, now)))
        .orElseGet(() -> silence(Outcome.IGNORED_NOT_HOLDER));
  }

  /** Keeps everybody from an address for a time, and reports the subnet, once. */
  List<Change> lock(Subnet s, Ipv4Address a, String cause, Cabinet cabinet, Instant now) {
    List<Change> changes = new ArrayList<>();
    changes.add(
        new Change.PoolAddressLocked(a.toString(), now.plus(policy.strangers().lockTime()), cause));
    if (!cabinet.alarms().containsKey(Alarms.conflict(s.network()))) {
      changes.add(
          Alarms.raise(
              Alarms.conflict(s.network()),
              "address " + a + " of the pool " + s.pool().orElseThrow() + ": " + cause));
    }
    return changes;
  }

  private static Ipv4Address address(PoolLease lease) {
    return Ipv4Address.ofNumber(lease.number());
  }

  private static Verdict silence(Outcome why) {
    return new Verdict.Silence(why, List.of());
  }
}
