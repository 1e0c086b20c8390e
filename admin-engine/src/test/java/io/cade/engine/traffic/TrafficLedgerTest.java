package io.cade.engine.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.LatencyBuckets;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.TrafficReport;
import io.cade.agent.wire.TrafficReport.CardTraffic;
import io.cade.agent.wire.TrafficReport.TrafficCount;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Change;
import io.cade.engine.model.ServiceDefinition;
import io.cade.engine.model.ServiceTraffic;
import io.cade.engine.model.TrafficTotals;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TrafficLedgerTest {
  private static final CardPosition P4 = new CardPosition(0, 4);
  private static final CardPosition CARD = new CardPosition(1, 3);

  private Instant now = Instant.parse("2026-11-21T10:00:00Z");
  private TrafficLedger ledger = new TrafficLedger();
  private Cabinet cabinet = with(Cabinet.empty(), created());

  private static Change created() {
    return new Change.ServiceCreated(
        7, new ServiceDefinition("shop", "static-site", List.of("shop.example"), 1, "sha256:00"));
  }

  private Cabinet with(Cabinet from, Change... changes) {
    CabinetBuilder builder = new CabinetBuilder(from);
    for (Change change : changes) {
      builder.apply(change, now);
    }
    return builder.freeze(from.position() + 1);
  }

  private static ProxyReport report(
      CardPosition proxy, String boot, long generation, long requests, long bytes, long micros) {
    TrafficCount count =
        new TrafficCount(
            requests,
            0,
            0,
            bytes,
            List.of(0L, requests, 0L, 0L, 0L),
            List.of((long) LatencyBuckets.of(micros), requests));
    return new ProxyReport(
        proxy,
        boot,
        1,
        List.of(),
        List.of(
            new TrafficReport(
                "shop", generation, count, List.of(new CardTraffic(CARD, count)), 0, 0, 0)),
        List.of(),
        List.of());
  }

  private void record() {
    cabinet = with(cabinet, ledger.takeUnrecorded().toArray(Change[]::new));
  }

  private ServiceTraffic traffic(int index) {
    return Objects.requireNonNull(cabinet.traffic().get(index));
  }

  private TrafficTotals totals() {
    return traffic(7).totals();
  }

  @Test
  void whatIsSaidTwiceCountsOnceAndARestartedProxyAdds() {
    ledger.heard(report(P4, "a", 1, 10, 100, 1_000), now);
    ledger.heard(report(P4, "a", 1, 10, 100, 1_000), now);
    record();
    assertThat(totals().requests()).isEqualTo(10);
    record();
    ledger.heard(report(P4, "a", 1, 25, 250, 1_000), now);
    record();
    assertThat(totals().requests()).isEqualTo(25);
    ledger.heard(report(P4, "b", 1, 3, 30, 1_000), now);
    record();
    assertThat(totals().requests()).isEqualTo(28);
    assertThat(totals().bytesOut()).isEqualTo(280);
    // Counted anew within one boot, and by now beyond where it was.
    ledger.heard(report(P4, "b", 2, 5, 50, 1_000), now);
    record();
    assertThat(totals().requests()).isEqualTo(33);
  }

  @Test
  void totalsNeverGoBackAndAreExactWhateverIsLostRepeatedOrRestarted() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    long truth = 0;
    long count = 0;
    int boot = 0;
    long before = 0;
    for (int step = 0; step < 2_000; step++) {
      long more = random.nextInt(5);
      count += more;
      truth += more;
      if (random.nextInt(3) > 0) {
        ledger.heard(report(P4, "boot" + boot, 1, count, count, 500), now);
      }
      if (random.nextInt(4) == 0) {
        record();
      }
      if (random.nextInt(50) == 0) { // the engine loses what is not on record
        ledger = new TrafficLedger();
        ledger.restored(cabinet);
      }
      if (random.nextInt(80) == 0) { // the proxy stops in order, with its last report
        ledger.heard(report(P4, "boot" + boot, 1, count, count, 500), now);
        record();
        boot++;
        count = 0;
      }
      assertThat(totals().requests()).isBetween(before, truth);
      before = totals().requests();
    }
    ledger.heard(report(P4, "boot" + boot, 1, count, count, 500), now);
    record();
    assertThat(totals().requests()).isEqualTo(truth);
  }

  @Test
  void aServiceMadeAnewDoesNotPayForItsForerunnerWhoseBillStays() {
    ledger.heard(report(P4, "a", 1, 10, 100, 1_000), now);
    record();
    cabinet = with(cabinet, new Change.ServiceDeleted("shop"));
    ledger.heard(report(P4, "a", 1, 12, 120, 1_000), now);
    record();
    ServiceTraffic old = traffic(7);
    assertThat(old.totals().requests()).isEqualTo(12);
    assertThat(old.until()).isEqualTo(now);
    cabinet =
        with(
            cabinet,
            new Change.ServiceCreated(
                8,
                new ServiceDefinition(
                    "shop", "static-site", List.of("shop.example"), 1, "sha256:00")));
    ledger.heard(report(P4, "a", 1, 15, 150, 1_000), now);
    record();
    assertThat(traffic(8).totals().requests()).isEqualTo(3);
    assertThat(traffic(7).totals().requests()).isEqualTo(12);
  }

  @Test
  void framesForgetWhatIsOlder() {
    long requests = 0;
    for (int second = 0; second < 7200; second += 5) {
      requests += 5;
      ledger.heard(report(P4, "a", 1, requests, 10 * requests, 2_000), now);
      now = now.plusSeconds(5);
    }
    now = now.minusSeconds(1);
    TrafficLedger.SitePart site = ledger.site("shop", now);
    assertThat(site.lately().minute().requests()).isEqualTo(60);
    assertThat(site.lately().fiveMinutes().requests()).isEqualTo(300);
    assertThat(site.lately().hour().requests()).isEqualTo(3600);
    assertThat(site.lately().day().requests()).isEqualTo(7200);
    assertThat(site.lately().minute().bytes()).isEqualTo(600);
    assertThat(site.lately().p50Micros()).isBetween(1_900L, 2_200L);
    assertThat(site.cards())
        .singleElement()
        .satisfies(c -> {
          assertThat(c.position()).isEqualTo(CARD);
          assertThat(c.requests()).isEqualTo(7200);
          assertThat(c.lately().minute().requests()).isEqualTo(60);
        });
    now = now.plusSeconds(3600);
    assertThat(ledger.site("shop", now).lately().hour().requests()).isZero();
    assertThat(ledger.site("shop", now).lately().day().requests()).isEqualTo(7200);
    assertThat(ledger.site("shop", now).lately().p50Micros()).isZero();
    now = now.plusSeconds(86400);
    assertThat(ledger.site("shop", now).lately().day().requests()).isZero();
  }

  @Test
  void countsOfBeforeTheEnginesStartBelongToNoFrame() {
    ledger.heard(report(P4, "a", 1, 1000, 0, 1_000), now);
    record();
    ledger = new TrafficLedger();
    ledger.restored(cabinet);
    ledger.heard(report(P4, "a", 1, 1010, 0, 1_000), now);
    assertThat(ledger.site("shop", now).lately().minute().requests()).isZero();
    ledger.heard(report(P4, "a", 1, 1015, 0, 1_000), now);
    assertThat(ledger.site("shop", now).lately().minute().requests()).isEqualTo(5);
    record();
    assertThat(totals().requests()).isEqualTo(1015);
  }

  @Test
  void aFailedRecordIsMadeUpFor() {
    ledger.heard(report(P4, "a", 1, 10, 0, 1_000), now);
    assertThat(ledger.takeUnrecorded()).hasSize(1);
    ledger.notRecorded();
    record();
    assertThat(totals().requests()).isEqualTo(10);
    assertThat(ledger.takeUnrecorded()).isEmpty();
  }
}
