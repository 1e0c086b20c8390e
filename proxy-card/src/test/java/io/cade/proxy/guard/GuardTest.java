package io.cade.proxy.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.AccessRules;
import io.cade.agent.wire.NetworkPrefix;
import io.cade.agent.wire.SiteProtection;
import io.cade.agent.wire.TrafficLimits;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;

class GuardTest {
  private final AtomicLong time = new AtomicLong(-5_000_000_000L);
  private final TrafficGuard guard =
      new TrafficGuard(64, SignalPolicy.standard(), List.of(), new Random(1), time::get);

  @Test
  void longestPrefixDecidesAsALinearSearchWould() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      Map<NetworkPrefix, Integer> prefixes = new HashMap<>();
      for (int i = 0; i < 40; i++) {
        prefixes.put(address(random).network(random.nextInt(129)), 1 + random.nextInt(2));
      }
      NetworkTrie trie = new NetworkTrie(prefixes);
      for (int i = 0; i < 200; i++) {
        NetworkPrefix visitor = address(random);
        int best = -1;
        int mark = NetworkTrie.NOTHING;
        for (Map.Entry<NetworkPrefix, Integer> each : prefixes.entrySet()) {
          NetworkPrefix network = each.getKey();
          if (network.v4() == visitor.v4()
              && visitor.network(network.length()).equals(network)
              && network.length() > best) {
            best = network.length();
            mark = each.getValue();
          }
        }
        assertThat(trie.find(visitor)).as("%s in %s", visitor, prefixes).isEqualTo(mark);
      }
    }
  }

  private static NetworkPrefix address(Random random) {
    // Few different bits, so that addresses share prefixes.
    byte[] octets = new byte[random.nextBoolean() ? 4 : 16];
    for (int i = 0; i < octets.length; i++) {
      octets[i] = (byte) (random.nextInt(4) == 0 ? 1 << random.nextInt(8) : 0);
    }
    try {
      return NetworkPrefix.of(InetAddress.getByAddress(octets));
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void networksAreReadAndWrittenAsRfcsAsk() {
    assertThat(NetworkPrefix.parse("192.0.2.0/24")).hasToString("192.0.2.0/24");
    assertThat(NetworkPrefix.parse("192.0.2.7")).hasToString("192.0.2.7/32");
    assertThat(NetworkPrefix.parse("0.0.0.0/0")).hasToString("0.0.0.0/0");
    assertThat(NetworkPrefix.parse("2001:DB8:0:0:1:0:0:1")).hasToString("2001:db8::1:0:0:1/128");
    assertThat(NetworkPrefix.parse("2001:db8::/32")).hasToString("2001:db8::/32");
    assertThat(NetworkPrefix.parse("::/0")).hasToString("::/0");
    assertThat(NetworkPrefix.parse("::1")).hasToString("::1/128");
    assertThat(NetworkPrefix.parse("::ffff:192.0.2.1")).hasToString("192.0.2.1/32");
    for (String wrong :
        List.of(
            "",
            "shop",
            "192.0.2.0/33",
            "192.0.2.1/24",
            "2001:db8::/129",
            "1.2.3/8",
            "::/ 0",
            "fe80::1%eth0",
            "10.0.0.0/-1",
            "10.0.0.0/08x")) {
      assertThatThrownBy(() -> NetworkPrefix.parse(wrong))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> NetworkPrefix.parse("192.0.2.1/24"))
        .hasMessageContaining("192.0.2.0/24");
    assertThatThrownBy(() -> new AccessRules(List.of("10.0.0.0/8"), List.of("10.0.0.0/8")))
        .hasMessageContaining("both");
  }

  @Test
  void anAllowListShutsOutAllOthersAndADenyListNobodyElse() {
    Access allow = new Access(new AccessRules(List.of("10.0.0.0/8"), List.of("10.1.0.0/16")));
    assertThat(allow.permits(NetworkPrefix.parse("10.2.3.4"))).isTrue();
    assertThat(allow.permits(NetworkPrefix.parse("10.1.3.4"))).isFalse();
    assertThat(allow.permits(NetworkPrefix.parse("192.0.2.1"))).isFalse();
    assertThat(allow.permits(NetworkPrefix.parse("2001:db8::1"))).isFalse();
    Access deny = new Access(new AccessRules(List.of(), List.of("10.0.0.0/8")));
    assertThat(deny.permits(NetworkPrefix.parse("10.2.3.4"))).isFalse();
    assertThat(deny.permits(NetworkPrefix.parse("192.0.2.1"))).isTrue();
    assertThat(new Access(AccessRules.none()).permits(NetworkPrefix.parse("::1"))).isTrue();
  }

  @Test
  void aVisitorMayBurstThenGetsExactlyHisRate() throws Exception {
    GuardRules rules = rules(new TrafficLimits(0, 0, 10, 5, 0, 0, 0, 0, 32, 56));
    VisitorGuard visitor = guard.enter(InetAddress.ofLiteral("192.0.2.1"), rules).visitor();
    int passed = 0;
    for (int i = 0; i < 20; i++) {
      passed += visitor.admit(rules, "shop", 1) == Verdict.PASS ? 1 : 0;
    }
    assertThat(passed).isEqualTo(5);
    assertThat(visitor.retryAfterSeconds()).isEqualTo(1);
    for (int i = 0; i < 1000; i++) {
      time.addAndGet(TimeUnit.MILLISECONDS.toNanos(10));
      passed += visitor.admit(rules, "shop", 1) == Verdict.PASS ? 1 : 0;
    }
    assertThat(passed).isEqualTo(105);
    VisitorGuard other = guard.enter(InetAddress.ofLiteral("192.0.2.2"), rules).visitor();
    assertThat(other.admit(rules, "shop", 1)).isEqualTo(Verdict.PASS);
    assertThat(visitor.admit(rules, "other", 1)).isEqualTo(Verdict.PASS);
  }

  @Test
  void aRequestThatPassesAllocatesNothing() throws Exception {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    GuardRules rules =
        guard.rules(
            List.of(
                new SiteProtection(
                    "shop",
                    new AccessRules(List.of("192.0.2.0/24"), List.of("192.0.2.128/25")),
                    new TrafficLimits(1_000_000, 0, 1_000_000, 0, 9, 9, 99, 99, 24, 56))));
    VisitorGuard visitor = at(rules, "192.0.2.1");
    long passed = 0;
    long before = 0;
    int rounds = 200_000;
    for (int i = 0; i < 2 * rounds; i++) {
      if (i == rounds) {
        before = threads.getCurrentThreadAllocatedBytes();
      }
      time.addAndGet(10_000);
      passed += visitor.admit(rules, "shop", 10) == Verdict.PASS ? 1 : 0;
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(passed).isEqualTo(2L * rounds);
    assertThat(allocated).as("bytes for %s requests", rounds).isLessThan(rounds);
  }

  @Test
  void theWholeSitesRateHoldsForAllTogether() throws Exception {
    GuardRules rules = rules(new TrafficLimits(10, 3, 0, 0, 0, 0, 0, 0, 32, 56));
    int passed = 0;
    for (int i = 1; i < 20; i++) {
      VisitorGuard visitor = guard.enter(InetAddress.ofLiteral("192.0.2." + i), rules).visitor();
      passed += visitor.admit(rules, "shop", 1) == Verdict.PASS ? 1 : 0;
    }
    assertThat(passed).isEqualTo(3);
  }

  @Test
  void debtsOutliveAChangeOfRules() throws Exception {
    TrafficLimits limits = new TrafficLimits(0, 0, 1, 1, 0, 0, 0, 0, 32, 56);
    GuardRules rules = rules(limits);
    VisitorGuard visitor = guard.enter(InetAddress.ofLiteral("192.0.2.1"), rules).visitor();
    assertThat(visitor.admit(rules, "shop", 1)).isEqualTo(Verdict.PASS);
    GuardRules next = rules(limits);
    assertThat(visitor.admit(next, "shop", 1)).isEqualTo(Verdict.VISITOR_RATE);
  }

  @Test
  void connectionsAreCountedPerNetworkAndGivenBack() throws Exception {
    GuardRules rules = rules(new TrafficLimits(0, 0, 0, 0, 3, 2, 0, 0, 24, 56));
    VisitorGuard a = at(rules, "192.0.2.1");
    VisitorGuard b = at(rules, "192.0.2.2");
    VisitorGuard c = at(rules, "192.0.2.3");
    VisitorGuard d = at(rules, "198.51.100.1");
    VisitorGuard e = at(rules, "203.0.113.1");
    assertThat(a.admit(rules, "shop", 1)).isEqualTo(Verdict.PASS);
    assertThat(b.admit(rules, "shop", 1)).isEqualTo(Verdict.PASS);
    assertThat(c.admit(rules, "shop", 1)).isEqualTo(Verdict.VISITOR_CONNECTIONS);
    assertThat(d.admit(rules, "shop", 1)).isEqualTo(Verdict.PASS);
    assertThat(e.admit(rules, "shop", 1)).isEqualTo(Verdict.SITE_CONNECTIONS);
    assertThat(a.admit(rules, "shop", 1)).as("who is in stays in").isEqualTo(Verdict.PASS);
    a.close();
    assertThat(c.admit(rules, "shop", 1)).isEqualTo(Verdict.PASS);
    for (VisitorGuard each : List.of(b, c, d, e)) {
      each.close();
    }
    assertThat(rules.of("shop").state().connections).hasValue(0);
    assertThat(rules.of("shop").state().byNetwork).isEmpty();
    assertThat(rules.everywhere().state().byNetwork).isEmpty();
  }

  @Test
  void aConnectionThatGoesToAnotherSiteFreesItsPlace() throws Exception {
    GuardRules rules = rules(new TrafficLimits(0, 0, 0, 0, 1, 0, 0, 0, 32, 56));
    VisitorGuard a = at(rules, "192.0.2.1");
    VisitorGuard b = at(rules, "192.0.2.2");
    assertThat(a.admit(rules, "shop", 1)).isEqualTo(Verdict.PASS);
    assertThat(b.admit(rules, "shop", 1)).isEqualTo(Verdict.SITE_CONNECTIONS);
    assertThat(a.admit(rules, "other", 1)).isEqualTo(Verdict.PASS);
    assertThat(b.admit(rules, "shop", 1)).isEqualTo(Verdict.PASS);
  }

  @Test
  void uriAndBodyLimitsAreTheSitesOrTheModulesSmaller() throws Exception {
    GuardRules rules =
        guard.rules(
            List.of(
                new SiteProtection(
                    "shop",
                    AccessRules.none(),
                    new TrafficLimits(0, 0, 0, 0, 0, 0, 1000, 100, 32, 56)),
                new SiteProtection(
                    SiteProtection.EVERYWHERE,
                    AccessRules.none(),
                    new TrafficLimits(0, 0, 0, 0, 0, 0, 5000, 50, 32, 56))));
    VisitorGuard a = at(rules, "192.0.2.1");
    assertThat(a.admit(rules, "shop", 50)).isEqualTo(Verdict.PASS);
    assertThat(a.maxBodyBytes()).isEqualTo(1000);
    assertThat(a.admit(rules, "shop", 51)).isEqualTo(Verdict.URI_TOO_LONG_FOR_SITE);
    assertThat(a.admit(rules, "other", 50)).isEqualTo(Verdict.PASS);
    assertThat(a.maxBodyBytes()).isEqualTo(5000);
  }

  @Test
  void nobodyIsRidOfADebtByComingFromManyNetworks() {
    long start = time.get();
    RateTable table = new RateTable(64, 1, 2, start);
    Rate rate = rate(1, 1);
    long own = table.tag(0, 0, 1);
    assertThat(table.take(own, rate, start)).isZero();
    assertThat(table.take(own, rate, start)).isPositive();
    // Ten thousand other networks of the same attacker: each pays, too.
    int passed = 0;
    for (int i = 2; i < 10_000; i++) {
      passed += table.take(table.tag(0, 0, i), rate, start) == 0 ? 1 : 0;
    }
    assertThat(passed).as("no more than the table has places").isLessThan(table.size());
    assertThat(table.take(own, rate, start)).isPositive();
    // A second later all have paid.
    assertThat(table.take(own, rate, start + TimeUnit.SECONDS.toNanos(2))).isZero();
  }

  @Test
  void whatIsFullAgainIsGivenAwayFirst() {
    long start = time.get();
    RateTable table = new RateTable(16, 1, 2, start);
    Rate slow = rate(1, 3);
    long debtor = table.tag(0, 0, 1);
    for (int i = 0; i < 3; i++) {
      assertThat(table.take(debtor, slow, start)).isZero();
    }
    long later = start + TimeUnit.SECONDS.toNanos(1);
    Rate quick = rate(1000, 1);
    for (int i = 2; i < 200; i++) {
      // Each is full again before the next one comes.
      later += TimeUnit.MILLISECONDS.toNanos(2);
      assertThat(table.take(table.tag(0, 0, i), quick, later)).isZero();
    }
    assertThat(table.take(debtor, slow, later)).as("one token has come back").isZero();
    assertThat(table.take(debtor, slow, later)).as("not three").isPositive();
  }

  @Test
  void sipHashIsWhatAnotherImplementationSays() {
    Random random = new Random(7);
    for (int i = 0; i < 100; i++) {
      ByteBuffer key = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer text = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
      long[] words = random.longs(5).toArray();
      key.putLong(words[0]).putLong(words[1]);
      text.putLong(words[2]).putLong(words[3]).putLong(words[4]);
      org.bouncycastle.crypto.macs.SipHash other = new org.bouncycastle.crypto.macs.SipHash(1, 3);
      other.init(new KeyParameter(key.array()));
      other.update(text.array(), 0, 24);
      assertThat(SipHash.of(words[0], words[1], words[2], words[3], words[4]))
          .isEqualTo(other.doFinal());
    }
  }

  private static Rate rate(int perSecond, int burst) {
    return Objects.requireNonNull(Rate.of(perSecond, burst));
  }

  private GuardRules rules(TrafficLimits limits) {
    return guard.rules(List.of(new SiteProtection("shop", AccessRules.none(), limits)));
  }

  private VisitorGuard at(GuardRules rules, String address) {
    return guard.enter(InetAddress.ofLiteral(address), rules).visitor();
  }
}
