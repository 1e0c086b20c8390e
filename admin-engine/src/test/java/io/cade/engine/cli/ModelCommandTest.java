package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.ItemDifference;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.ModelStanding;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.engine.device.ApplyRun;
import io.cade.engine.device.DeviceOrder;
import io.cade.engine.device.DeviceRecord;
import io.cade.engine.device.Devices;
import io.cade.engine.device.ModelFileTest;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Change.DeviceChange;
import io.cade.engine.operate.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code model …} against the engine's real API server; nobody conducts. */
@Timeout(120)
final class ModelCommandTest {
  @TempDir Path dir;
  private final InstantSource clock = InstantSource.fixed(Desk.NOW);
  private final TestWriter writer = new TestWriter(clock);
  private ServedDesk served;
  private Desk desk;
  private Path file;

  @BeforeEach
  void start() throws Exception {
    served = new ServedDesk(dir, ServedDesk.Wishes.of(writer, clock));
    desk = served.desk;
    file = dir.resolve("web.yaml");
    Files.writeString(file, ModelFileTest.WEB);
    for (int slot = 1; slot <= 3; slot++) {
      CardPosition at = new CardPosition(1, slot);
      MacAddress mac = new MacAddress("02:00:00:00:01:0" + slot);
      writer.given(
          new Change.CardSeated(at, CardRole.SERVER, mac),
          new Change.CardStateChanged(at, CardState.BOOTING, "asked"),
          new Change.LeaseGranted(at, mac, "127.1.1." + slot, Desk.NOW.plusSeconds(60)),
          new Change.CardIntroduced(
              at,
              CardRole.SERVER,
              "b" + slot,
              new HardwareDescriptor("Cade", "Blade", "S", mac, 1, 1 << 30, List.of()),
              new SoftwareDescriptor("1", "blade", "1", "Linux")),
          new Change.CardStateChanged(at, CardState.AVAILABLE, "introduced"));
    }
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
  }

  private Devices devices() {
    return writer.current().devices();
  }

  private String good(String... words) {
    Desk.Outcome done = desk.run(words);
    assertThat(done.err()).isEmpty();
    assertThat(done.code()).isZero();
    assertThat(done.out()).doesNotContain("hunter22");
    return done.out();
  }

  private void edit() throws IOException {
    // The firewall is a tale of its own.
    String text = ModelFileTest.WEB;
    int from = text.indexOf("    firewall:filter:");
    Files.writeString(file, text.substring(0, from) + text.substring(text.indexOf("application:")));
    good("model", "edit", "server", "--file", file.toString(), "--why", "first");
  }

  /** What the conductor and the cards would do. */
  private void given(int version) {
    for (int slot = 1; slot <= 3; slot++) {
      CardPosition at = new CardPosition(1, slot);
      writer.given(
          new DeviceChange.RecordChanged(
              devices()
                  .record(at)
                  .completed(
                      new DeviceOrder(
                          DeviceOrder.Kind.APPLY,
                          1,
                          "server/" + version,
                          version,
                          "00",
                          List.of(),
                          DeviceOrder.Stage.QUEUED,
                          Desk.NOW,
                          0,
                          0,
                          false,
                          "",
                          "",
                          ""),
                      "02:00:00:00:01:0" + slot,
                      Desk.NOW)));
    }
  }

  private void says(CardPosition at) {
    writer.given(
        new DeviceChange.RecordChanged(
            devices()
                .record(at)
                .told(
                    new ModelStanding(
                        "server/2",
                        1,
                        List.of(
                            new ItemDifference("file:/etc/motd", "content", "Hello", "mine"),
                            new ItemDifference(
                                "file:/etc/shop.conf", "content", "password=hunter22", "x")),
                        0,
                        0,
                        0,
                        ""),
                    Desk.NOW)));
  }

  private void ends(ApplyRun.Stage stage, String cause) {
    ApplyRun run = Objects.requireNonNull(devices().runs().get("server"));
    writer.given(new DeviceChange.RunChanged(run.into(stage, Desk.NOW, cause)));
  }

  @Test
  void theModelsOfRolesAreThereAndSayNothing() {
    assertThat(good("model", "list")).contains("server", "proxy", "balancer");
    assertThat(good("model", "show", "server")).contains("it has no items", "3 cards: 3 right");
    assertThat(good("model", "export", "server")).contains("says nothing yet");
    assertThat(devices().models()).isEmpty();
  }

  @Test
  void aFileBecomesAVersionThatNoCardHas() throws Exception {
    edit();
    assertThat(good("model", "versions", "server").lines().toList())
        .satisfiesExactly(
            head -> assertThat(head).contains("VERSION", "WHY"),
            second -> assertThat(second).contains("2", "-", PeerEngine.USER, "first"),
            first -> assertThat(first).contains("1", "yes", "as delivered"));
    assertThat(good("model", "show", "server"))
        .contains("greeting", "Hello (set)", "********", "kernel:net.core.somaxconn");
    String plan = good("model", "plan", "server");
    assertThat(plan).contains("version 2 of server: 3 cards would change");
    assertThat(plan).contains("Hello on 1.3 (127.1.1.3)", "value 2048");
    assertThat(writer.changes(Change.CommandQueued.class)).isEmpty();
    String exported = good("model", "export", "server");
    Files.writeString(file, exported);
    assertThat(desk.run("model", "edit", "server", "--file", file.toString()).err())
        .contains("this is what version 2 of server says already");
  }

  @Test
  void whatAnotherOperatorWroteMeanwhileIsNotTakenBackSilently() throws Exception {
    edit();
    Path annas = Files.writeString(dir.resolve("annas.yaml"), good("model", "export", "server"));
    Path bobs = Files.copy(annas, dir.resolve("bobs.yaml"));
    assertThat(Files.readString(annas)).startsWith("# model server, version 2\n");
    served.sitsDown("anna", Role.OPERATOR);
    Files.writeString(annas, Files.readString(annas).replace("2048", "2049"));
    good("model", "edit", "server", "--file", annas.toString(), "--why", "more room");
    served.sitsDown("bob", Role.OPERATOR);
    Files.writeString(bobs, Files.readString(bobs).replace("Hello", "Servus"));
    String his = Files.readString(bobs);
    Desk.Outcome refused = desk.run("model", "edit", "server", "--file", bobs.toString());
    assertThat(refused.code()).isEqualTo(ExitCode.CONFLICT.code());
    assertThat(refused.err())
        .contains("made of version 2", "version 3 of server, which anna wrote", "(more room)")
        .contains("model diff server 2 3", "--base 3", "Your text is as it was, in " + bobs);
    assertThat(bobs).hasContent(his);
    assertThat(devices().model("server").orElseThrow().newest().number()).isEqualTo(3);
    good("model", "edit", "server", "--file", bobs.toString(), "--base", "3");
    assertThat(devices().model("server").orElseThrow().newest().by()).isEqualTo("bob");
    Files.writeString(bobs, his.replace("Servus", "Moin"));
    assertThat(desk.run("model", "edit", "server", "--file", bobs.toString(), "--base", "9").code())
        .as("a version that there is not")
        .isEqualTo(ExitCode.USAGE.code());
  }

  @Test
  void aFileThatDoesNotSayWhatItWasMadeOfIsTakenFromWhoeverWroteTheNewestVersionOnly()
      throws Exception {
    edit();
    Files.writeString(file, Files.readString(file).replace("2048", "4096"));
    good("model", "edit", "server", "--file", file.toString());
    served.sitsDown("bob", Role.OPERATOR);
    Files.writeString(file, Files.readString(file).replace("4096", "8192"));
    Desk.Outcome refused = desk.run("model", "edit", "server", "--file", file.toString());
    assertThat(refused.code()).isEqualTo(ExitCode.CONFLICT.code());
    assertThat(refused.err()).contains("nobody says which version", "model export server");
    good("model", "edit", "server", "--file", file.toString(), "--base", "3");
    good("model", "edit", "web", "--file", file.toString());
  }

  @Test
  void aTypeThatNoCardHasIsDeletedWithAllThatWasWritten() throws Exception {
    edit();
    good("model", "edit", "web", "--file", file.toString());
    good("model", "assign", "web", "1.3");
    Desk.Outcome refused = desk.run("model", "delete", "web");
    assertThat(refused.code()).isEqualTo(ExitCode.CONFLICT.code());
    assertThat(refused.err()).contains("1 card is of the type web (1.3)", "model assign");
    assertThat(desk.run("model", "delete", "server").err()).contains("2 cards are", "1.1, 1.2");
    assertThat(desk.run("model", "delete", "balancer").code()).isEqualTo(5);
    assertThat(desk.run("model", "delete", "nothing").code()).isEqualTo(ExitCode.FAILED.code());
    good("model", "apply", "web", "--no-wait");
    good("model", "cancel", "web");
    writer.given(
        new DeviceChange.RunChanged(
            Objects.requireNonNull(devices().runs().get("web"))
                .into(ApplyRun.Stage.STOPPED, Desk.NOW, "cancelled")));
    good("model", "assign", "server", "1.3");
    served.sitsDown("vera", Role.VIEWER);
    assertThat(desk.run("model", "delete", "web").code()).isEqualTo(ExitCode.REFUSED.code());
    served.sitsDown("olga", Role.OPERATOR);
    assertThat(good("model", "delete", "web")).isEqualTo("model web is gone, with 1 version\n");
    assertThat(devices().models()).containsOnlyKeys("server");
    assertThat(devices().runs()).isEmpty();
    assertThat(good("model", "list")).doesNotContain("web");
    assertThat(desk.run("model", "delete", "web").code()).isEqualTo(ExitCode.FAILED.code());
    assertThat(writer.changes(Change.Audited.class))
        .extracting(a -> a.user() + ": " + a.action() + ": " + a.outcome())
        .contains("olga: delete model web: done");
    good("model", "edit", "web", "--file", file.toString());
  }

  @Test
  void allProblemsOfAFileAreToldWithTheirLines() throws Exception {
    Files.writeString(file, "os:\n  items:\n    file:x: {content: a}\nwrong: 1\n");
    Desk.Outcome refused = desk.run("model", "edit", "server", "--file", file.toString());
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("web.yaml:3:", "web.yaml:4: unknown key 'wrong'");
    assertThat(devices().models()).isEmpty();
  }

  @Test
  void valuesAreVersionsTooAndSecretsStaySecret() throws Exception {
    edit();
    good("model", "set", "server", "greeting=Ahoy", "--card", "1.3", "--why", "the door");
    Path secret = dir.resolve("secret");
    Files.writeString(secret, "s3cret-word\n");
    good("model", "set", "server", "password=@" + secret);
    String diff = good("model", "diff", "server", "2", "4");
    assertThat(diff).contains("card 1.3 value greeting", "Ahoy", "value password", "********");
    assertThat(diff).doesNotContain("s3cret");
    assertThat(good("model", "plan", "server", "--json"))
        .doesNotContain("s3cret")
        .contains("Ahoy on 1.3");
    assertThat(writer.changes(Change.Audited.class).toString())
        .contains("set greeting of model server for card 1.3 (the door)")
        .doesNotContain("s3cret");
    Desk.Outcome wrong = desk.run("model", "set", "server", "mode=slow");
    assertThat(wrong.err()).contains("mode is 'slow', one of fast, safe is meant");
    assertThat(desk.run("model", "set", "server", "nothing=1").err()).contains("no parameter");
    good("model", "set", "server", "greeting=", "--card", "1.3");
    assertThat(devices().model("server").orElseThrow().newest().number()).isEqualTo(5);
  }

  @Test
  void aVersionIsOnItsWayUntilItEnds() throws Exception {
    edit();
    Desk.Outcome begun = desk.run("model", "apply", "server", "--no-wait", "--parallel", "2");
    assertThat(begun.err()).isEmpty();
    assertThat(begun.out()).contains("version 2 is on its way to the first 1, 0 of 3 cards done");
    assertThat(desk.run("model", "apply", "server").code()).isEqualTo(ExitCode.CONFLICT.code());
    assertThat(desk.run("model", "confirm", "server").err()).contains("confirms itself");
    desk.onPause = () -> ends(ApplyRun.Stage.DONE, "");
    assertThat(good("model", "cancel", "server")).contains("goes back: cancelled by");
    ends(ApplyRun.Stage.DONE, "");
    given(2);
    assertThat(good("model", "status", "server"))
        .contains("is on all cards that are up", "that was ", "NOW")
        .containsPattern("1\\.2 .*server/2");
    says(new CardPosition(1, 2));
    assertThat(good("model", "status", "server"))
        .as("looked at anew")
        .containsPattern("1\\.2 .*server/2, 2 differing");
    assertThat(devices().model("server").orElseThrow().current()).isEqualTo(2);
    Desk.Outcome back = desk.run("model", "return", "server", "1", "--why", "wrong");
    assertThat(back.code()).isZero();
    assertThat(back.err()).contains("server: version 1 is on its way");
    assertThat(desk.run("model", "return", "server", "9").err())
        .contains("no version 9; there are [1, 2]");
    assertThat(desk.run("model", "return", "server", "0").err())
        .contains("version is 0: the first version of a model is 1");
    assertThat(desk.run("model", "apply", "server", "--version", "0").code()).isNotZero();
  }

  @Test
  void aRunThatStoppedEndsTheCommandWithItsCause() throws Exception {
    edit();
    desk.onPause = () -> ends(ApplyRun.Stage.STOPPED, "card 1.1: dpkg says no");
    Desk.Outcome done = desk.run("model", "apply", "server");
    assertThat(done.code()).isEqualTo(1);
    assertThat(done.err()).contains("server: version 2 went back: card 1.1: dpkg says no");
  }

  @Test
  void differencesAreShownAdoptedAndPutRight() throws Exception {
    edit();
    assertThat(desk.run("model", "restore", "1.3").err()).contains("was given no model yet");
    given(2);
    CardPosition at = new CardPosition(1, 3);
    assertThat(good("model", "drift")).contains("no difference");
    says(at);
    assertThat(good("model", "drift", "server"))
        .contains("file:/etc/motd", "mine", "password=********");
    assertThat(desk.run("model", "adopt", "1.3").code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(desk.run("model", "adopt", "1.3", "file:/etc/none", "--why", "x").err())
        .contains("does not differ in file:/etc/none");
    good("model", "adopt", "1.3", "file:/etc/motd", "--why", "better", "--no-wait");
    assertThat(writer.current().queue(at).waiting())
        .singleElement()
        .isInstanceOfSatisfying(
            Command.ReadItems.class, r -> assertThat(r.keys()).containsExactly("file:/etc/motd"));
    good("model", "restore", "1.3", "--no-wait");
    assertThat(devices().record(at).renew()).isTrue();
  }

  @Test
  void itemsAreTriedOnOneCardAndConfirmed() throws Exception {
    CardPosition at = new CardPosition(1, 2);
    Files.writeString(file, "items:\n  firewall:filter:\n    rules: 'drop {{card}}'\n");
    Desk.Outcome tried =
        desk.run(
            "model", "try", "1.2", "--file", file.toString(), "--confirm", "2min", "--no-wait");
    assertThat(tried.err()).isEmpty();
    assertThat(writer.current().queue(at).waiting())
        .singleElement()
        .isInstanceOfSatisfying(
            Command.TryItems.class,
            t -> {
              assertThat(t.confirmSeconds()).isEqualTo(120);
              assertThat(t.items().toString()).contains("drop 1.2");
            });
    assertThat(desk.run("model", "confirm", "1.2").code()).isEqualTo(ExitCode.CONFLICT.code());
    writer.given(
        new Change.CommandFinished(
            at, writer.current().queue(at).waiting().getFirst().id(), true, ""));
    assertThat(good("model", "devices")).contains("which is to be confirmed");
    good("model", "confirm", "1.2");
    DeviceRecord record = devices().record(at);
    assertThat(record.order()).isNotNull();
    assertThat(Objects.requireNonNull(record.order()).byOperator()).isFalse();
  }

  @Test
  void aTypeOfItsOwnIsGivenToCards() throws Exception {
    assertThat(desk.run("model", "assign", "web", "1.1").err()).contains("no type 'web'");
    good("model", "edit", "web", "--file", file.toString());
    good("model", "assign", "web", "1.1", "1.2");
    assertThat(good("model", "list").lines().filter(l -> l.startsWith("web")).toList())
        .singleElement()
        .asString()
        .contains("2");
    assertThat(good("model", "plan", "web")).contains("risky: taken back unless confirmed");
    good("model", "assign", "server", "1.1");
    assertThat(devices().record(new CardPosition(1, 1)).type()).isEmpty();
  }

  @Test
  void whoOnlyLooksChangesNothing() throws Exception {
    edit();
    served.sitsDown("vera", Role.VIEWER);
    for (String[] words :
        List.of(
            new String[] {"model", "apply", "server"},
            new String[] {"model", "set", "server", "greeting=x"},
            new String[] {"model", "edit", "server", "--file", file.toString()},
            new String[] {"model", "assign", "server", "1.1"},
            new String[] {"model", "restore", "1.1"},
            new String[] {"model", "adopt", "1.1", "--why", "x"},
            new String[] {"model", "try", "1.1", "--file", file.toString()},
            new String[] {"model", "confirm", "server"},
            new String[] {"model", "cancel", "server"})) {
      assertThat(desk.run(words).code()).as(words[1]).isEqualTo(ExitCode.REFUSED.code());
    }
    for (String looks : List.of("list", "drift", "devices")) {
      good("model", looks);
    }
    good("model", "plan", "server");
    assertThat(devices().runs()).isEmpty();
    assertThat(writer.changes(Change.Audited.class).toString()).contains("refused");
  }
}
