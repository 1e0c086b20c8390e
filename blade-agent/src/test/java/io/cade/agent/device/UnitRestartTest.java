package io.cade.agent.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.DeviceItem.FileItem;
import io.cade.agent.wire.DeviceItem.UnitItem;
import io.cade.agent.wire.WireJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Units that are restarted when what they read has changed. */
class UnitRestartTest {
  private static final String CONF = "/etc/nginx/nginx.conf";
  private static final UnitItem NGINX =
      new UnitItem("nginx", true, true, List.of("file:" + CONF, "package:nginx"));

  private final DeskWorld world = new DeskWorld();

  private static FileItem conf(String content) {
    return DeskWorld.file(CONF, content);
  }

  @BeforeEach
  void runs() throws Exception {
    world.system.put(new UnitItem("nginx", true, true));
    world.system.put(conf("one"));
    world.desk.start();
    assertThat(world.apply(1, "server/1", 0, conf("one"), NGINX).succeeded()).isTrue();
    assertThat(world.system.restarts).as("nothing changed").isEmpty();
  }

  @Test
  void aChangedFileRestartsTheUnitAfterAllItemsAndOnlyOnce() throws Exception {
    CommandResult done =
        world.apply(2, "server/2", 0, NGINX, conf("two"), DeskWorld.file("/etc/motd", "unrelated"));
    assertThat(done.detail()).isEqualTo("2 of 3 items changed, restarted: nginx");
    assertThat(world.system.restarts).containsExactly("nginx");
    assertThat(world.different()).isEmpty();
    world.apply(3, "server/3", 0, NGINX, conf("two"), DeskWorld.file("/etc/motd", "else"));
    assertThat(world.system.restarts).as("none that it reads").containsExactly("nginx");
  }

  @Test
  void aChangeWithWhichTheUnitDoesNotComeUpIsTakenBack() throws Exception {
    world.system.brittle.add("nginx");
    CommandResult failed = world.apply(2, "server/2", 0, conf("broken"), NGINX);
    assertThat(failed.succeeded()).isFalse();
    assertThat(failed.detail()).contains("unit:nginx: systemctl: control process exited");
    assertThat(world.system.look("file:" + CONF)).isEqualTo(conf("one"));
  }

  @Test
  void whatIsTakenBackIsReadAgain() throws Exception {
    FileItem two = conf("two");
    assertThat(
            world
                .apply(2, "server/2", 30, two, NGINX, DeskWorld.firewall("tcp dport 1 drop"))
                .succeeded())
        .isTrue();
    assertThat(world.system.restarts).containsExactly("nginx");
    world.pass(Duration.ofSeconds(31));
    assertThat(world.system.look("file:" + CONF)).isEqualTo(conf("one"));
    assertThat(world.system.restarts).containsExactly("nginx", "nginx");
  }

  @Test
  void aRestartOfTheAgentInTheMidstLeadsToTheOldFileAndARestart() throws Exception {
    for (int steps = 0; steps < 12; steps++) {
      DeskWorld cut = new DeskWorld();
      cut.system.put(new UnitItem("nginx", true, true));
      cut.system.put(conf("one"));
      cut.desk.start();
      cut.apply(1, "server/1", 0, conf("one"), NGINX);
      cut.fuse.blowAt(steps, false);
      boolean died = false;
      try {
        cut.apply(2, "server/2", 0, conf("two"), NGINX);
      } catch (PowerCut e) {
        died = true;
      }
      cut.fuse.mend();
      cut.restart();
      DeviceItem now = cut.system.look("file:" + CONF);
      boolean applied = cut.desk.standing().label().equals("server/2");
      assertThat(now).as("cut at %d", steps).isEqualTo(conf(applied ? "two" : "one"));
      if (applied) {
        assertThat(cut.system.restarts).isNotEmpty();
      }
      if (!died) {
        assertThat(applied).isTrue();
        return;
      }
    }
    throw new AssertionError("the change never came to its end");
  }

  @Test
  void aUnitThatIsOnlyJustStartedAfterItsFileIsNotRestarted() throws Exception {
    DeskWorld fresh = new DeskWorld();
    fresh.desk.start();
    assertThat(fresh.apply(1, "server/1", 0, conf("one"), NGINX).detail())
        .isEqualTo("2 of 2 items changed");
    assertThat(fresh.system.restarts).isEmpty();
    DeskWorld other = new DeskWorld();
    other.desk.start();
    other.apply(1, "server/1", 0, NGINX, conf("one"));
    assertThat(other.system.restarts).as("started before its file").containsExactly("nginx");
  }

  @Test
  void aUnitThatDoesNotRunStaysSo() throws Exception {
    UnitItem off = new UnitItem("nginx", false, false, NGINX.restartOn());
    world.apply(2, "server/2", 0, conf("two"), off);
    assertThat(world.system.restarts).isEmpty();
  }

  @Test
  void aFileThatLeavesTheModelIsReadAgainToo() throws Exception {
    DeskWorld cut = new DeskWorld();
    cut.system.put(new UnitItem("nginx", true, true));
    cut.desk.start();
    cut.apply(1, "server/1", 0, conf("one"), NGINX);
    cut.system.restarts.clear();
    cut.apply(2, "server/2", 0, NGINX);
    assertThat(cut.system.look("file:" + CONF)).isEqualTo(new AbsentItem("file:" + CONF));
    assertThat(cut.system.restarts).containsExactly("nginx");
  }

  @Test
  void wrongKeysAreRefusedAndEarlierItemsAreUnderstood() throws Exception {
    UnitItem wrong = new UnitItem("nginx", true, true, List.of("file:relative"));
    assertThat(world.apply(2, "server/2", 0, wrong).detail()).contains("no name of a file");
    DeviceItem old =
        new WireJson()
            .decode(
                "{\"kind\":\"unit\",\"name\":\"ssh\",\"enabled\":true,\"running\":false}"
                    .getBytes(StandardCharsets.UTF_8),
                DeviceItem.class);
    assertThat(old).isEqualTo(new UnitItem("ssh", true, false));
    assertThat(new String(new WireJson().encode(old), StandardCharsets.UTF_8))
        .doesNotContain("restartOn");
  }
}
