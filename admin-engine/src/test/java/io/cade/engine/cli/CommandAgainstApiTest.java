package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.SiteProtection;
import io.cade.agent.wire.TrafficReport;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.operate.LeasePlaces;
import io.cade.engine.pki.Identity;
import io.cade.engine.pki.ModuleAuthority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command against the engine's real API server, so that paths and fields cannot drift. */
@Timeout(120)
class CommandAgainstApiTest {
  @TempDir Path dir;
  private final InstantSource clock = InstantSource.fixed(Desk.NOW);
  private final TestWriter writer = new TestWriter(clock);
  private ServedDesk served;
  private Desk desk;
  private Path site;

  @BeforeEach
  void start() throws Exception {
    served =
        new ServedDesk(
            dir, ServedDesk.Wishes.of(writer, clock).withPlaces(CommandAgainstApiTest::leasePlace));
    desk = served.desk;
    site = Files.createDirectories(dir.resolve("site"));
    Files.writeString(site.resolve("index.html"), "hello");
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
  }

  /** Slots in 10.77.c.s, a pool in 10.20.0.0/24. */
  private static LeasePlaces.Place leasePlace(String address) {
    if (address.startsWith("10.77.1.")) {
      int slot = Integer.parseInt(address.substring(8));
      return new LeasePlaces.Place.Slot(new CardPosition(1, slot));
    }
    return address.startsWith("10.20.0.")
        ? new LeasePlaces.Place.Pool()
        : new LeasePlaces.Place.None();
  }

  private Desk.Outcome create(String name) {
    return desk.run(
        "service",
        "create",
        "--no-wait",
        name,
        "--host",
        name + ".example",
        "--cards",
        "1",
        "--content",
        site.toString());
  }

  private void given() {
    AlarmKey key = new AlarmKey(AlarmType.CARD_LOST, "card 1.7");
    writer.given(
        new Change.CardSeated(
            new CardPosition(1, 7), CardRole.SERVER, new MacAddress("02:00:00:00:01:07")),
        new Change.AlarmRaised(key, key.type().severity(), "no report for 9 s"));
  }

  @Test
  void everyShowIsAnswered() {
    given();
    for (String what :
        List.of("cards", "services", "sensors", "alarms", "proxies", "cabinet", "swaps")) {
      for (String format : List.of("--json", "--state=" + dir.resolve("state"))) {
        Desk.Outcome outcome = desk.run("show", what, format);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).isNotEmpty();
        assertThat(outcome.code()).isZero();
      }
    }
    assertThat(desk.run("show", "cards").out()).contains("1.7", "SERVER", "0 s ago");
    assertThat(desk.run("card", "show", "1.7").out()).contains("02:00:00:00:01:07");
    assertThat(desk.run("card", "show", "1.8").code()).isEqualTo(1);
    assertThat(desk.run("alarm", "history").out()).isEqualTo("no alarms in the history\n");
  }

  @Test
  void limitsAndAccessOfAServiceAreSetShownAndRefused() {
    assertThat(create("shop").code()).isZero();
    assertThat(desk.run("service", "limits", "shop").out()).contains("no limit", "IPv6 /56");
    Desk.Outcome set =
        desk.run("service", "limits", "shop", "--visitor-rate", "20", "--visitor-burst", "50");
    assertThat(set.err()).isEmpty();
    assertThat(set.out()).contains("20, 50 at once");
    assertThat(desk.run("service", "limits", "shop", "--max-body", "1000").out())
        .as("what is not given stays")
        .contains("20, 50 at once", "1000");
    assertThat(desk.run("service", "access", "shop", "--deny", "203.0.113.0/24").out())
        .contains("203.0.113.0/24");
    assertThat(
            desk.run(
                    "service",
                    "access",
                    "shop",
                    "--allow",
                    "203.0.113.0/24",
                    "--deny",
                    "10.0.0.0/8")
                .out())
        .containsPattern("allow +203.0.113.0/24")
        .containsPattern("deny +10.0.0.0/8");
    assertThat(desk.run("service", "access", "--everywhere", "--deny", "2001:db8::/32").code())
        .isZero();
    assertThat(writer.current().protectionOf("shop").limits().visitorRequestsPerSecond())
        .isEqualTo(20);
    assertThat(writer.current().protectionOf(SiteProtection.EVERYWHERE).access().deny())
        .containsExactly("2001:db8::/32");
    assertThat(desk.run("service", "access", "shop", "--clear", "--json").out())
        .contains("\"allow\"")
        .doesNotContain("203.0.113");
    assertThat(desk.run("service", "limits", "shop", "--none").out()).doesNotContain("at once");
    assertThat(writer.current().protection()).doesNotContainKey("shop");

    Desk.Outcome wrong = desk.run("service", "access", "shop", "--deny", "203.0.113.1/24");
    assertThat(wrong.code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(wrong.err()).contains("203.0.113.0/24 is meant");
    assertThat(desk.run("service", "limits", "shop", "--visitor-burst", "3").err())
        .contains("means nothing without");
    assertThat(desk.run("service", "limits", "shop", "--ipv4-prefix", "40").err())
        .contains("8 to 32");
    assertThat(desk.run("service", "access", "shop", "--remove", "10.0.0.0/8").err())
        .contains("nothing to remove");
    assertThat(desk.run("service", "limits", "nothing", "--rate", "3").code()).isEqualTo(1);
    assertThat(desk.run("service", "limits").code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(desk.run("service", "limits", "shop", "--everywhere").code())
        .isEqualTo(ExitCode.USAGE.code());
  }

  @Test
  void trafficIsShownBySiteAndCard() {
    assertThat(create("shop").code()).isZero();
    TrafficReport.TrafficCount count =
        new TrafficReport.TrafficCount(
            42, 1, 2048, 1 << 20, List.of(0L, 40L, 0L, 2L, 0L), List.of(80L, 42L));
    served.observations.heard(
        new ProxyReport(
            new CardPosition(0, 4),
            "boot",
            1,
            List.of(),
            List.of(
                new TrafficReport(
                    "shop",
                    1,
                    count,
                    List.of(new TrafficReport.CardTraffic(new CardPosition(1, 3), count)),
                    7,
                    21,
                    0)),
            List.of(new TrafficReport.Refusal("VISITOR_RATE", 7)),
            List.of()),
        clock.instant());
    writer.given(served.observations.traffic().takeUnrecorded().toArray(Change[]::new));
    assertThat(desk.run("show", "traffic").out()).contains("shop", "1.3", "42", "50 %");
    assertThat(desk.run("show", "traffic", "--site", "shop", "--json").out())
        .contains("\"requests\" : 42", "\"refused\" : 7", "\"remoteRequests\" : 21");
    assertThat(desk.run("show", "traffic", "--card", "1.3").out()).contains("1.3");
    assertThat(desk.run("show", "traffic", "--card", "1.4").out()).doesNotContain("shop");
    assertThat(desk.run("show", "traffic", "--card", "x").code()).isEqualTo(2);
    assertThat(desk.run("show", "traffic", "--site", "nothing").code()).isEqualTo(1);
    assertThat(desk.run("show", "refusals").out()).contains("0.4", "VISITOR_RATE", "7");
  }

  @Test
  void anAlarmIsAcknowledgedInTheOperatorsName() {
    given();
    long sequence = writer.current().alarms().values().iterator().next().sequence();
    assertThat(desk.run("alarm", "list").out()).contains("card 1.7", "no report for 9 s");
    assertThat(desk.run("alarm", "ack", Long.toString(sequence)).err()).isEmpty();
    assertThat(desk.run("alarm", "list").out()).contains(PeerEngine.USER);
    assertThat(desk.run("alarm", "ack", "4711").code()).isEqualTo(1);
  }

  @Test
  void aServiceLivesFromCreateToDelete() {
    Desk.Outcome created = create("shop");
    assertThat(created.err()).isEmpty();
    assertThat(created.out()).contains("shop", "PARAMETERS", "shop.example");
    assertThat(desk.run("service", "list").out()).contains("shop", "0/1");
    assertThat(create("shop").code()).isEqualTo(ExitCode.CONFLICT.code());
    assertThat(desk.run("service", "delete", "shop", "--no-wait").out()).contains("REMOVING");
    assertThat(desk.run("service", "delete", "nothing").code()).isEqualTo(1);
  }

  @Test
  void aCertificateIsShownTakenInRefusedAndRemoved() throws Exception {
    create("shop");
    assertThat(desk.run("service", "certificate", "shop").out())
        .contains("built-in", "shop.example");
    Identity own =
        ModuleAuthority.open(dir.resolve("another"), InstantSource.system(), new SecureRandom())
            .site("shop", List.of("shop.example"));
    Path chain = Files.writeString(dir.resolve("chain.pem"), own.certificateChainPem());
    Path key = Files.writeString(dir.resolve("key.pem"), own.privateKeyPem());
    Desk.Outcome taken =
        desk.run(
            "service", "certificate", "shop", "--chain", chain.toString(), "--key", key.toString());
    assertThat(taken.err()).isEmpty();
    assertThat(taken.out()).contains("uploaded").doesNotContain("PRIVATE");
    assertThat(desk.run("service", "certificate", "shop").out()).contains("uploaded");
    Files.writeString(key, served.authority.site("shop", List.of("shop.example")).privateKeyPem());
    Desk.Outcome refused =
        desk.run(
            "service", "certificate", "shop", "--chain", chain.toString(), "--key", key.toString());
    assertThat(refused.code()).isNotZero();
    assertThat(refused.err()).contains("the key does not belong to the first certificate");
    assertThat(desk.run("service", "certificate", "shop", "--chain", chain.toString()).code())
        .isEqualTo(ExitCode.USAGE.code());
    assertThat(desk.run("service", "certificate", "shop", "--remove").out()).contains("built-in");
    assertThat(desk.run("service", "certificate", "shop", "--remove").code()).isEqualTo(1);
    assertThat(desk.run("service", "certificate", "nothing").code()).isEqualTo(1);
  }

  @Test
  void aCertificateIsOrderedAndRemovedAndBothAreOnRecord() throws Exception {
    create("shop");
    Desk.Outcome ordered = desk.run("service", "certificate", "shop", "--acme");
    assertThat(ordered.err()).isEmpty();
    assertThat(ordered.out())
        .contains("built-in", "ordered once the service is announced", "next try");
    assertThat(desk.run("service", "certificate", "shop", "--json").out())
        .contains("\"nextTry\"", "ordered once the service is announced");
    assertThat(desk.run("service", "certificate", "shop", "--remove").out())
        .doesNotContain("ordered");
    assertThat(desk.run("service", "certificate", "shop", "--remove").code()).isEqualTo(1);
    assertThat(desk.run("service", "certificate", "shop", "--acme", "--remove").code())
        .isEqualTo(ExitCode.USAGE.code());
    assertThat(desk.run("service", "certificate", "nothing", "--acme").code()).isEqualTo(1);
  }

  @Test
  void anUploadedCertificateEndsTheOrder() throws Exception {
    create("shop");
    assertThat(desk.run("service", "certificate", "shop", "--acme").code()).isZero();
    Identity own =
        ModuleAuthority.open(dir.resolve("another"), InstantSource.system(), new SecureRandom())
            .site("shop", List.of("shop.example"));
    Path chain = Files.writeString(dir.resolve("chain.pem"), own.certificateChainPem());
    Path key = Files.writeString(dir.resolve("key.pem"), own.privateKeyPem());
    assertThat(
            desk.run(
                    "service",
                    "certificate",
                    "shop",
                    "--chain",
                    chain.toString(),
                    "--key",
                    key.toString())
                .out())
        .contains("uploaded")
        .doesNotContain("ordered");
  }

  @Test
  void aServicesSettingsAreSetShownAndRefused() {
    assertThat(create("shop").code()).isZero();
    Desk.Outcome set =
        desk.run("service", "set", "shop", "balancing=weighted", "weight@1.3=5", "slow-start=30s");
    assertThat(set.err()).isEmpty();
    assertThat(set.out()).contains("balancing", "weighted", "weight@1.3", "slow-start", "30s");
    Desk.Outcome wrong = desk.run("service", "set", "shop", "balancing=best", "queue=many");
    assertThat(wrong.code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(wrong.err())
        .contains("balancing is 'best'; allowed: round-robin", "queue is 'many'; allowed: 0 to");
    assertThat(desk.run("service", "set", "shop", "balancing").code())
        .isEqualTo(ExitCode.USAGE.code());
    assertThat(desk.run("service", "set", "nothing", "queue=1").code()).isEqualTo(1);
    assertThat(desk.run("service", "set", "shop", "slow-start=").out())
        .doesNotContain("slow-start");
    assertThat(desk.run("service", "settings", "shop").out())
        .containsPattern("balancing +weighted")
        .containsPattern("slow-start +0s")
        .containsPattern("check-path +proxy");
    Desk.Outcome created =
        desk.run(
            "service",
            "create",
            "--no-wait",
            "news",
            "--host",
            "news.example",
            "--cards",
            "1",
            "--content",
            site.toString(),
            "--set",
            "affinity=cookie",
            "--set",
            "queue=7");
    assertThat(created.err()).isEmpty();
    assertThat(created.out()).containsPattern("affinity +cookie").containsPattern("queue +7");
    assertThat(
            desk.run(
                    "service",
                    "create",
                    "--no-wait",
                    "bad",
                    "--host",
                    "bad.example",
                    "--cards",
                    "1",
                    "--content",
                    site.toString(),
                    "--set",
                    "affinity=always")
                .err())
        .contains("affinity is 'always'; allowed: none, cookie");
  }

  /** A proxy that is up, and uses routes of this version. */
  private void proxy(int slot, long routes) {
    CardPosition at = new CardPosition(0, slot);
    writer.given(
        new Change.CardSeated(at, CardRole.PROXY, new MacAddress("02:00:00:00:00:0" + slot)),
        new Change.CardStateChanged(at, CardState.BOOTING, "asked"),
        new Change.CardStateChanged(at, CardState.AVAILABLE, "introduced"));
    served.observations.heardRoutesInUse(at, routes);
  }

  @Test
  void howManyProxiesUseTheRoutesIsToldRightAfterAChange() {
    assertThat(create("shop").out()).containsPattern("proxies +0/0");
    proxy(4, 7);
    proxy(5, 6);
    served.routes =
        new RouteSnapshot(
            7,
            List.of(new RouteSnapshot.SiteRoute("shop", List.of("a.example"), List.of(), "", "")));
    assertThat(desk.run("service", "show", "shop").out()).containsPattern("proxies +1/2");
    assertThat(desk.run("service", "set", "shop", "queue=7").out())
        .containsPattern("proxies +1/2")
        .containsPattern("queue +7");
    assertThat(desk.run("service", "stop", "shop").out()).containsPattern("proxies +1/2");
    assertThat(desk.run("service", "start", "shop", "--json").out())
        .contains("\"proxiesServing\" : 1", "\"proxies\" : 2");
    assertThat(create("news").out()).containsPattern("proxies +0/2");
    assertThat(desk.run("service", "delete", "shop", "--no-wait").out())
        .contains("REMOVING")
        .containsPattern("proxies +1/2");
  }

  @Test
  void refusedAssignmentsSayWhy() {
    given();
    assertThat(desk.run("card", "assign", "1.8", "shop").err()).contains("no card was ever seen");
    assertThat(desk.run("card", "assign", "0.4", "shop").err()).contains("carries no services");
    assertThat(desk.run("card", "assign", "1.7", "nothing").code()).isEqualTo(1);
    assertThat(desk.run("card", "assign", "1.7").code()).isEqualTo(2);
    assertThat(desk.run("card", "release", "0.4").err()).contains("carries no services");
  }

  @Test
  void aCardIsDrainedAndBackInServiceByCommand() {
    given();
    served.observations.heard(
        new Report(new CardPosition(1, 7), "b1", List.of(), List.of(), null), clock.instant());
    Desk.Outcome drained = desk.run("card", "drain", "1.7", "--deadline", "30s");
    assertThat(drained.err()).isEmpty();
    assertThat(drained.out()).contains("drained", "0 running, bound visitors until");
    assertThat(drained.out())
        .as("with what the card said last")
        .containsPattern("last heard +\\d+ s ago");
    assertThat(writer.current().card(new CardPosition(1, 7)).orElseThrow().drain())
        .satisfies(drain -> assertThat(drain.until()).isEqualTo(drain.since().plusSeconds(30)));
    assertThat(desk.run("card", "show", "1.7").out()).contains("drained");
    assertThat(desk.run("card", "undrain", "1.7").out()).doesNotContain("drained");
    assertThat(writer.current().card(new CardPosition(1, 7)).orElseThrow().drain()).isNull();
    assertThat(desk.run("card", "drain", "1.8").code()).isEqualTo(1);
    assertThat(desk.run("card", "drain", "0.4").err()).contains("management card");
    assertThat(desk.run("card", "drain", "1.7", "--deadline", "soon").err())
        .contains("not a duration like 30s");
  }

  @Test
  void aRefusalInTheMiddleOfALongUploadIsHeard() throws Exception {
    assertThat(create("shop").code()).isZero();
    byte[] noise = new byte[24 << 20];
    new Random(1).nextBytes(noise);
    Files.write(site.resolve("noise"), noise);
    Desk.Outcome outcome = create("shop");
    assertThat(outcome.err()).contains("shop").hasLineCount(1);
    assertThat(outcome.code()).isEqualTo(ExitCode.CONFLICT.code());
  }

  private Desk.Outcome importLeases(String... lines) throws Exception {
    Path file = dir.resolve("leases.csv");
    Files.writeString(
        file,
        "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,"
            + "user_context\n"
            + String.join("\n", lines)
            + "\n");
    return desk.run("lease", "import", file.toString());
  }

  @Test
  void leasesComeFromKeaAndGoBack() throws Exception {
    long later = Desk.NOW.getEpochSecond() + 3600;
    assertThat(desk.run("lease", "list").out()).isEqualTo("no address is leased\n");
    Desk.Outcome imported =
        importLeases(
            "10.77.1.3,02:00:00:00:01:03,,3600," + later + ",1,0,0,,0,",
            "10.77.1.4,02:00:00:00:01:04,,3600," + (later - 7200) + ",1,0,0,,0,",
            // Given back later, as the journal says in its last line.
            "10.77.1.5,02:00:00:00:01:05,,3600," + later + ",1,0,0,,0,",
            "10.77.1.5,02:00:00:00:01:05,,0," + later + ",1,0,0,,0,",
            "10.20.0.9,02:00:00:00:02:09,01:02:aa,600," + later + ",7,1,1,guest&#x2cone,0,",
            "10.20.0.10,,,600," + later + ",7,0,0,,1,{ \"a\": 1&#x2c \"b\": 2 }");
    assertThat(imported.err()).isEmpty();
    assertThat(imported.out())
        .isEqualTo("3 leases imported, 0 were there already, 1 has expired\n");
    assertThat(desk.run("lease", "list").out())
        .contains("10.77.1.3", "1.3", "02:00:00:00:01:03", "guest,one", "locked")
        .doesNotContain("10.77.1.4", "10.77.1.5");

    Path file = dir.resolve("exported.csv");
    assertThat(desk.run("lease", "export", file.toString()).out()).contains("3 leases are in");
    assertThat(Files.readString(file))
        .contains(
            "10.77.1.3,02:00:00:00:01:03,,3600," + later + ",1,0,0,,0,{ \"position\": \"1.3\" }")
        .contains("10.20.0.9,02:00:00:00:02:09,01:02:aa,3600," + later)
        .contains("guest&#x2cone,0,");
    assertThat(desk.run("lease", "import", file.toString()).out())
        .isEqualTo("0 leases imported, 3 were there already, 0 have expired\n");
    assertThat(importLeases("10.77.1.6,02:00:00:00:01:06,,3600," + later + ",1,0,0,,0,").out())
        .isEqualTo("1 lease imported, 0 were there already, 0 have expired\n");
  }

  @Test
  void anImportWithOneBadLineChangesNothingAndNamesTheLine() throws Exception {
    long later = Desk.NOW.getEpochSecond() + 3600;
    String good = "10.77.1.3,02:00:00:00:01:03,,3600," + later + ",1,0,0,,0,";
    for (String bad :
        List.of(
            "10.9.9.9,02:00:00:00:01:04,,3600," + later + ",1,0,0,,0,",
            "10.77.1.4,02:00:00:00:01:04,,3600,soon,1,0,0,,0,",
            "10.77.1.4,02:00:00:00:01,,3600," + later + ",1,0,0,,0,",
            "10.77.1.4,,,3600," + later + ",1,0,0,,0,",
            "10.77.1.400,02:00:00:00:01:04,,3600," + later + ",1,0,0,,0,",
            "10.77.1.4,02:00:00:00:01:04,zz,3600," + later + ",1,0,0,,0,",
            "10.77.1.4")) {
      Desk.Outcome outcome = importLeases(good, bad);
      assertThat(outcome.code()).as(bad).isEqualTo(ExitCode.FAILED.code());
      assertThat(outcome.err()).contains("line 3: ", "Nothing was done");
    }
    // One card cannot have two slots, nor a slot two cards.
    assertThat(importLeases(good, good.replace("1.3,", "1.4,")).err())
        .contains("line 3: 10.77.1.4 cannot be taken over", "has a lease in slot 1.3");
    assertThat(writer.current().leases()).isEmpty();
    assertThat(importLeases(good).code()).isZero();
    Desk.Outcome taken = importLeases(good.replace("01:03", "01:09"));
    assertThat(taken.code()).isEqualTo(ExitCode.CONFLICT.code());
    assertThat(taken.err()).contains("line 2: ", "slot 1.3 is leased to 02:00:00:00:01:03");
  }
}
