package io.cade.agent.device;

import static io.cade.agent.device.DeskWorld.file;
import static io.cade.agent.device.DeskWorld.firewall;
import static io.cade.agent.device.DeskWorld.pack;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.DeviceItem.FileItem;
import io.cade.agent.wire.DeviceItem.KernelItem;
import io.cade.agent.wire.DeviceItem.UnitItem;
import io.cade.agent.wire.ItemDifference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class DeviceDeskTest {
  private final DeskWorld world = new DeskWorld();

  @BeforeEach
  void start() throws InterruptedException {
    world.system.put(file("/etc/motd", "factory\n"));
    world.system.put(pack("openssl", "3.0"));
    world.desk.start();
  }

  @Test
  void appliesInOrderAndSaysHowManyItemsWereChanged() throws Exception {
    CommandResult result =
        world.apply(1, "server/1", 0, pack("nginx", "1"), file("/etc/motd", "hello\n"));
    assertThat(result).isEqualTo(new CommandResult(1, true, "2 of 2 items changed"));
    assertThat(world.system.changes)
        .containsExactly(pack("nginx", "1"), file("/etc/motd", "hello\n"));
    assertThat(world.standing().label()).isEqualTo("server/1");
    assertThat(world.standing().differences()).isEmpty();
  }

  @Test
  void whatIsSoAlreadyIsNotTouched() throws Exception {
    CommandResult result = world.apply(1, "server/1", 30, file("/etc/motd", "factory\n"));
    assertThat(result.detail()).isEqualTo("all 1 items were so already");
    assertThat(world.system.changes).isEmpty();
  }

  @Test
  void repeatedCommandIsAnsweredAndNotRepeated() throws Exception {
    CommandResult first = world.apply(1, "server/1", 0, file("/etc/motd", "a\n"));
    world.system.put(file("/etc/motd", "by hand\n"));
    assertThat(world.apply(1, "server/1", 0, file("/etc/motd", "a\n"))).isEqualTo(first);
    assertThat(world.system.changes).hasSize(1);
    world.restart();
    assertThat(world.apply(1, "server/1", 0, file("/etc/motd", "a\n"))).isEqualTo(first);
    assertThat(world.system.changes).hasSize(1);
  }

  @Test
  void sameNumberOfAnotherLifeOfTheEngineIsAnotherCommand() throws Exception {
    world.apply(1, "server/1", 0, file("/etc/motd", "a\n"));
    assertThat(world.apply(1, "server/1", 0, file("/etc/motd", "b\n")).succeeded()).isTrue();
    assertThat(world.system.items).containsValue(file("/etc/motd", "b\n"));
  }

  @Test
  void whenOneItemFailsAllIsAsBeforeAndTheModelOfBeforeStays() throws Exception {
    world.apply(1, "server/1", 0, file("/etc/motd", "one\n"));
    Map<String, DeviceItem> before = new TreeMap<>(world.system.items);
    world.system.stuck.add("unit:nginx");
    CommandResult result =
        world.apply(
            2,
            "server/2",
            0,
            pack("nginx", "1"),
            file("/etc/motd", "two\n"),
            new UnitItem("nginx", true, true));
    assertThat(result.succeeded()).isFalse();
    assertThat(result.detail()).isEqualTo("change 2 was taken back: unit:nginx: stuck");
    assertThat(world.system.items).isEqualTo(before);
    assertThat(world.standing().label()).isEqualTo("server/1");
    assertThat(world.standing().differences()).isEmpty();
    assertThat(world.standing().problem()).isEmpty();
  }

  @Test
  void allIsCheckedBeforeAnythingIsChanged() throws Exception {
    CommandResult result =
        world.apply(
            1,
            "server/1",
            0,
            file("/etc/motd", "x\n"),
            pack("unknown", ""),
            file("/etc/../root/x", "y"),
            file("/etc/motd", "twice\n"));
    assertThat(result.succeeded()).isFalse();
    assertThat(result.detail())
        .startsWith("nothing was changed: ")
        .contains("package:unknown: there is no package unknown")
        .contains("file:/etc/motd: is there twice")
        .contains("/etc/../root/x");
    assertThat(world.system.changes).isEmpty();
    assertThat(world.stores).as("nothing had to be remembered").isEqualTo(1);
  }

  @Test
  void whatCouldNotBePutBackIsNotChanged() throws Exception {
    world.system.unlike.put("file:/etc/nginx", "/etc/nginx is a directory");
    CommandResult result =
        world.apply(1, "server/1", 0, file("/etc/motd", "x\n"), file("/etc/nginx", "x\n"));
    assertThat(result.detail())
        .isEqualTo("nothing was changed: file:/etc/nginx: /etc/nginx is a directory");
    assertThat(world.system.changes).isEmpty();
  }

  @Test
  void nothingIsChangedThatCannotBeRemembered() throws Exception {
    world.diskFull = true;
    CommandResult result = world.apply(1, "server/1", 0, file("/etc/motd", "x\n"));
    assertThat(result.succeeded()).isFalse();
    assertThat(result.detail()).contains("no space left on device");
    assertThat(world.system.changes).isEmpty();
  }

  @Test
  void itemsThatLeaveTheModelAreAsTheyWereBeforeCade() throws Exception {
    world.apply(1, "server/1", 0, pack("nginx", "1"), file("/etc/motd", "one\n"));
    world.apply(2, "server/2", 0, pack("nginx", "2"), file("/etc/motd", "two\n"));
    world.apply(3, "server/3", 0, file("/srv/x", "new\n"));
    assertThat(world.system.items)
        .doesNotContainKey("package:nginx")
        .containsEntry("file:/etc/motd", file("/etc/motd", "factory\n"))
        .containsEntry("file:/srv/x", file("/srv/x", "new\n"));
    world.apply(4, "server/4", 0);
    assertThat(world.system.items).doesNotContainKey("file:/srv/x").hasSize(2);
    assertThat(world.stored.originals()).isEmpty();
  }

  @Test
  void returningToAnEarlierVersionIsAnApplicationLikeAnyOther() throws Exception {
    world.apply(1, "server/1", 0, file("/etc/motd", "one\n"));
    world.apply(2, "server/2", 0, file("/etc/motd", "two\n"), file("/srv/x", "x\n"));
    world.apply(3, "server/1", 0, file("/etc/motd", "one\n"));
    assertThat(world.system.items)
        .containsEntry("file:/etc/motd", file("/etc/motd", "one\n"))
        .doesNotContainKey("file:/srv/x");
  }

  @Test
  void trialShowsAsADifferenceUntilItIsAdoptedOrDropped() throws Exception {
    world.apply(1, "server/1", 0, file("/etc/motd", "one\n"));
    CommandResult tried =
        world.run(
            new Command.TryItems(
                2, List.of(file("/etc/motd", "trial\n"), file("/srv/x", "x\n")), 0));
    assertThat(tried.succeeded()).isTrue();
    assertThat(world.standing().label()).isEqualTo("server/1");
    assertThat(world.standing().differences())
        .containsExactlyInAnyOrder(
            new ItemDifference("file:/etc/motd", "content", "line 1: one", "line 1: trial"),
            new ItemDifference("file:/srv/x", "presence", "absent", "present"));

    world.apply(3, "server/2", 0, file("/etc/motd", "trial\n"), file("/srv/x", "x\n"));
    assertThat(world.standing().differences()).isEmpty();
    world.apply(4, "server/1", 0, file("/etc/motd", "one\n"));
    assertThat(world.system.items).doesNotContainKey("file:/srv/x");
  }

  @Test
  void droppedTrialLeavesNothing() throws Exception {
    world.apply(1, "server/1", 0, file("/etc/motd", "one\n"));
    world.run(new Command.TryItems(2, List.of(file("/srv/x", "x\n")), 0));
    world.apply(3, "server/1", 0, file("/etc/motd", "one\n"));
    assertThat(world.system.items).doesNotContainKey("file:/srv/x");
    assertThat(world.standing().differences()).isEmpty();

    world.run(new Command.TryItems(4, List.of(file("/srv/y", "y\n")), 0));
    world.run(new Command.TryItems(5, List.of(new AbsentItem("file:/srv/y")), 0));
    assertThat(world.standing().differences()).isEmpty();
    assertThat(world.stored.originals()).hasSize(1);
  }

  @Test
  void driftIsSeenAtTheNextLookAndNotWhereItIsIgnored() throws Exception {
    world.run(
        new Command.ApplyModel(
            1,
            "server/1",
            List.of(file("/etc/motd", "one\n"), file("/var/log/x", "l\n"), pack("nginx", "1")),
            List.of("file:/var/**"),
            0));
    world.system.put(file("/etc/motd", "one\nby hand\n"));
    world.system.put(file("/var/log/x", "grown\n"));
    world.system.items.remove("package:nginx");
    long checks = world.standing().checks();
    world.pass(DeskWorld.LOOK);
    assertThat(world.standing().checks()).isEqualTo(checks + 1);
    assertThat(world.standing().differences())
        .containsExactly(
            new ItemDifference("file:/etc/motd", "content", "ends after line 1", "line 2: by hand"),
            new ItemDifference("package:nginx", "presence", "present", "absent"));
    assertThat(world.system.changes).as("looking changes nothing").hasSize(3);
  }

  @Test
  void contentThatOthersMustNotReadIsNotTold() throws Exception {
    world.apply(1, "server/1", 0, new FileItem("/etc/secret", "hunter2\n", "0600", ""));
    world.system.put(new FileItem("/etc/secret", "password1\n", "0644", ""));
    world.pass(DeskWorld.LOOK);
    assertThat(world.standing().differences().toString())
        .contains("10 bytes, sha256 ")
        .doesNotContain("hunter2")
        .doesNotContain("password1");
  }

  @Test
  void firewallIsNotDifferentOnlyBecauseItIsToldInOtherWords() throws Exception {
    assertThat(world.apply(1, "server/1", 0, firewall("tcp dport ssh accept")).succeeded())
        .isTrue();
    world.pass(DeskWorld.LOOK);
    assertThat(world.standing().differences()).isEmpty();
    world.system.put(firewall("tcp dport 23 accept"));
    world.pass(DeskWorld.LOOK);
    assertThat(world.different()).containsExactly("firewall:inet cade");
    assertThat(world.apply(2, "server/1", 0, firewall("tcp dport ssh accept")).succeeded())
        .isTrue();
    assertThat(world.standing().differences()).isEmpty();
  }

  @Test
  void whatTheStartOfTheSystemForgetsIsMadeSoAgainAndNothingElse() throws Exception {
    KernelItem kernel = new KernelItem("vm.swappiness", "10");
    world.apply(
        1, "server/1", 0, kernel, firewall("tcp dport ssh accept"), file("/etc/motd", "a\n"));
    world.system.put(file("/etc/motd", "by hand\n"));
    world.system.items.remove(kernel.key());
    world.restart();
    assertThat(world.different())
        .as("an agent's restart is no reason to put anything right")
        .containsExactlyInAnyOrder(kernel.key(), "file:/etc/motd");
    world.system.reboot();
    world.restart();
    assertThat(world.different()).containsExactly("file:/etc/motd");
    assertThat(world.system.items).containsEntry(kernel.key(), kernel);
  }

  @Test
  void changeThatNobodyConfirmsIsTakenBackAndALateConfirmationIsRefused() throws Exception {
    world.apply(1, "server/1", 0, file("/etc/motd", "one\n"));
    Map<String, DeviceItem> before = new TreeMap<>(world.system.items);
    CommandResult applied =
        world.apply(2, "server/2", 60, file("/etc/motd", "two\n"), firewall("drop"));
    assertThat(applied.succeeded()).isTrue();
    assertThat(applied.detail()).contains("taken back in 60 s unless confirmed");
    assertThat(world.standing().pendingChange()).isEqualTo(2);
    assertThat(world.standing().pendingSeconds()).isEqualTo(60);
    world.pass(Duration.ofSeconds(59));
    assertThat(world.standing().pendingSeconds()).isEqualTo(1);
    assertThat(world.system.items).isNotEqualTo(before);
    world.pass(Duration.ofSeconds(1));
    assertThat(world.system.items).isEqualTo(before);
    assertThat(world.standing().label()).isEqualTo("server/1");
    assertThat(world.standing().problem())
        .isEqualTo("change 2 was taken back: not confirmed within 60 s");
    assertThat(world.standing().pendingChange()).isZero();
    assertThat(world.run(new Command.ConfirmChange(3, 2)))
        .isEqualTo(
            new CommandResult(3, false, "change 2 was taken back: not confirmed within 60 s"));
    assertThat(world.apply(4, "server/3", 0, file("/etc/motd", "3\n")).succeeded()).isTrue();
    assertThat(world.standing().problem()).isEmpty();
  }

  @Test
  void confirmedChangeStays() throws Exception {
    world.apply(1, "server/1", 60, firewall("accept"));
    assertThat(world.run(new Command.ConfirmChange(2, 1)).succeeded()).isTrue();
    world.pass(Duration.ofHours(2));
    assertThat(world.system.items).containsKey("firewall:inet cade");
    world.restart();
    world.pass(Duration.ofHours(2));
    assertThat(world.system.items).containsKey("firewall:inet cade");
    assertThat(world.run(new Command.ConfirmChange(3, 1)).succeeded())
        .as("saying it again does no harm")
        .isTrue();
    assertThat(world.run(new Command.ConfirmChange(4, 77)).succeeded()).isFalse();
  }

  @Test
  void onlyRiskyChangesWaitForAConfirmation() throws Exception {
    world.apply(1, "server/1", 60, file("/etc/motd", "x\n"));
    assertThat(world.standing().pendingChange()).isZero();
    assertThat(world.run(new Command.ConfirmChange(2, 1)).succeeded()).isTrue();
    world.apply(3, "server/2", 60, file("/etc/motd", "x\n"), firewall("accept"));
    assertThat(world.standing().pendingChange()).isEqualTo(3);
    assertThat(world.apply(4, "server/3", 60).detail())
        .startsWith("change 3 waits for its confirmation");
  }

  @Test
  void restartsAndClocksThatAreSetBackDoNotProlongTheTime() throws Exception {
    world.apply(1, "server/1", 60, firewall("drop"));
    world.wall = world.wall.minus(Duration.ofDays(1));
    for (int i = 0; i < 59; i++) {
      world.restart();
      world.wall = world.wall.minus(Duration.ofDays(1));
      assertThat(world.system.items).as("restart %d", i).containsKey("firewall:inet cade");
    }
    world.restart();
    world.desk.work();
    assertThat(world.system.items).doesNotContainKey("firewall:inet cade");
  }

  @Test
  void timeWithoutPowerCounts() throws Exception {
    world.apply(1, "server/1", 60, firewall("drop"));
    world.wall = world.wall.plus(Duration.ofSeconds(45));
    world.restart();
    assertThat(world.standing().pendingSeconds()).isEqualTo(15);
    world.pass(Duration.ofSeconds(15));
    assertThat(world.system.items).doesNotContainKey("firewall:inet cade");
  }

  @Test
  void clockJumpWhileTheAgentRunsMeansNothing() throws Exception {
    world.apply(1, "server/1", 60, firewall("drop"));
    world.wall = world.wall.plus(Duration.ofDays(1));
    world.desk.work();
    assertThat(world.system.items).containsKey("firewall:inet cade");
    world.wall = world.wall.minus(Duration.ofDays(2));
    world.nanos += Duration.ofSeconds(60).toNanos();
    world.desk.work();
    assertThat(world.system.items).doesNotContainKey("firewall:inet cade");
  }

  @Test
  void unconfirmedChangeIsTakenBackAfterARebootToo() throws Exception {
    world.apply(1, "server/1", 0, firewall("accept"));
    world.apply(2, "server/2", 60, firewall("drop"));
    world.system.reboot();
    world.restart();
    world.pass(Duration.ofSeconds(60));
    assertThat(world.system.items.toString()).contains("accept").doesNotContain("drop");
    assertThat(world.standing().label()).isEqualTo("server/1");
    assertThat(world.standing().differences()).isEmpty();
  }

  @Test
  void whatCannotBeTakenBackYetIsTriedAgainWithEachLook() throws Exception {
    world.apply(1, "server/1", 60, file("/etc/motd", "x\n"), firewall("drop"));
    world.system.stuck.add("file:/etc/motd");
    world.pass(Duration.ofSeconds(60));
    assertThat(world.system.items).as("the rest is back").doesNotContainKey("firewall:inet cade");
    assertThat(world.standing().problem())
        .contains("change 1 is being taken back")
        .contains("file:/etc/motd: stuck");
    assertThat(world.apply(2, "server/2", 0).succeeded()).isFalse();
    world.system.stuck.clear();
    world.pass(DeskWorld.LOOK);
    assertThat(world.system.items).containsEntry("file:/etc/motd", file("/etc/motd", "factory\n"));
    assertThat(world.standing().problem()).startsWith("change 1 was taken back");
    assertThat(world.apply(3, "server/2", 0).succeeded()).isTrue();
  }

  @Test
  void whatIsStillBeingTakenBackIsNotMadeSoOnceMoreByARebootOfTheSystem() throws Exception {
    KernelItem kernel = new KernelItem("vm.swappiness", "10");
    world.apply(1, "server/1", 0, kernel, firewall("tcp dport ssh accept"));
    world.apply(2, "server/2", 60, file("/etc/motd", "x\n"), firewall("drop"));
    world.system.stuck.add("file:/etc/motd");
    world.pass(Duration.ofSeconds(60));
    assertThat(world.standing().problem()).contains("change 2 is being taken back");
    world.system.changes.clear();
    world.system.reboot();
    world.restart();
    assertThat(world.system.changes)
        .as("made again after the system's start")
        .contains(kernel)
        .doesNotContain(firewall("drop"));
    assertThat(world.system.items.toString()).contains("tcp dport 22 accept");
    assertThat(world.standing().problem()).contains("change 2 is being taken back");
    world.system.stuck.clear();
    world.pass(DeskWorld.LOOK);
    assertThat(world.standing().label()).isEqualTo("server/1");
    assertThat(world.standing().differences()).isEmpty();
    assertThat(world.system.items).containsKey("firewall:inet cade");
    assertThat(world.system.items.toString()).doesNotContain("drop");
  }

  @Test
  void aChangeWhoseTimeRanOutWithoutPowerIsNotMadeOnceMoreBeforeItIsTakenBack() throws Exception {
    world.apply(1, "server/1", 0, firewall("accept"));
    world.apply(2, "server/2", 60, firewall("drop"));
    world.system.changes.clear();
    world.system.reboot();
    world.wall = world.wall.plus(Duration.ofMinutes(5));
    world.restart();
    assertThat(world.system.changes).doesNotContain(firewall("drop"));
    assertThat(world.system.items.toString()).contains("accept");
    assertThat(world.standing().label()).isEqualTo("server/1");
    assertThat(world.standing().problem())
        .isEqualTo("change 2 was taken back: not confirmed within 60 s");
    assertThat(world.standing().differences()).isEmpty();
  }

  @Test
  void aJournalThatCannotBeReadIsNeitherReplacedNorTakenForNone() throws Exception {
    world.apply(1, "server/1", 0, firewall("accept"));
    world.apply(2, "server/2", 60, firewall("drop"));
    DeviceState stored = world.stored;
    world.unreadable = true;
    world.system.reboot();
    world.restart();
    world.pass(DeskWorld.LOOK);
    assertThat(world.stored).isSameAs(stored);
    assertThat(world.standing().problem()).contains("too many open files");
    CommandResult refused = world.apply(3, "server/3", 0, file("/etc/motd", "x\n"));
    assertThat(refused.succeeded()).isFalse();
    assertThat(refused.detail()).contains("cannot be read").contains("too many open files");
    assertThat(world.run(new Command.ConfirmChange(4, 2)).succeeded()).isFalse();
    assertThat(world.system.items).containsEntry("file:/etc/motd", file("/etc/motd", "factory\n"));
    assertThat(world.stored).isSameAs(stored);
    assertThat(world.run(new Command.ReadItems(5, List.of("file:/etc/motd"))).succeeded())
        .as("looking does no harm")
        .isTrue();

    world.unreadable = false;
    world.pass(DeskWorld.LOOK);
    assertThat(world.system.items.toString()).contains("accept").doesNotContain("drop");
    assertThat(world.standing().label()).isEqualTo("server/1");
    assertThat(world.standing().problem())
        .isEqualTo("change 2 was taken back: not confirmed within 60 s");
  }

  @Test
  void aJournalThatCanBeReadAgainIsReadBeforeTheNextCommand() throws Exception {
    world.apply(1, "server/1", 0, file("/etc/motd", "one\n"));
    world.unreadable = true;
    world.restart();
    world.unreadable = false;
    assertThat(world.apply(2, "", 0).succeeded()).isTrue();
    assertThat(world.system.items)
        .as("what was there before Cade was not forgotten")
        .containsEntry("file:/etc/motd", file("/etc/motd", "factory\n"));
    assertThat(world.standing().problem()).isEmpty();
  }

  @Test
  void aDeviceThatIsCutOffComesBackEvenWithAFullDisk() throws Exception {
    world.apply(1, "server/1", 60, firewall("drop"));
    world.diskFull = true;
    world.pass(Duration.ofSeconds(60));
    assertThat(world.system.items).doesNotContainKey("firewall:inet cade");
    assertThat(world.standing().problem()).contains("no space left on device");
    world.diskFull = false;
    world.restart();
    world.desk.work();
    assertThat(world.system.items).doesNotContainKey("firewall:inet cade");
    assertThat(world.standing().label()).isEmpty();
  }

  @Test
  void readsWhatIsThere() throws Exception {
    CommandResult read =
        world.run(new Command.ReadItems(1, List.of("file:/etc/motd", "unit:none")));
    assertThat(read.succeeded()).isTrue();
    assertThat(read.found())
        .containsExactly(file("/etc/motd", "factory\n"), new AbsentItem("unit:none"));
    assertThat(world.run(new Command.ReadItems(2, List.of("file:../x"))).succeeded()).isFalse();
    assertThat(world.run(new Command.ReadItems(3, List.of("colour:red"))).detail())
        .contains("is of no known kind");
  }

  @Test
  void readingStopsAtAMegabyte() throws Exception {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      world.system.put(file("/srv/" + i, "x".repeat(DeviceItem.MAX_CONTENT)));
      keys.add("file:/srv/" + i);
    }
    CommandResult read = world.run(new Command.ReadItems(1, keys));
    assertThat(read.succeeded()).isFalse();
    assertThat(read.found()).isEmpty();
    assertThat(read.detail()).contains("ask for fewer items");
  }

  @Test
  void noMoreDifferencesAreToldThanAReportHolds() throws Exception {
    DeviceItem[] items = new DeviceItem[100];
    for (int i = 0; i < items.length; i++) {
      items[i] = file("/srv/f" + i, "x\n");
    }
    world.apply(1, "server/1", 0, items);
    world.system.items.keySet().removeIf(k -> k.startsWith("file:/srv/"));
    world.pass(DeskWorld.LOOK);
    assertThat(world.standing().differences()).hasSize(64);
    assertThat(world.standing().more()).isEqualTo(36);
  }
}
