package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.Change;
import io.cade.engine.model.ServiceDefinition;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.operate.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code user list|add|password|remove}, and what a tenant may do, against the real API server. */
@Timeout(120)
final class UserCommandTest {
  @TempDir Path dir;
  private final InstantSource clock = InstantSource.fixed(Desk.NOW);
  private final TestWriter writer = new TestWriter(clock);
  private ServedDesk served;
  private Desk desk;
  private Path site;

  @BeforeEach
  void start() throws Exception {
    served = new ServedDesk(dir, ServedDesk.Wishes.of(writer, clock).with(Role.ADMINISTRATOR));
    desk = served.desk;
    site = Files.createDirectories(dir.resolve("site"));
    Files.writeString(site.resolve("index.html"), "mine");
    int slot = 1;
    for (String name : List.of("shop", "news")) {
      CardPosition at = new CardPosition(1, slot++);
      writer.given(
          new Change.CardSeated(
              at, CardRole.SERVER, new MacAddress("02:00:00:00:01:%02x".formatted(slot))),
          new Change.ServiceCreated(
              writer.current().nextServiceIndex(),
              new ServiceDefinition(
                  name, "static-site", List.of(name + ".example"), 1, "sha256:" + name)),
          new Change.CardsBound(name, List.of(at)),
          new Change.PackageGenerated(name, "sha256:p" + name, 10),
          new Change.ServicePhaseChanged(name, ServicePhase.ANNOUNCED, ""));
    }
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
  }

  /** The same desk, as the user whose kit this is. */
  private Desk as(Path kit) {
    Desk other = new Desk();
    other.environment.put("CADE_STATE", kit.toString());
    return other;
  }

  private Path tenant(String name, String... services) {
    Path kit = dir.resolve(name + "-kit");
    List<String> words =
        new ArrayList<>(List.of("user", "add", name, "--role", "tenant", "--kit", kit.toString()));
    for (String service : services) {
      words.addAll(List.of("--service", service));
    }
    Desk.Outcome added = desk.run(words.toArray(String[]::new));
    assertThat(added.code()).as(added.err()).isZero();
    return kit;
  }

  private List<String> audited(String user) {
    return writer.changes(Change.Audited.class).stream()
        .filter(a -> a.user().equals(user))
        .map(a -> a.action() + ": " + a.outcome())
        .toList();
  }

  @Test
  void aTenantPublishesToHisOwnServiceAndTakesItBack() throws Exception {
    Desk ann = as(tenant("ann", "shop"));
    Desk.Outcome published =
        ann.run(
            "service",
            "publish",
            "shop",
            "--content",
            site.toString(),
            "--no-wait",
            "--why",
            "new");
    assertThat(published.err()).isEmpty();
    assertThat(published.code()).isZero();
    assertThat(writer.current().service("shop").orElseThrow().versions().next()).isEqualTo(3);
    assertThat(ann.run("service", "versions", "shop").out()).contains("ann", "new");
    assertThat(ann.run("service", "cancel", "shop", "--no-wait").code()).isZero();
    assertThat(ann.run("service", "show", "shop").code()).isZero();
    assertThat(audited("ann"))
        .containsExactly(
            "publish a version of service shop (new): done",
            "cancel what is under way of service shop: done");
  }

  @Test
  void aTenantHasNothingToDoWithOthersServicesAndTheTryIsOnRecord() throws Exception {
    Desk ann = as(tenant("ann", "shop"));
    long versions = writer.current().service("news").orElseThrow().versions().next();
    Desk.Outcome refused =
        ann.run("service", "publish", "news", "--content", site.toString(), "--no-wait");
    assertThat(refused.code()).isEqualTo(4);
    assertThat(refused.err()).contains("ann does not rent service news");
    assertThat(audited("ann"))
        .containsExactly(
            "publish a version of service news: refused: ann does not rent service news");
    assertThat(writer.current().service("news").orElseThrow().versions().next())
        .isEqualTo((int) versions);
    assertThat(ann.run("service", "cancel", "news").code()).isEqualTo(4);
    assertThat(ann.run("service", "return", "news", "1").code()).isEqualTo(4);
    for (String words :
        List.of(
            "service show news",
            "service versions news",
            "service list",
            "service settings shop",
            "service set shop balancing=hash",
            "service resize shop --cards 2",
            "service plan shop --cards 2",
            "service delete shop",
            "service certificate shop",
            "show cards",
            "card show 1.1",
            "card power 1.1 off",
            "alarm list",
            "lease list",
            "user list",
            "user add eve --role administrator",
            "backup create " + dir.resolve("stolen.tar"))) {
      Desk.Outcome outcome = ann.run(words.split(" "));
      assertThat(outcome.code()).as(words).isEqualTo(4);
      assertThat(outcome.err())
          .as(words)
          .containsAnyOf(
              "ann may only use the services that he or she rents: shop",
              "this needs the role operator, ann is tenant");
    }
  }

  @Test
  void aPasswordIsSaidOnceOrPutIntoAKitThatOthersCannotRead() throws Exception {
    Desk.Outcome said = desk.run("user", "add", "vera", "--role", "viewer");
    assertThat(said.out()).matches("vera is viewer; password: [A-Za-z0-9_-]{24}\n");
    assertThat(desk.run("user", "list", "--json").out()).doesNotContain(password(said.out()));
    Path kit = tenant("ann", "shop", "news");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kit)))
        .isEqualTo("rwx------");
    for (String file : List.of("password", "endpoints.json", "authority-certificate.pem")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kit.resolve(file))))
          .isEqualTo("rw-------");
    }
    Desk.Outcome list = desk.run("user", "list");
    assertThat(list.out())
        .containsPattern("ann +tenant +news, shop")
        .containsPattern("vera +viewer +-");
    // The engine's own record has neither of them.
    assertThat(writer.changes(Change.Audited.class).toString())
        .doesNotContain(password(said.out()))
        .doesNotContain(Files.readString(kit.resolve("password")).strip());
  }

  private static String password(String said) {
    return said.strip().substring(said.strip().lastIndexOf(' ') + 1);
  }

  @Test
  void anotherPasswordEndsTheOneBeforeAndKeepsWhatTheUserMay() throws Exception {
    Path kit = tenant("ann", "shop");
    Path second = dir.resolve("second");
    assertThat(desk.run("user", "password", "ann", "--kit", second.toString()).code()).isZero();
    assertThat(as(second).run("service", "show", "shop").code()).isZero();
    assertThat(as(second).run("service", "show", "news").code()).isEqualTo(4);
    Desk.Outcome old = as(kit).run("service", "show", "shop");
    assertThat(old.code()).isEqualTo(4);
    assertThat(old.err()).contains("does not know this user or password");
  }

  @Test
  void whatIsWrongIsRefusedAndLeavesNothingBehind() throws Exception {
    String before = Files.readString(dir.resolve("users"));
    Path kit = dir.resolve("kit");
    refused(
        1,
        "there is no service shpo",
        "ann",
        "--role",
        "tenant",
        "--service",
        "shpo",
        "--kit",
        kit.toString());
    refused(2, "a tenant has 1 to 100 services, not 0", "ann", "--role", "tenant");
    refused(2, "only a tenant has services", "ann", "--role", "viewer", "--service", "shop");
    refused(
        2, "role must be one of tenant, viewer, operator, administrator", "ann", "--role", "king");
    refused(2, "letters, digits, dot", "an:n", "--role", "viewer");
    refused(5, "is the only administrator", PeerEngine.USER, "--role", "viewer");
    assertThat(desk.run("user", "remove", PeerEngine.USER).code()).isEqualTo(5);
    assertThat(desk.run("user", "remove", "nobody").err()).contains("there is no user nobody");
    assertThat(desk.run("user", "password", "nobody").err()).contains("there is no user nobody");
    assertThat(kit).doesNotExist();
    assertThat(Files.readString(dir.resolve("users"))).isEqualTo(before);
  }

  @Test
  void onlyAdministratorsHaveToDoWithUsers() throws Exception {
    served.sitsDown("olga", Role.OPERATOR);
    for (String words : List.of("user list", "user add eve --role viewer", "user remove olga")) {
      Desk.Outcome outcome = desk.run(words.split(" "));
      assertThat(outcome.code()).as(words).isEqualTo(4);
      assertThat(outcome.err()).contains("this needs the role administrator, olga is operator");
    }
    assertThat(audited("olga")).hasSize(3);
  }

  private void refused(int code, String words, String... rest) throws IOException {
    List<String> all = new ArrayList<>(List.of("user", "add"));
    all.addAll(List.of(rest));
    Desk.Outcome outcome = desk.run(all.toArray(String[]::new));
    assertThat(outcome.err()).contains(words);
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(code);
  }

  @Test
  void aUserWhoIsTakenAwayCannotSignInAnyMore() throws Exception {
    Path kit = tenant("ann", "shop");
    assertThat(desk.run("user", "remove", "ann").out()).isEqualTo("user ann is gone\n");
    assertThat(as(kit).run("service", "show", "shop").code()).isEqualTo(4);
    assertThat(audited(PeerEngine.USER)).contains("remove user ann: done");
  }
}
