package io.cade.sim.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main job from end to end: {@code ./cade demo} and what its users do with it, in the order in
 * which they would. One cabinet for all tests; each leaves it whole.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class DemoIT {
  private static final String SHOP = "www.shop.example";
  private static final String NEWS = "www.news.example";
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Duration END = Duration.ofSeconds(15);

  /** How long visits go on at least after an event, so that there are some to judge. */
  private static final long SEEN_AFTER = TimeUnit.MILLISECONDS.toNanos(1500);

  @TempDir static @Nullable Path temp;
  private @Nullable RunningDemo running;
  private @Nullable TrapReceiver traps;

  @BeforeAll
  void startTheCabinet() throws Exception {
    Path folder = folder();
    int offset = Ports.freeOffset();
    if (Run.installed("snmptrapd")) {
      traps = TrapReceiver.start(folder.resolve("traps"), 1162 + offset);
    }
    running = RunningDemo.start(folder.resolve("state"), offset, folder.resolve("output"));
    System.out.println("demo: " + last(demo().lines()));
  }

  @AfterAll
  void endEverything() throws Exception {
    RunningDemo demo = running;
    if (demo != null) {
      demo.close();
    }
    TrapReceiver receiver = traps;
    if (receiver != null) {
      receiver.close();
    }
  }

  @Test
  @Order(1)
  void endpointsTellWhereEverythingIs() throws Exception {
    JsonNode endpoints = demo().endpoints();
    for (String key :
        List.of(
            "http", "https", "admin", "snmp", "trap", "dhcp", "tftp", "bootHttp", "ftp", "pop3")) {
      assertThat(endpoints.path(key).asText()).as(key).matches("127\\.0\\.0\\.1:\\d{4,5}");
    }
    assertThat(demo().port("http")).isEqualTo(8080 + demo().offset());
    assertThat(demo().port("trap")).isEqualTo(1162 + demo().offset());
    assertThat(endpoints.path("user").asText()).isEqualTo("operator");
    JsonNode pids = endpoints.path("pids");
    Set<Long> different = new HashSet<>();
    for (String role : List.of("engine", "balancer", "proxy-4", "proxy-5", "sim", "demo")) {
      long pid = pids.path(role).asLong();
      assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).as(role).isPresent();
      different.add(pid);
    }
    assertThat(different).hasSize(6);
    assertThat(endpoints.path("snmp3").path("user").asText()).isEqualTo("operator");
    for (String file :
        List.of(
            demo().state().resolve("endpoints.json").toString(),
            endpoints.path("passwordFile").asText(),
            endpoints.path("communityFile").asText(),
            endpoints.path("snmp3").path("passphraseFile").asText())) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(file))))
          .as(file)
          .isEqualTo("rw-------");
    }
    assertThat(demo().text())
        .contains("engine is ready", "cards available 28/28", "site " + SHOP + " answers")
        .containsPattern("READY in \\d+\\.\\d s")
        .doesNotContain(demo().secret("passwordFile"));
  }

  @Test
  @Order(2)
  void visitorsReachBothSitesAndNeverSeeTheInside() throws Exception {
    int http = demo().port("http");
    Visit shop = Visit.get(http, SHOP, "/");
    assertThat(shop.status()).isEqualTo(200);
    assertThat(shop.body()).contains("<h1>The Example Shop</h1>");
    Visit news = Visit.get(http, NEWS, "/");
    assertThat(news.status()).isEqualTo(200);
    assertThat(news.body()).isNotEqualTo(shop.body());
    Visit unknown = Visit.get(http, "nobody.example", "/");
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.body()).contains("nobody.example");
    Visit missing = Visit.get(http, SHOP, "/no-such-page");
    assertThat(missing.status()).isEqualTo(404);
    for (Visit visit : List.of(shop, news, unknown, missing)) {
      assertThat(visit.head() + visit.body()).doesNotContain("127.1.").doesNotContain("8000");
    }
    assertThat(
            Visit.certificate(demo().port("https"), SHOP, demo().authority())
                .getIssuerX500Principal())
        .isEqualTo(Visit.authority(demo().authority()).getSubjectX500Principal());
  }

  @Test
  @Order(3)
  void curlReachesTheSitesWithAndWithoutTls() throws Exception {
    assumeTrue(Run.installed("curl"), "needs curl (package curl)");
    Run.Result plain =
        curl("-i", "-H", "Host: " + SHOP, "http://127.0.0.1:" + demo().port("http") + "/");
    assertThat(plain.exit()).as(plain.toString()).isZero();
    assertThat(plain.out()).startsWith("HTTP/1.1 200").contains("The Example Shop");
    int https = demo().port("https");
    String site = "https://" + SHOP + ":" + https + "/";
    String where = SHOP + ":" + https + ":127.0.0.1";
    String authority = demo().authority().toString();
    Run.Result tls = curl("--cacert", authority, "--resolve", where, site);
    assertThat(tls.exit()).as(tls.toString()).isZero();
    assertThat(tls.out()).contains("The Example Shop");
    Run.Result http2 =
        curl(
            "--http2",
            "-o",
            "/dev/null",
            "-w",
            "%{http_version} %{http_code}",
            "--cacert",
            authority,
            "--resolve",
            where,
            site);
    assertThat(http2.out()).as(http2.toString()).isEqualTo("2 200");
    assertThat(curl("--resolve", where, site).exit())
        .as("without the authority's certificate")
        .isEqualTo(60);
  }

  @Test
  @Order(4)
  void curlFetchesFilesAndMailOfASite() throws Exception {
    assumeTrue(Run.installed("curl"), "needs curl (package curl)");
    String ann = "ann@" + SHOP + ":" + demo().secret("visitorPasswordFile");
    String authority = demo().authority().toString();
    int ftp = demo().port("ftp");
    String site = SHOP + ":" + ftp;
    Run.Result file =
        curl(
            "--ssl-reqd",
            "--cacert",
            authority,
            "--connect-to",
            site + ":127.0.0.1:" + ftp,
            "--user",
            ann,
            "ftp://" + site + "/index.html");
    assertThat(file.exit()).as(file.toString()).isZero();
    assertThat(file.out()).contains("The Example Shop");
    Run.Result mail = curl("--user", ann, "pop3://127.0.0.1:" + demo().port("pop3") + "/1");
    assertThat(mail.exit()).as(mail.toString()).isZero();
    assertThat(mail.out()).contains("Subject:");
    int pop3s = demo().port("pop3s");
    Run.Result secure =
        curl(
            "--cacert",
            authority,
            "--resolve",
            SHOP + ":" + pop3s + ":127.0.0.1",
            "--user",
            ann,
            "pop3s://" + SHOP + ":" + pop3s + "/1");
    assertThat(secure.out()).as(secure.toString()).isEqualTo(mail.out());
    assertThat(curl("--user", ann + "x", "pop3://127.0.0.1:" + demo().port("pop3") + "/1").exit())
        .as("with a wrong password")
        .isEqualTo(67);
  }

  @Test
  @Order(4)
  void drainedCardGetsNoMoreRequestsAndNobodyNotices() throws Exception {
    String at = shopCard(0);
    try (Visitors visitors = Visitors.of(demo().port("http"), SHOP)) {
      does("card", "drain", at);
      long[] mark = {-1, 0};
      Patience.until(
          "requests go on, but none to the drained card",
          LIMIT,
          () -> {
            long here = requests(at);
            long all = requests("");
            if (here != mark[0]) {
              mark[0] = here;
              mark[1] = all;
            }
            return all - mark[1] > 100 ? "" : here + " of " + all;
          });
      does("card", "undrain", at);
      Patience.until(
          "the card gets requests again",
          LIMIT,
          () -> requests(at) > mark[0] ? "" : demo().json("show", "proxies").toString());
      assertThat(visitors.end()).allMatch(Visitors.Seen::good);
    }
  }

  /** Requests that the proxies have given to a card of the shop; to all when it is empty. */
  private long requests(String position) throws Exception {
    return StreamSupport.stream(demo().json("show", "proxies").spliterator(), false)
        .filter(proxy -> proxy.path("role").asText().equals("PROXY"))
        .flatMap(proxy -> StreamSupport.stream(proxy.path("backends").spliterator(), false))
        .filter(backend -> backend.path("service").asText().equals("shop"))
        .filter(b -> position.isEmpty() || b.path("position").asText().equals(position))
        .mapToLong(backend -> backend.path("requests").asLong())
        .sum();
  }

  private static Run.Result curl(String... arguments) throws Exception {
    List<String> words = new ArrayList<>(List.of("curl", "-sS", "-m", "30"));
    words.addAll(List.of(arguments));
    return Run.command(words);
  }

  @Test
  @Order(4)
  void theOperatorsCommandsShowTheCabinet() throws Exception {
    Map<String, Integer> states = new TreeMap<>();
    for (JsonNode card : demo().json("show", "cards")) {
      if (card.path("role").asText().equals("SERVER")) {
        states.merge(card.path("state").asText(), 1, Integer::sum);
      }
    }
    assertThat(states).isEqualTo(Map.of("AVAILABLE", 24, "RUNNING", 4));
    for (List<String> words :
        List.of(
            List.of("show", "cards"),
            List.of("show", "services"),
            List.of("show", "sensors"),
            List.of("show", "alarms"),
            List.of("alarm", "list"))) {
      Run.Result json = demo().cade(words.get(0), words.get(1), "--json");
      System.out.printf("%s --json: %d ms%n", String.join(" ", words), json.wall().toMillis());
      assertThat(json.exit()).as(json.toString()).isZero();
      assertThat(json.err()).isEmpty();
      assertThat(JsonMapper.builder().build().readTree(json.out()).isArray()).isTrue();
    }
    Run.Result table = demo().cade("show", "cards");
    assertThat(table.exit()).isZero();
    assertThat(table.out()).startsWith("CARD ").contains("2.14  SERVER", "127.1.2.14");
    Run.Result unknown = demo().cade("show", "unicorns");
    assertThat(unknown.exit()).isEqualTo(2);
    assertThat(unknown.errors()).hasSize(1);
    Run.Result nowhere = Run.cade("show", "cards", "--state", "/nonexistent");
    assertThat(nowhere.exit()).isEqualTo(3);
    assertThat(nowhere.errors()).hasSize(1);
    assertThat(nowhere.err()).contains("/nonexistent");
  }

  @Test
  @Order(5)
  void anSnmpManagerReadsTheCabinetAndMayNotWriteByCommunity() throws Exception {
    assumeTrue(Run.installed("snmpwalk"), "needs snmpwalk (package snmp)");
    int port = demo().port("snmp");
    List<String> v2c = SnmpTools.v2c(demo().secret("communityFile"));
    List<String> v3 =
        SnmpTools.v3(
            "operator",
            Files.readString(
                    Path.of(demo().endpoints().path("snmp3").path("passphraseFile").asText()))
                .strip());
    for (List<String> as : List.of(v2c, v3)) {
      assertThat(SnmpTools.walk(as, port, SnmpTools.SYSTEM).get(SnmpTools.SYSTEM + ".1.0"))
          .contains("Cade");
      assertThat(SnmpTools.walk(as, port, SnmpTools.CADE)).hasSizeGreaterThan(300);
      Map<String, String> cards = SnmpTools.walk(as, port, SnmpTools.CARD_STATE);
      assertThat(cards)
          .hasSize(28)
          .containsEntry(SnmpTools.CARD_STATE + "." + shopCard(0), "INTEGER: 6");
      assertThat(SnmpTools.walk(as, port, SnmpTools.SERVICES).values())
          .anyMatch(v -> v.contains("shop"))
          .anyMatch(v -> v.contains("news"));
    }
    Map<String, String> before = SnmpTools.walk(v2c, port, SnmpTools.SENSOR_VALUE);
    assertThat(before).hasSizeGreaterThan(28);
    Patience.until(
        "sensors move",
        LIMIT,
        () -> SnmpTools.walk(v2c, port, SnmpTools.SENSOR_VALUE).equals(before) ? "they stand" : "");

    Map<String, String> locationBefore = SnmpTools.walk(v2c, port, SnmpTools.SYSTEM);
    Run.Result set =
        SnmpTools.run("snmpset", v2c, 10, port, SnmpTools.SYS_LOCATION, "s", "elsewhere");
    assertThat(set.exit()).as(set.toString()).isNotZero();
    assertThat(set.out() + set.err()).contains("authorizationError");
    assertThat(SnmpTools.walk(v2c, port, SnmpTools.SYSTEM).get(SnmpTools.SYS_LOCATION))
        .isEqualTo(locationBefore.get(SnmpTools.SYS_LOCATION));
    Run.Result wrong =
        SnmpTools.run("snmpget", SnmpTools.v2c("public"), 2, port, SnmpTools.SYS_LOCATION);
    assertThat(wrong.exit()).isEqualTo(1);
    assertThat(wrong.err()).contains("Timeout");
  }

  @Test
  @Order(6)
  void aPulledCardIsReportedAndItsSiteKeepsAnswering() throws Exception {
    String at = shopCard(0);
    try (Visitors visitors = Visitors.of(demo().port("http"), SHOP)) {
      does("sim", "pull", at);
      long pulled = System.nanoTime();
      awaitAlarm("cardLost", "card " + at, true);
      awaitNotification(SnmpTools.ALARM_RAISED, "cardLost", "card " + at);
      // It may have been its chassis' reader itself: then its silence is known first, and that its
      // slot is empty only when another card reads the chassis.
      awaitState(at, "ABSENT");
      judge("pull " + at, visitors.endNoSoonerThan(pulled + SEEN_AFTER), pulled);
    }
    try (Visitors visitors = Visitors.of(demo().port("http"), SHOP)) {
      does("sim", "insert", at);
      long inserted = System.nanoTime();
      awaitState(at, "RUNNING");
      awaitAlarm("cardLost", "card " + at, false);
      awaitAlarm("serviceDegraded", "service shop", false);
      awaitNotification(SnmpTools.ALARM_CLEARED, "cardLost", "card " + at);
      judge("insert " + at, visitors.endNoSoonerThan(inserted + SEEN_AFTER), inserted);
    }
  }

  @Test
  @Order(7)
  void anotherCardInTheSlotTakesOverTheRole() throws Exception {
    String at = shopCard(1);
    JsonNode before = card(at);
    try (Visitors visitors = Visitors.of(demo().port("http"), SHOP)) {
      does("sim", "replace", at);
      long replaced = System.nanoTime();
      Patience.until(
          "the new card runs the shop",
          LIMIT,
          () -> {
            JsonNode now = card(at);
            boolean isNew = !now.path("mac").equals(before.path("mac"));
            return isNew && now.path("state").asText().equals("RUNNING") ? "" : now.toString();
          });
      awaitAlarm("serviceDegraded", "service shop", false);
      judge("replace " + at, visitors.endNoSoonerThan(replaced + SEEN_AFTER), replaced);
    }
    JsonNode now = card(at);
    assertThat(now.path("services").path(0).asText()).isEqualTo("shop");
    assertThat(now.path("address")).isEqualTo(before.path("address"));
    assertThat(now.path("hardware").path("serialNumber"))
        .isNotEqualTo(before.path("hardware").path("serialNumber"));
    assertThat(demo().json("show", "swaps"))
        .anySatisfy(swap -> {
          assertThat(swap.path("position").asText()).isEqualTo(at);
          assertThat(swap.path("oldMac")).isEqualTo(before.path("mac"));
          assertThat(swap.path("newMac")).isEqualTo(now.path("mac"));
          assertThat(swap.path("oldSerial"))
              .isEqualTo(before.path("hardware").path("serialNumber"));
          assertThat(swap.path("newSerial")).isEqualTo(now.path("hardware").path("serialNumber"));
        });
    awaitAlarm("cardLost", "card " + at, false);
  }

  @Test
  @Order(8)
  void whatWasAcknowledgedSurvivesTheEnginesSuddenDeathAndSitesAreServedMeanwhile()
      throws Exception {
    Path content = Files.createDirectories(folder().resolve("content"));
    Files.writeString(content.resolve("index.html"), "<h1>Made just before the crash</h1>\n");
    Map<String, List<String>> before = identities();
    long engine = demo().pid("engine");
    int http = demo().port("http");
    Instant killed;
    try (Visitors shop = Visitors.of(http, SHOP);
        Visitors news = Visitors.of(http, NEWS)) {
      does(
          "service",
          "create",
          "crash",
          "--no-wait",
          "--host",
          "crash.example",
          "--cards",
          "1",
          "--content",
          content.toString());
      assertThat(ProcessHandle.of(engine).orElseThrow().destroyForcibly()).isTrue();
      killed = Instant.now();
      Patience.until(
          "another engine",
          LIMIT,
          () -> {
            long pid = demo().pid("engine");
            return pid != 0 && pid != engine ? "" : "pid " + pid;
          });
      Patience.until(
          "the acknowledged service answers",
          LIMIT,
          () -> {
            Visit visit = Visit.get(http, "crash.example", "/");
            return visit.status() == 200 && visit.body().contains("just before the crash")
                ? ""
                : "answers " + visit.head();
          });
      for (Visitors visitors : List.of(shop, news)) {
        List<Visitors.Seen> seen = visitors.end();
        assertThat(seen).hasSizeGreaterThan(10).allMatch(Visitors.Seen::good);
        System.out.println("engine killed: " + seen.size() + " visits, none failed");
      }
    }
    assertThat(demo().json("service", "list"))
        .anyMatch(s ->
            s.path("name").asText().equals("crash")
                && s.path("phase").asText().equals("ANNOUNCED"));
    assertThat(identities()).isEqualTo(before);
    assertThat(demo().json("alarm", "history"))
        .noneMatch(a ->
            a.path("type").asText().endsWith("Lost")
                && Instant.parse(a.path("raisedAt").asText()).isAfter(killed));
    does("service", "delete", "crash");
    Patience.until(
        "the service is taken away",
        LIMIT,
        () -> Visit.get(http, "crash.example", "/").status() == 404 ? "" : "it answers");
  }

  @Test
  @Order(9)
  void aTechnicianOpensTheHandleAndMayPullTheCardWhenItsLedIsBlue() throws Exception {
    does("card", "locate", "1.6", "on");
    does("sim", "handle", "1.6", "open");
    awaitState("1.6", "OFF");
    awaitChassis("blueLeds", 6, true);
    awaitChassis("locateLeds", 6, true);
    does("sim", "pull", "1.6");
    awaitState("1.6", "ABSENT");
    does("card", "locate", "1.6", "off");
    awaitChassis("locateLeds", 6, false);
    does("sim", "insert", "1.6");
    awaitState("1.6", "AVAILABLE");
    awaitChassis("blueLeds", 6, false);
    awaitAlarm("cardLost", "card 1.6", false);
    assertThat(history().values()).noneMatch(text -> text.contains("cardLost card 1.6"));
    assertThat(history().values())
        .as("cards were pulled, put in and replaced")
        .noneMatch(text -> text.startsWith("voltageWrong"));

    does("card", "power", "1.6", "cycle", "--now");
    awaitState("1.6", "OFF");
    awaitState("1.6", "AVAILABLE");

    does("sim", "disk", "1.6.1", "fail");
    awaitAlarm("diskFailed", "card 1.6 disk 1", true);
    does("sim", "disk", "1.6.1", "replace");
    awaitAlarm("mirrorRebuilding", "card 1.6 disk 1", true);
    awaitAlarm("diskFailed", "card 1.6 disk 1", false);
  }

  private void awaitChassis(String list, int slot, boolean there) throws Exception {
    Patience.until(
        list + " of chassis 1 " + (there ? "has " : "has no ") + slot,
        LIMIT,
        () -> {
          JsonNode first = demo().json("show", "chassis").path(0);
          boolean has =
              StreamSupport.stream(first.path(list).spliterator(), false)
                  .anyMatch(s -> s.asInt() == slot);
          return has == there ? "" : first.toString();
        });
  }

  @Test
  @Order(9)
  void heatAndAStuckFanAreReportedAndClearByThemselves() throws Exception {
    does("sim", "heat", "1.5", "78");
    does("sim", "fan", "1.1", "fail");
    awaitAlarm("temperatureHigh", "card 1.5", true);
    awaitAlarm("fanFailed", "chassis 1", true);
    awaitNotification(SnmpTools.ALARM_RAISED, "fanFailed", "chassis 1");
    does("sim", "heat", "1.5", "off");
    does("sim", "fan", "1.1", "ok");
    awaitAlarm("temperatureHigh", "card 1.5", false);
    awaitAlarm("fanFailed", "chassis 1", false);
    awaitNotification(SnmpTools.ALARM_CLEARED, "temperatureHigh", "card 1.5");
  }

  @Test
  @Order(10)
  void aSecondStartKeepsEverythingAndTheEndLeavesNothingBehind() throws Exception {
    Map<String, List<String>> cards = identities();
    Set<String> services = services();
    BigInteger site =
        Visit.certificate(demo().port("https"), SHOP, demo().authority()).getSerialNumber();
    BigInteger authority = Visit.authority(demo().authority()).getSerialNumber();
    Map<Long, String> history = history();
    assertThat(history).isNotEmpty();
    List<String> secrets = List.of(demo().secret("passwordFile"), demo().secret("communityFile"));

    endAndLookForLeftovers();

    Path folder = folder();
    running =
        RunningDemo.start(folder.resolve("state"), demo().offset(), folder.resolve("output2"));
    System.out.println("second start: " + last(demo().lines()));
    assertThat(identities()).isEqualTo(cards);
    assertThat(services()).isEqualTo(services);
    assertThat(List.of(demo().secret("passwordFile"), demo().secret("communityFile")))
        .isEqualTo(secrets);
    assertThat(Visit.authority(demo().authority()).getSerialNumber()).isEqualTo(authority);
    assertThat(Visit.certificate(demo().port("https"), SHOP, demo().authority()).getSerialNumber())
        .isEqualTo(site);
    assertThat(history()).containsAllEntriesOf(history);
    assertThat(Visit.get(demo().port("http"), SHOP, "/").status()).isEqualTo(200);

    endAndLookForLeftovers();
  }

  private void endAndLookForLeftovers() throws Exception {
    Set<ProcessHandle> family = demo().family();
    assertThat(family).hasSizeGreaterThanOrEqualTo(6);
    List<Integer> tcp =
        List.of(
            demo().port("http"),
            demo().port("https"),
            demo().port("admin"),
            demo().port("bootHttp"));
    List<Integer> udp = List.of(demo().port("snmp"), demo().port("dhcp"), demo().port("tftp"));
    long began = System.nanoTime();
    assertThat(demo().end(END)).isZero();
    System.out.printf("ended in %d ms%n", (System.nanoTime() - began) / 1_000_000);
    assertThat(family).noneMatch(ProcessHandle::isAlive);
    assertThat(tcp).allMatch(port -> Ports.isFreeTcp("127.0.0.1", port));
    assertThat(udp).allMatch(Ports::isFreeUdp);
    assertThat(Ports.isFreeTcp("127.1.1.1", 8000 + demo().offset())).isTrue();
  }

  /** No visit that began a second after the event failed; tells of those that did before. */
  private static void judge(String event, List<Visitors.Seen> seen, long nanos) {
    long second = nanos + TimeUnit.SECONDS.toNanos(1);
    List<Visitors.Seen> failed = seen.stream().filter(v -> !v.good()).toList();
    System.out.printf(
        "%s: %d visits, %d failed within the first second%n",
        event, seen.size(), failed.stream().filter(v -> v.beganNanos() <= second).count());
    assertThat(seen).anyMatch(v -> v.beganNanos() > second);
    assertThat(failed).as(event).allMatch(v -> v.beganNanos() <= second);
  }

  private void does(String... words) throws Exception {
    Run.Result result = demo().cade(words);
    assertThat(result.exit()).as(result.toString()).isZero();
  }

  private void awaitAlarm(String type, String source, boolean active) throws Exception {
    Patience.until(
        type + " of " + source + (active ? " is raised" : " is cleared"),
        LIMIT,
        () -> {
          JsonNode alarms = demo().json("alarm", "list");
          boolean there =
              StreamSupport.stream(alarms.spliterator(), false)
                  .anyMatch(a ->
                      a.path("type").asText().equals(type)
                          && (a.path("source").asText() + " ").startsWith(source + " "));
          return there == active ? "" : alarms.toString();
        });
  }

  /** Does nothing where there is no snmptrapd. */
  private void awaitNotification(String oid, String type, String source) throws Exception {
    TrapReceiver receiver = traps;
    if (receiver == null) {
      System.out.println("needs snmptrapd (package snmptrapd): notifications are not checked");
      return;
    }
    String community = demo().secret("communityFile");
    Patience.until(
        "notification of " + type + " of " + source,
        LIMIT,
        () -> {
          List<String> lines = receiver.lines();
          return lines.stream()
                  .anyMatch(l ->
                      l.contains(community)
                          && l.contains("OID: " + oid)
                          && l.contains("\"" + type + "\"")
                          && l.contains("\"" + source))
              ? ""
              : lines + receiver.said();
        });
  }

  private void awaitState(String position, String state) throws Exception {
    Patience.until(
        "card " + position + " is " + state,
        LIMIT,
        () -> {
          String now = card(position).path("state").asText();
          return now.equals(state) ? "" : now;
        });
  }

  /** Where the shop runs: usually 1.1 and 2.1, but on a busy machine cards boot in any order. */
  private String shopCard(int number) throws Exception {
    return demo()
        .json("service", "show", "shop")
        .path("placements")
        .path(number)
        .path("position")
        .asText();
  }

  private JsonNode card(String position) throws Exception {
    return demo().json("card", "show", position);
  }

  /** By position what must outlast a crash: MAC address, leased address, serial, certificate. */
  private Map<String, List<String>> identities() throws Exception {
    Map<String, List<String>> all = new TreeMap<>();
    for (JsonNode card : demo().json("show", "cards")) {
      all.put(
          card.path("position").asText(),
          List.of(
              card.path("mac").asText(),
              card.path("address").asText(),
              card.path("hardware").path("serialNumber").asText(),
              card.path("certificateSerial").asText()));
    }
    return all;
  }

  private Set<String> services() throws Exception {
    Set<String> all = new HashSet<>();
    for (JsonNode service : demo().json("show", "services")) {
      all.add(
          service.path("name").asText()
              + " "
              + service.path("phase").asText()
              + " "
              + service.path("packageDigest").asText()
              + " "
              + service.path("placements").findValuesAsText("position"));
    }
    return all;
  }

  private Map<Long, String> history() throws Exception {
    Map<Long, String> all = new HashMap<>();
    for (JsonNode alarm : demo().json("alarm", "history")) {
      all.put(
          alarm.path("sequence").asLong(),
          alarm.path("type").asText() + " " + alarm.path("source").asText());
    }
    return all;
  }

  private RunningDemo demo() {
    RunningDemo demo = running;
    if (demo == null) {
      throw new AssertionError("the demo did not start");
    }
    return demo;
  }

  private static Path folder() {
    Path folder = temp;
    if (folder == null) {
      throw new AssertionError("no temporary folder");
    }
    return folder;
  }

  private static String last(List<String> lines) {
    return lines.isEmpty() ? "" : lines.getLast();
  }
}
