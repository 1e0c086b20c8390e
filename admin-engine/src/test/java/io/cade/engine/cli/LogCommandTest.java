package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogLine;
import io.cade.agent.wire.LogUpload;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.operate.Role;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code card logs} and {@code card inventory} against the real API server. */
@Timeout(120)
final class LogCommandTest extends OneCardDesk {
  private void sends(String source, long number, long age, String text) {
    sends(source, "e1", number, age, text);
  }

  private void sends(String source, String epoch, long number, long age, String text) {
    collected
        .take(
            AT,
            new LogUpload(
                AT,
                "boot",
                source,
                epoch,
                false,
                List.of(new LogLine(number, Desk.NOW.minusSeconds(age), text))))
        .toCompletableFuture()
        .join();
  }

  @Test
  void logsAreAskedForAndShownByTime() {
    desk.onPause =
        () -> {
          sends("service:shop", 0, 20, "second");
          sends("agent", 0, 30, "first");
          sends("unit:ssh", 5, 10, "of a unit");
          answer(true, "2 new lines");
        };
    Desk.Outcome shown = cade("card logs 1.3");
    assertThat(shown.err()).isEmpty();
    assertThat(shown.out().lines())
        .hasSize(2)
        .satisfies(lines -> assertThat(lines.get(0)).endsWith("agent | first"))
        .satisfies(lines -> assertThat(lines.get(1)).endsWith("service:shop | second"));
    assertThat(writer.changes(Change.Audited.class).toString())
        .contains("read the logs of card 1.3");
    assertThat(cade("card logs 1.3 --stored --unit ssh").out()).endsWith("unit:ssh | of a unit\n");
    assertThat(cade("card logs 1.3 --stored --service shop --since 25s").out()).contains("second");
    assertThat(cade("card logs 1.3 --stored --agent --since 25s").out()).isEmpty();
    assertThat(cade("card logs 1.3 --stored --lines 1").out()).endsWith("| second\n");
    assertThat(cade("card logs 1.3 --stored --json").out())
        .contains("\"sources\"", "\"second\"", "\"first\"");
  }

  @Test
  void linesOfTheCardThatTookThePlaceOfAnotherAreShownToo() {
    sends("agent", "e1", 0, 30, "of the old card");
    sends("agent", "e1", 1, 29, "its last words");
    sends("agent", "e2", 0, 10, "of the new card");
    assertThat(cade("card logs 1.3 --stored").out().lines())
        .extracting(line -> line.substring(line.indexOf("| ") + 2))
        .containsExactly("of the old card", "its last words", "of the new card");
  }

  @Test
  void aProxyHasNoLogThatCouldBeAskedFor() {
    CardPosition proxy = new CardPosition(0, 4);
    writer.given(
        new Change.CardSeated(proxy, CardRole.PROXY, new MacAddress("02:00:00:00:04:00")),
        new Change.CardStateChanged(proxy, CardState.BOOTING, "asked"),
        new Change.CardStateChanged(proxy, CardState.AVAILABLE, "introduced itself"));
    Desk.Outcome shown = cade("card logs 0.4");
    assertThat(shown.code()).isNotZero();
    assertThat(shown.err()).contains("card 0.4 is a proxy: it takes no commands");
    assertThat(writer.changes(Change.CommandQueued.class)).isEmpty();
  }

  @Test
  void logsOfADeadCardAreThoseThatItSentLast() {
    sends("agent", 0, 30, "last words");
    writer.given(new Change.CardStateChanged(AT, CardState.FAILED, "no report for 31 s"));
    Desk.Outcome shown = cade("card logs 1.3");
    assertThat(shown.code()).isZero();
    assertThat(shown.out()).endsWith("agent | last words\n");
    assertThat(shown.err()).contains("card 1.3 is FAILED; sent last");
    assertThat(writer.changes(Change.CommandQueued.class)).isEmpty();
  }

  @Test
  void whatTheCardCannotSendIsSaid() {
    desk.onPause = () -> answer(false, "there is no unit sshx");
    Desk.Outcome failed = cade("card logs 1.3 --unit sshx");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.err()).contains("there is no unit sshx");
    desk.onPause = () -> {};
    assertThat(cade("card logs 1.3 --wait 1").err()).contains("within 1 s", "--stored");
  }

  @Test
  void wrongWordsAreRefusedBeforeAnythingIsAsked() {
    assertThat(cade("card logs 1.3 --unit --file=/etc/shadow").code()).isEqualTo(2);
    assertThat(cade("card logs 1.3 --service a --unit b").code()).isEqualTo(2);
    assertThat(cade("card logs 1.3 --since yesterday").code()).isEqualTo(2);
    assertThat(cade("card logs 1.3 --stored --follow").code()).isEqualTo(2);
    assertThat(cade("card logs 1.3 --stored --lines 9999").err()).contains("1 to 5000");
    assertThat(cade("card logs 1.9 --stored").code()).isEqualTo(1);
    assertThat(writer.changes(Change.CommandQueued.class)).isEmpty();
  }

  @Test
  void aViewerMayNotReadThem() throws Exception {
    sends("agent", 0, 30, "who visited what");
    served.user(PeerEngine.USER, Role.VIEWER);
    for (String words :
        List.of("card logs 1.3", "card logs 1.3 --stored", "card inventory 1.3 --stored")) {
      Desk.Outcome refused = cade(words);
      assertThat(refused.code()).as(words).isEqualTo(4);
      assertThat(refused.out()).isEmpty();
    }
  }

  @Test
  void inventoryIsAskedForAndShown() {
    assertThat(cade("card inventory 1.3 --stored").err()).contains("never sent an inventory");
    desk.onPause =
        () -> {
          collected
              .take(
                  AT,
                  new Inventory(
                      AT,
                      "boot",
                      Desk.NOW,
                      "6.1.0",
                      List.of(new Inventory.InstalledPackage("nginx", "1.22.1-9")),
                      List.of(new Inventory.Unit("nginx.service", true, "running")),
                      0,
                      ""))
              .toCompletableFuture()
              .join();
          answer(true, "1 packages, 1 units");
        };
    Desk.Outcome shown = cade("card inventory 1.3");
    assertThat(shown.err()).isEmpty();
    assertThat(shown.out())
        .contains("kernel 6.1.0", "nginx", "1.22.1-9", "nginx.service", "yes", "running");
    assertThat(cade("card inventory 1.3 --stored --json").out()).contains("\"1.22.1-9\"");
  }

  @Test
  void readingAlongDoesNotPushWhatWasDoneOutOfTheHistory() {
    desk.onPause = () -> answer(true, "");
    assertThat(cade("card ping 1.3").code()).isZero();
    for (int i = 0; i < 40; i++) {
      assertThat(cade("card logs 1.3").code()).isZero();
    }
    assertThat(cade("card commands 1.3").out()).contains("ping").containsOnlyOnce("read-logs");
  }
}
