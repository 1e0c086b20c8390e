package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CadeCommandTest {
  private static final String CARDS =
      """
      {"cards":[
      {"position":"1.3","role":"SERVER","state":"RUNNING","since":"2026-03-01T11:59:48Z",
       "cause":"","mac":"02:00:00:01:03:00","address":"127.1.1.3",
       "lastHeard":"2026-03-01T11:59:59.250Z","services":["shop","blog"],"commandsWaiting":0,
       "certificateSerial":"00af","weight":1.50,"later":12345678901234567890},
      {"position":"1.14","role":"SERVER","state":"ABSENT","since":"2026-02-26T12:00:00Z",
       "cause":"out of its\\u001b[2J slot","services":[],"commandsWaiting":0,
       "certificateSerial":""}]}
      """;

  @TempDir Path dir;
  private PeerEngine engine;
  private Path state;
  private final Desk desk = new Desk();

  @BeforeEach
  void start() throws Exception {
    engine = new PeerEngine(dir.resolve("pki"), "127.0.0.1");
    state =
        Desk.state(
            dir.resolve("state"),
            "127.0.0.1:" + engine.port(),
            PeerEngine.PASSWORD,
            engine.authority.certificatePem());
    desk.environment.put("CADE_STATE", state.toString());
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  private void assertFails(Desk.Outcome outcome, ExitCode code, String... parts) {
    assertThat(outcome.err()).contains(parts).startsWith("cade: ").endsWith("\n").hasLineCount(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.code()).isEqualTo(code.code());
  }

  @Test
  void cardsAreAnAlignedTableWithAgesAndWithoutColour() {
    engine.when("GET /api/v1/cards", 200, CARDS);
    assertThat(desk.run("show", "cards"))
        .isEqualTo(
            new Desk.Outcome(
                0,
                """
                CARD  ROLE    STATE       SINCE  ADDRESS      HEARD  SERVICES   CAUSE
                1.3   SERVER  RUNNING  12 s ago  127.1.1.3  0 s ago  shop,blog
                1.14  SERVER  ABSENT    3 d ago  -                -  -          out of its [2J slot
                """,
                ""));
    assertThat(desk.run("card", "list")).isEqualTo(desk.run("show", "cards"));
  }

  @Test
  void jsonIsTheListOfTheApiUntouched() {
    engine.when("GET /api/v1/cards", 200, CARDS);
    Desk.Outcome outcome = desk.run("show", "cards", "--json");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out())
        .startsWith("[\n  {\n    \"position\" : \"1.3\",\n")
        .contains("\"weight\" : 1.50,", "\"later\" : 12345678901234567890")
        .contains("\"since\" : \"2026-03-01T11:59:48Z\"", "\"services\" : [ ]")
        .contains("\"cause\" : \"out of its\\u001B[2J slot\"")
        .endsWith("]\n");
  }

  @Test
  void sensorsHaveUnitsAndSayWhenTheyCannotBeRead() {
    engine.when(
        "GET /api/v1/sensors",
        200,
        """
        {"sensors":[
        {"source":"chassis 1","name":"fan1","quantity":"rotation","value":3012.0,"unit":"rpm",
         "cause":"","at":"2026-03-01T11:58:00Z"},
        {"source":"card 1.3","name":"inlet","quantity":"temperature","value":41.5,
         "unit":"celsius","cause":"","at":"2026-03-01T10:00:00Z"},
        {"source":"card 1.3","name":"outlet","quantity":"temperature","unit":"celsius",
         "cause":"bus error","at":"2026-03-01T12:00:01Z"}]}
        """);
    assertThat(desk.run("show", "sensors").out())
        .isEqualTo(
            """
            SOURCE     SENSOR  QUANTITY          VALUE       READ  CAUSE
            chassis 1  fan1    rotation       3012 rpm  2 min ago
            card 1.3   inlet   temperature     41.5 °C    2 h ago
            card 1.3   outlet  temperature  unreadable    0 s ago  bus error
            """);
  }

  @ParameterizedTest
  @CsvSource({
    "show alarms,alarms,no active alarms",
    "alarm list,alarms,no active alarms",
    "show cards,cards,no cards were ever seen",
    "show services,services,no services",
    "service list,services,no services",
    "show sensors,sensors,no sensors were read yet",
    "show proxies,proxies,no proxies were ever seen",
    "show swaps,swaps,no card was exchanged"
  })
  void emptyListsSaySoAndAreEmptyArraysInJson(String words, String list, String message) {
    engine.when("GET /api/v1/" + list, 200, "{\"" + list + "\":[]}");
    assertThat(desk.run(words.split(" "))).isEqualTo(new Desk.Outcome(0, message + "\n", ""));
    assertThat(desk.run((words + " --json").split(" ")))
        .isEqualTo(new Desk.Outcome(0, "[ ]\n", ""));
  }

  @Test
  void alarmsAndTheirHistoryAreShown() {
    String alarm =
        """
        {"alarms":[{"sequence":17,"type":"card-lost","source":"card 1.7","severity":"CRITICAL",
        "probableCause":"x","text":"no report for 9 s","raisedAt":"2026-03-01T11:59:00Z",
        "clearedAt":"2026-03-01T11:59:30Z","acknowledgedBy":"ann"}]}
        """;
    engine.when("GET /api/v1/alarms", 200, alarm);
    engine.when("GET /api/v1/alarms/history?limit=100", 200, alarm);
    engine.when("GET /api/v1/alarms/history?limit=5", 200, alarm);
    assertThat(desk.run("alarm", "list").out())
        .isEqualTo(
            """
            SEQ  SEVERITY  SOURCE    TYPE         RAISED  ACKNOWLEDGED  TEXT
             17  CRITICAL  card 1.7  card-lost  60 s ago  ann           no report for 9 s
            """);
    assertThat(desk.run("alarm", "history").out())
        .contains("CLEARED", "30 s ago")
        .isEqualTo(desk.run("alarm", "history", "--limit", "5").out());
  }

  @Test
  void acknowledgingIsOnePostWithoutABody() {
    engine.when(
        "POST /api/v1/alarms/17/acknowledge",
        200,
        "{\"sequence\":17,\"severity\":\"MAJOR\",\"acknowledgedBy\":\"operator\"}");
    assertThat(desk.run("alarm", "ack", "17").out()).contains("17", "MAJOR", "operator");
    assertThat(engine.requests)
        .containsExactly(
            new PeerEngine.Request("POST", "/api/v1/alarms/17/acknowledge", "application/json", 0));
  }

  @Test
  void oneCardOneServiceTheCabinetAndProxiesAreShown() {
    engine.when(
        "GET /api/v1/cards/1.3",
        200,
        """
        {"position":"1.3","role":"SERVER","state":"RUNNING","since":"2026-03-01T11:59:48Z",
         "hardware":{"manufacturer":"ACME","model":"C1","serialNumber":"S9","cpus":4,
         "memoryBytes":8589934592,"disks":["sda","sdb"]}}
        """);
    assertThat(desk.run("card", "show", "1.3").out())
        .contains("CARD              1.3\n", "hardware          ACME C1 S9\n")
        .contains("memory            8192 MiB\n", "disks             sda, sdb\n");
    engine.when(
        "GET /api/v1/services/shop",
        200,
        """
        {"name":"shop","kind":"static-site","hosts":["a.example","b.example"],"cardsWanted":2,
         "cardsRunning":1,"phase":"SETUP","packageBytes":4711,
         "placements":[{"position":"1.1","state":"RUNNING","detail":""}]}
        """);
    assertThat(desk.run("service", "show", "shop").out())
        .contains("cards running  1/2\n", "a.example, b.example", "\nCARD  STATE")
        .contains("4711 B", "1.1   RUNNING\n");
    engine.when(
        "GET /api/v1/cabinet",
        200,
        """
        {"at":"2026-03-01T12:00:00Z","logPosition":9,"cards":28,
         "cardsByState":{"RUNNING":26,"ABSENT":2},"services":2,"servicesAnnounced":1,
         "activeAlarms":{},"leases":26,"swaps":0}
        """);
    assertThat(desk.run("show", "cabinet").out())
        .contains("cards          28 (26 RUNNING, 2 ABSENT)\n", "active alarms  none\n");
    engine.when(
        "GET /api/v1/proxies",
        200,
        """
        {"proxies":[{"position":"0.4","role":"PROXY","state":"AVAILABLE","routesVersion":7,
         "lastHeard":"2026-03-01T11:59:59Z","backends":[{"service":"shop","position":"1.1",
         "usable":true,"cause":"","requests":12,"failures":1,"running":3}]}]}
        """);
    assertThat(desk.run("show", "proxies").out())
        .isEqualTo(
            """
            CARD  ROLE   STATE        HEARD  ROUTES  BACK ENDS
            0.4   PROXY  AVAILABLE  1 s ago       7        1/1

            PROXY  SERVICE  CARD  USABLE  REQUESTS  FAILURES  RUNNING  CAUSE
            0.4    shop     1.1   yes           12         1        3
            """);
  }

  @Test
  void aServiceIsOrderedWithItsContent() throws Exception {
    Path site = Files.createDirectories(dir.resolve("site"));
    Files.writeString(site.resolve("index.html"), "hello");
    String target =
        "/api/v1/services?name=shop&kind=static-site&host=a.example&host=b.example&cards=2";
    engine.when("POST " + target, 201, "{\"name\":\"shop\",\"phase\":\"PARAMETERS\"}");
    Desk.Outcome outcome =
        desk.run(
            "service",
            "create",
            "shop",
            "--host",
            "a.example",
            "--host",
            "b.example",
            "--cards",
            "2",
            "--content",
            site.toString(),
            "--no-wait");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).contains("shop", "PARAMETERS");
    assertThat(engine.requests).hasSize(1);
    PeerEngine.Request request = engine.requests.getFirst();
    assertThat(request.method() + " " + request.target()).isEqualTo("POST " + target);
    assertThat(request.contentType()).isEqualTo("application/zip");
    assertThat(request.bodyBytes()).isPositive();
  }

  private Desk.Outcome order(String... more) throws Exception {
    Path site = Files.createDirectories(dir.resolve("site"));
    Files.writeString(site.resolve("index.html"), "hello");
    List<String> words =
        new ArrayList<>(List.of("service", "create", "shop", "--host", "a.example"));
    words.addAll(List.of("--cards", "2", "--content", site.toString()));
    words.addAll(List.of(more));
    return desk.run(words.toArray(String[]::new));
  }

  private void ordered() {
    engine.when(
        "POST /api/v1/services?name=shop&kind=static-site&host=a.example&cards=2",
        201,
        serviceIn("PARAMETERS", "", 0));
  }

  private static String serviceIn(String phase, String waitsFor, int serving) {
    return "{\"name\":\"shop\",\"phase\":\""
        + phase
        + "\",\"waitsFor\":\""
        + waitsFor
        + "\",\"proxiesServing\":"
        + serving
        + ",\"proxies\":2}";
  }

  @Test
  void anOrderIsFollowedUntilEveryProxyServesIt() throws Exception {
    ordered();
    String show = "GET /api/v1/services/shop";
    engine.then(show, 200, serviceIn("SETUP", "card 1.3", 0));
    engine.then(show, 200, serviceIn("SETUP", "card 1.3", 0));
    engine.then(show, 200, serviceIn("ANNOUNCED", "", 1));
    engine.then(show, 200, serviceIn("ANNOUNCED", "", 2));
    Desk.Outcome outcome = order();
    assertThat(outcome.code()).isZero();
    assertThat(outcome.err())
        .isEqualTo(
            """
            shop: PARAMETERS
            shop: SETUP, waits for card 1.3
            shop: ANNOUNCED, used by 1 of 2 proxies
            """);
    assertThat(outcome.out()).contains("ANNOUNCED").containsPattern("proxies +2/2");
    assertThat(desk.paused).hasSize(4);
  }

  @Test
  void anOrderThatFailsIsAFailureWithItsCause() throws Exception {
    ordered();
    engine.when("GET /api/v1/services/shop", 200, serviceIn("FAILED", "no room", 0));
    Desk.Outcome outcome = order();
    assertThat(outcome.code()).isEqualTo(ExitCode.FAILED.code());
    assertThat(outcome.err())
        .endsWith("cade: setting up shop failed: no room; delete it to try again\n");
  }

  @Test
  void anOrderThatTakesTooLongSaysWhatItWaitsFor() throws Exception {
    ordered();
    engine.when("GET /api/v1/services/shop", 200, serviceIn("BINDING", "a free card", 0));
    Desk.Outcome outcome = order("--wait", "2");
    assertThat(outcome.code()).isEqualTo(ExitCode.FAILED.code());
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .contains("shop is not there yet after 2 s (BINDING, waits for a free card)");
    assertThat(desk.paused.stream().mapToLong(Duration::toMillis).sum()).isEqualTo(2000);
    assertThat(order("--wait", "0").code()).isEqualTo(ExitCode.USAGE.code());
  }

  @Test
  void aDeletedServiceIsFollowedUntilItIsGone() {
    engine.when("DELETE /api/v1/services/shop", 202, serviceIn("REMOVING", "", 0));
    engine.then("GET /api/v1/services/shop", 200, serviceIn("REMOVING", "cards 1.3 clean up", 0));
    engine.then("GET /api/v1/services/shop", 404, "{\"detail\":\"gone\"}");
    Desk.Outcome outcome = desk.run("service", "delete", "shop");
    assertThat(outcome)
        .isEqualTo(
            new Desk.Outcome(
                0,
                "service shop is gone\n",
                "shop: REMOVING\nshop: REMOVING, waits for cards 1.3 clean up\n"));
  }

  @Test
  void nothingIsSentWhenTheContentCannotBePacked() {
    assertFails(
        desk.run(
            "service",
            "create",
            "shop",
            "--host",
            "a",
            "--cards",
            "1",
            "--content",
            dir.resolve("nowhere").toString()),
        ExitCode.FAILED,
        "nowhere does not exist");
    assertThat(engine.requests).isEmpty();
  }

  @Test
  void deletingShowsWhatBecomesOfTheService() {
    engine.when("DELETE /api/v1/services/a%20b", 202, "{\"name\":\"a b\",\"phase\":\"REMOVING\"}");
    assertThat(desk.run("service", "delete", "a b", "--no-wait").out()).contains("REMOVING");
    assertThat(desk.run("service", "delete", "a b", "--no-wait", "--json").out())
        .isEqualTo("{\n  \"name\" : \"a b\",\n  \"phase\" : \"REMOVING\"\n}\n");
  }

  @ParameterizedTest
  @CsvSource({
    "400,2", "401,4", "403,4", "404,1", "409,5", "413,2", "414,2", "422,1", "429,1", "431,2",
    "500,1", "503,1"
  })
  void refusalsOfTheEngineBecomeTheirExitCode(int status, int code) {
    String problem = "{\"status\":" + status + ",\"detail\":\"because it is so\"}";
    engine.when("GET /api/v1/services/shop", status, problem);
    engine.when("DELETE /api/v1/services/shop", status, problem);
    for (String verb : List.of("show", "delete")) {
      Desk.Outcome outcome = desk.run("service", verb, "shop", "--json");
      assertThat(outcome.code()).as(outcome.toString()).isEqualTo(code);
      assertThat(outcome.out()).isEmpty();
      assertThat(outcome.err()).hasLineCount(1);
      if (status != 401) {
        assertThat(outcome.err()).isEqualTo("cade: because it is so\n");
      }
    }
  }

  @Test
  void aWrongPasswordIsRefused() throws Exception {
    Files.writeString(state.resolve("password"), "wrong");
    assertFails(desk.run("show", "cards"), ExitCode.REFUSED, "does not know this user");
    assertFails(desk.run("service", "delete", "x"), ExitCode.REFUSED, "does not know this user");
  }

  @Test
  void anAnswerThatIsNoJsonIsAFailure() {
    engine.when("GET /api/v1/cards", 200, "<html>");
    assertFails(desk.run("show", "cards"), ExitCode.FAILED, "same version");
    assertFails(desk.run("show", "cards", "--json"), ExitCode.FAILED, "same version");
    engine.when("GET /api/v1/cards", 502, "<html>");
    assertFails(desk.run("show", "cards"), ExitCode.FAILED, "HTTP status 502");
  }

  @Test
  void withoutAnEngineItSaysWhereItLookedAndWhatToDo() throws Exception {
    assertFails(
        desk.run("show", "cards", "--state", dir.resolve("none").toString()),
        ExitCode.UNREACHABLE,
        dir.resolve("none").resolve("endpoints.json").toString(),
        "./cade demo",
        "--state");
    int port = engine.port();
    engine.close();
    assertFails(
        desk.run("show", "cards"),
        ExitCode.UNREACHABLE,
        "127.0.0.1:" + port,
        "endpoints.json",
        "nothing listens there",
        "./cade demo");
    Path site = Files.createDirectories(dir.resolve("site"));
    Files.writeString(site.resolve("index.html"), "hello");
    assertFails(
        desk.run(
            "service", "create", "s", "--host", "a", "--cards", "1", "--content", site.toString()),
        ExitCode.UNREACHABLE,
        "nothing listens there");
  }

  @Test
  void aSilentEngineIsGivenUp() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Desk.state(
          state, "127.0.0.1:" + silent.getLocalPort(), "x", engine.authority.certificatePem());
      desk.answerTime = Duration.ofMillis(50);
      assertFails(desk.run("show", "cards"), ExitCode.UNREACHABLE, "no answer in time");
      assertFails(desk.run("alarm", "ack", "1"), ExitCode.UNREACHABLE, "look before you repeat it");
    }
  }

  @Test
  void anEngineOfAnotherAuthorityGetsNoPassword() throws Exception {
    engine.when("GET /api/v1/cards", 200, CARDS);
    try (PeerEngine other = new PeerEngine(dir.resolve("other-pki"), "127.0.0.1")) {
      Files.writeString(state.resolve("ca.pem"), other.authority.certificatePem());
    }
    assertFails(desk.run("show", "cards"), ExitCode.UNREACHABLE, "ca.pem", "securely");
    assertThat(engine.requests).isEmpty();
  }

  @Test
  void aCertificateForAnotherHostIsNotAccepted() throws Exception {
    try (PeerEngine other = new PeerEngine(dir.resolve("other-pki"), "127.0.0.2")) {
      other.when("GET /api/v1/cards", 200, CARDS);
      Desk.state(
          state,
          "127.0.0.1:" + other.port(),
          PeerEngine.PASSWORD,
          other.authority.certificatePem());
      assertFails(desk.run("show", "cards"), ExitCode.UNREACHABLE, "securely");
      assertThat(other.requests).isEmpty();
    }
  }

  @Test
  void aBrokenEndpointsFileIsSaidToBeSo() throws Exception {
    Path file = state.resolve("endpoints.json");
    Files.writeString(file, "{\"admin\":");
    assertFails(desk.run("show", "cards"), ExitCode.UNREACHABLE, file + " cannot be understood");
    Files.writeString(file, "{\"admin\":\"127.0.0.1:1\",\"user\":\"u\",\"passwordFile\":\"p\"}");
    assertFails(desk.run("show", "cards"), ExitCode.UNREACHABLE, "'caFile' is missing");
    Desk.state(state, "127.0.0.1", "x", engine.authority.certificatePem());
    assertFails(desk.run("show", "cards"), ExitCode.UNREACHABLE, "not an address host:port");
    Desk.state(state, "127.0.0.1:9", "x", "no certificate");
    assertFails(desk.run("show", "cards"), ExitCode.UNREACHABLE, "ca.pem", "no certificate");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--state STATE --json show cards",
        "--json show --state STATE cards",
        "show cards --state STATE --json",
        "show --json cards --state=STATE",
        "--state /nowhere show cards --json --state STATE"
      })
  void stateAndJsonMayStandAnywhere(String words) {
    desk.environment.clear();
    engine.when("GET /api/v1/cards", 200, "{\"cards\":[]}");
    assertThat(desk.run(words.replace("STATE", state.toString()).split(" ")))
        .isEqualTo(new Desk.Outcome(0, "[ ]\n", ""));
  }

  @Test
  void theStateDirectoryIsThatOfTheEnvironmentThenOfTheTree() {
    desk.environment.clear();
    desk.properties.put("cade.home", dir.toString());
    engine.when("GET /api/v1/cards", 200, "{\"cards\":[]}");
    assertThat(desk.run("show", "cards").code()).isZero();
    desk.environment.put("CADE_STATE", dir.resolve("elsewhere").toString());
    assertFails(desk.run("show", "cards"), ExitCode.UNREACHABLE, "elsewhere");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "frobnicate|unknown command 'frobnicate'; one of show, card, service",
        "show crads|unknown command 'crads' after ./cade show; one of cards, services",
        "show|./cade show needs one of cards, services",
        "show cards --jsn|unknown option '--jsn' for ./cade show cards",
        "show cards more|'more' is one word too many for ./cade show cards",
        "card show|needs POSITION (see ./cade card show --help)",
        "card show 1.15|no such position: 1.15",
        "card show one|chassis.slot, like 1.3",
        "alarm ack seven|'seven' is not the number of an alarm",
        "alarm history --limit many|'many' is not an int",
        "service create shop --cards 2|needs --host HOST, --content DIR",
        "service create shop --host a --cards 0 --content .|--cards is 0",
        "service show ..|'..' is not a name",
        "show cards --state|--state"
      })
  void whatIsTypedWronglyIsExplainedInOneLine(String words, String message) {
    assertFails(desk.run(words.split(" ")), ExitCode.USAGE, message);
    assertThat(engine.requests).isEmpty();
  }

  @Test
  void nothingAtAllIsUsageToo() {
    assertFails(desk.run(), ExitCode.USAGE, "./cade needs one of show");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "show",
        "show cards",
        "card",
        "card show",
        "service",
        "service create",
        "alarm ack",
        "update",
        "shell"
      })
  void helpIsEverywhereAndHasExamples(String words) {
    desk.environment.clear();
    String[] all = (words + " --help").strip().split(" ");
    Desk.Outcome outcome = desk.run(all);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out())
        .startsWith("usage: ./cade" + (words.isEmpty() ? "" : " " + words))
        .contains("Examples:\n  ./cade ", "--json", "--state=DIR");
    assertThat(outcome.code()).isZero();
  }

  @Test
  void colourIsForTerminalsOnlyAndCanBeSwitchedOff() {
    engine.when("GET /api/v1/cards", 200, CARDS);
    desk.terminal = true;
    assertThat(desk.run("show", "cards").out()).contains("\u001b[32mRUNNING\u001b[0m");
    assertThat(desk.run("show", "cards", "--json").out()).doesNotContain("\u001b");
    desk.environment.put("NO_COLOR", "1");
    assertThat(desk.run("show", "cards").out()).doesNotContain("\u001b");
  }

  @Test
  void theShellRunsTheSameCommandsAndGoesOnAfterFailures() {
    engine.when("GET /api/v1/cards", 200, "{\"cards\":[]}");
    engine.when("GET /api/v1/services/a%20b", 409, "{\"detail\":\"busy\"}");
    String script =
        """
        # a remark

        show cards
        service show "a b"
        frobnicate
        service show "a
        ./cade show cards --json
        shell
        exit
        show cards
        """;
    Desk.Outcome outcome = desk.runWith(script, "shell");
    assertThat(outcome.out()).isEqualTo("no cards were ever seen\n[ ]\n");
    assertThat(outcome.err().lines())
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("cade: busy"),
            line -> assertThat(line).contains("unknown command 'frobnicate'"),
            line -> assertThat(line).contains("quotation mark"),
            line -> assertThat(line).contains("the shell already"));
    assertThat(outcome.code()).isEqualTo(ExitCode.CONFLICT.code());
  }

  @Test
  void theShellPromptsPeopleAndHandsItsOptionsDown() {
    desk.environment.clear();
    desk.terminal = true;
    engine.when("GET /api/v1/cards", 200, "{\"cards\":[]}");
    Desk.Outcome outcome =
        desk.runWith("show cards\nnonsense", "shell", "--json", "--state", state.toString());
    assertThat(outcome.out()).isEqualTo("cade> [ ]\ncade> cade> \n");
    assertThat(outcome.err()).contains("unknown command 'nonsense'");
    assertThat(outcome.code()).isZero();
  }
}
