package io.cade.engine.dhcp.decide;

import io.cade.engine.dhcp.policy.DhcpPolicy;
import io.cade.engine.dhcp.policy.Strangers;
import io.cade.engine.dhcp.policy.Subnet;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.MessageType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/**
 * The server's behaviour (RFC 2131 §4.3), pure: the same facts give the same verdict. Immutable and
 * thread-safe.
 */
public final class Decider {
  private final AddressPlan plan;
  private final DhcpPolicy policy;
  private final Locator locator;
  private final CardRules cards;
  private final PoolRules pools;

  public Decider(AddressPlan plan, LeasePolicy leases, DhcpPolicy policy) {
    this.plan = plan;
    this.policy = policy;
    this.locator = new Locator(plan, policy);
    this.cards = new CardRules(policy, leases);
    this.pools = new PoolRules(policy, leases);
  }

  /**
   * Decides on a state of the cabinet.
   *
   * @param offered addresses of pools that are on offer to other clients than this one
   */
  public Verdict decide(Query query, Predicate<Ipv4Address> offered, Cabinet cabinet, Instant now) {
    if (policy.proxy() || query.bootServer()) {
      return bootOnly(query, cabinet);
    }
    return switch (locator.locate(query, cabinet)) {
      case Locator.Where.Nowhere n -> new Verdict.Silence(n.why(), List.of());
      case Locator.Where.Slot s ->
          cards.decide(Facts.load(query, s.position(), plan.addressOf(s.position()), cabinet), now);
      case Locator.Where.Stranger s ->
          pools.decide(query, locator.linkOf(query), s.why(), offered, cabinet, now);
    };
  }

  /** As {@link #decide}, for what does not look for an address: anything but DHCPDISCOVER. */
  public Verdict decide(Query query, Cabinet cabinet, Instant now) {
    return decide(query, a -> false, cabinet, now);
  }

  /**
   * What is to be changed when an address was found in use before it was offered; nothing when it
   * has been given away meanwhile.
   */
  public List<Change> conflict(Subnet subnet, Ipv4Address address, Cabinet cabinet, Instant now) {
    return cabinet.poolLeases().at(address.number()).filter(l -> l.isActive(now)).isPresent()
        ? List.of()
        : pools.lock(
            subnet, address, "somebody answers there who did not get it here", cabinet, now);
  }

  /** The proxy's and the boot server's part of PXE 2.1 (§2.2.3): no addresses. */
  private Verdict bootOnly(Query q, Cabinet cabinet) {
    if (BootClient.of(q.message()).kind() == BootClient.Kind.NONE) {
      return new Verdict.Silence(Outcome.IGNORED_NOT_BOOTING, List.of());
    }
    MessageType type = q.type().orElse(MessageType.RELEASE);
    boolean answered =
        q.bootServer()
            ? type == MessageType.REQUEST || type == MessageType.INFORM
            : type == MessageType.DISCOVER;
    if (!answered) {
      // The REQUEST that follows on port 67 is for the server that gave the address.
      return new Verdict.Silence(Outcome.IGNORED_TYPE, List.of());
    }
    if (q.bootServer()
        && q.message().clientAddress().isZero()
        && q.source().getAddress().isAnyLocalAddress()) {
      return new Verdict.Silence(Outcome.IGNORED_NO_ADDRESS, List.of());
    }
    MessageType answer = q.bootServer() ? MessageType.ACK : MessageType.OFFER;
    return switch (locator.locateWithoutAddress(q, cabinet)) {
      case Locator.Where.Nowhere n -> new Verdict.Silence(n.why(), List.of());
      case Locator.Where.Slot s -> new Verdict.BootOnly(answer, true);
      case Locator.Where.Stranger s ->
          policy.strangers().treatment() == Strangers.Treatment.DISCOVERY
              ? new Verdict.BootOnly(answer, false)
              : new Verdict.Silence(s.why(), List.of());
    };
  }
}
