package io.cade.proxy.guard;

import io.cade.agent.wire.NetworkPrefix;
import io.cade.agent.wire.SiteProtection;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * All that protects one proxy: makes rules from what the engine announces, holds what is counted,
 * and gives each connection its {@link VisitorGuard}. Thread-safe; {@link #rules(List)} is called
 * by one thread at a time.
 */
public final class TrafficGuard {
  /** Buckets of visitor networks: 2 MiB. */
  public static final int BUCKETS = 1 << 17;

  private final RateTable table;
  private final SignalWatch watch;
  private final NetworkTrie localNetworks;
  private final LongSupplier nanoTime;
  // Owned by the caller of rules(): states by service, so that counts outlive a change.
  private Map<String, SiteGuard.State> states = new HashMap<>();
  private long nextNumber;

  /**
   * @param localNetworks visitors from there count as local
   * @param random unpredictable: the table's key comes from it
   * @param nanoTime ticker, as {@link System#nanoTime}
   */
  public TrafficGuard(
      int buckets,
      SignalPolicy signals,
      List<NetworkPrefix> localNetworks,
      RandomGenerator random,
      LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.table = new RateTable(buckets, random.nextLong(), random.nextLong(), nanoTime.getAsLong());
    this.watch = new SignalWatch(signals, nanoTime);
    Map<NetworkPrefix, Integer> local = new HashMap<>();
    localNetworks.forEach(network -> local.put(network, 1));
    this.localNetworks = new NetworkTrie(local);
  }

  /** A small one whose signals go nowhere, until rules come. */
  public static TrafficGuard open(LongSupplier nanoTime) {
    return new TrafficGuard(
        1024, SignalPolicy.standard(), List.of(), new java.util.SplittableRandom(), nanoTime);
  }

  /** What is seen of visitors. */
  public SignalWatch watch() {
    return watch;
  }

  /** Makes the rules of a snapshot; what was counted for a site goes on. */
  public synchronized GuardRules rules(List<SiteProtection> protection) {
    Map<String, SiteGuard.State> kept = new HashMap<>();
    Map<String, SiteGuard> sites = new HashMap<>();
    SiteProtection all = SiteProtection.none(SiteProtection.EVERYWHERE);
    for (SiteProtection each : protection) {
      if (each.service().equals(SiteProtection.EVERYWHERE)) {
        all = each;
      } else if (!each.refusesNobody()) {
        sites.put(each.service(), new SiteGuard(each, state(each.service(), kept)));
      }
    }
    SiteGuard everywhere = new SiteGuard(all, state(SiteProtection.EVERYWHERE, kept));
    states = kept;
    return new GuardRules(
        everywhere,
        sites,
        new SiteGuard(
            SiteProtection.none(""), new SiteGuard.State(nextNumber++, nanoTime.getAsLong())));
  }

  private SiteGuard.State state(String service, Map<String, SiteGuard.State> kept) {
    SiteGuard.State known = states.get(service);
    SiteGuard.State state =
        known != null ? known : new SiteGuard.State(nextNumber++, nanoTime.getAsLong());
    kept.put(service, state);
    return state;
  }

  /** Where a connection's answer to {@link #enter} goes. */
  public record Entrance(VisitorGuard visitor, Verdict verdict) {}

  /**
   * A visitor has connected: may he stay? Whatever the answer, {@link VisitorGuard#close} is to be
   * called when the connection is closed. A denied network is told so at its first request.
   */
  public Entrance enter(InetAddress address, GuardRules rules) {
    VisitorGuard visitor = visitor(address);
    return new Entrance(visitor, visitor.enter(rules));
  }

  private VisitorGuard visitor(InetAddress address) {
    NetworkPrefix exact = NetworkPrefix.of(address);
    return new VisitorGuard(this, exact, isLocal(exact));
  }

  private boolean isLocal(NetworkPrefix address) {
    return localNetworks.find(address) != NetworkTrie.NOTHING;
  }

  /** Whether an address is in one of the local networks. */
  public boolean isLocal(InetAddress address) {
    return isLocal(NetworkPrefix.of(address));
  }

  RateTable table() {
    return table;
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }
}
