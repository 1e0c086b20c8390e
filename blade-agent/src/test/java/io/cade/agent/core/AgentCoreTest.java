package io.cade.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.core.AgentEffect.Ask;
import io.cade.agent.core.AgentEffect.CloseAskSession;
import io.cade.agent.core.AgentEffect.OpenAskSession;
import io.cade.agent.core.AgentEffect.Remember;
import io.cade.agent.core.AgentEffect.SendReport;
import io.cade.agent.core.AgentEffect.StartProcess;
import io.cade.agent.core.AgentEvent.Exchange;
import io.cade.agent.core.AgentEvent.ExchangeFailed;
import io.cade.agent.core.AgentEvent.Failure;
import io.cade.agent.wire.AskReply;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.IntroductionReply;
import io.cade.agent.wire.ReportReply;
import io.cade.agent.wire.ServiceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class AgentCoreTest {
  private static final String DIGEST = "sha256:" + "a".repeat(64);
  private static final String DIGEST_2 = "sha256:" + "b".repeat(64);
  private static final Standing NEW = new Standing(false, true, Duration.ofSeconds(5));
  private static final Standing KNOWN = new Standing(true, false, Duration.ofSeconds(5));

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private AgentCore core = core(AgentMemory.empty());
  private AgentMemory disk = AgentMemory.empty();

  private static AgentCore core(AgentMemory memory) {
    return new AgentCore(AgentTimings.standard(), memory, new SplittableRandom(42));
  }

  /** Steps and, like an adapter, keeps what is to be remembered. */
  private List<AgentEffect> step(AgentEvent event) {
    List<AgentEffect> effects = new ArrayList<>();
    for (AgentEffect effect : core.step(event, now)) {
      if (effect instanceof Remember remember) {
        disk = remember.memory();
      } else {
        effects.add(effect);
      }
    }
    return effects;
  }

  private List<AgentEffect> tick() {
    return step(new AgentEvent.Tick());
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  private List<AgentEffect> answer(@Nullable Command command) {
    return step(new AgentEvent.AskAnswered(new AskReply(command)));
  }

  private List<AgentEffect> reported(boolean again, boolean reader, boolean waiting) {
    return step(new AgentEvent.ReportAnswered(new ReportReply(again, reader, waiting)));
  }

  private void goOnline() {
    assertThat(step(new AgentEvent.Started(KNOWN))).contains(new AgentEffect.Introduce());
    step(new AgentEvent.IntroductionAnswered(new IntroductionReply("key", false)));
    reported(false, false, false);
    assertThat(core.online()).isTrue();
  }

  private void reboot() {
    core = core(disk);
  }

  private static Command.InstallService install(long id) {
    return new Command.InstallService(id, "shop", DIGEST, 100);
  }

  private static Command.StartService start(long id, String digest) {
    return new Command.StartService(id, "shop", "static-site", digest, 8000);
  }

  private static StartProcess process(long launch, String digest) {
    return new StartProcess(launch, new AgentMemory.Launch("shop", "static-site", digest, 8000));
  }

  private void runShop() {
    step(new AgentEvent.Poked());
    answer(install(1));
    step(new AgentEvent.PackageInstalled("shop", DIGEST));
    assertThat(answer(start(2, DIGEST))).contains(process(1, DIGEST));
    step(new AgentEvent.ServiceReady("shop", 1));
    assertThat(answer(null)).contains(new CloseAskSession());
    reported(false, false, false);
  }

  private ServiceStatus shop() {
    return core.services().get(0);
  }

  @Test
  void newCardEnrolsIntroducesItselfAndReports() {
    assertThat(step(new AgentEvent.Started(NEW))).containsExactly(new AgentEffect.Enrol());
    assertThat(step(new AgentEvent.Enrolled())).containsExactly(new AgentEffect.Introduce());
    assertThat(step(new AgentEvent.IntroductionAnswered(new IntroductionReply("key", false))))
        .containsExactly(new SendReport(List.of(), false));
    assertThat(disk.packageKeyPem()).isEqualTo("key");
  }

  @Test
  void reportsFollowTheInterval() {
    goOnline();
    Duration wait = Duration.between(now, core.nextWake());
    assertThat(wait).isBetween(Duration.ofMillis(4_500), Duration.ofMillis(5_500));
    assertThat(tick()).isEmpty();
    pass(wait);
    assertThat(tick()).containsExactly(new SendReport(List.of(), false));
    assertThat(tick()).as("one report at a time").isEmpty();
  }

  @Test
  void electedReaderReadsTheChassisUntilItIsNoLongerElected() {
    goOnline();
    now = core.nextWake();
    tick();
    reported(false, true, false);
    now = core.nextWake();
    assertThat(tick()).containsExactly(new SendReport(List.of(), true));
    reported(false, false, false);
    now = core.nextWake();
    assertThat(tick()).containsExactly(new SendReport(List.of(), false));
  }

  @Test
  void unreachableEngineIsTriedAgainLessAndLessOften() {
    step(new AgentEvent.Started(KNOWN));
    Duration last = Duration.ZERO;
    for (int i = 0; i < 12; i++) {
      step(new ExchangeFailed(Exchange.INTRODUCE, Failure.UNREACHABLE, "no route"));
      last = Duration.between(now, core.nextWake());
      assertThat(last).isBetween(Duration.ofMillis(125), Duration.ofSeconds(15));
      assertThat(tick()).isEmpty();
      now = core.nextWake();
      assertThat(tick()).containsExactly(new AgentEffect.Introduce());
    }
    assertThat(last).isGreaterThan(Duration.ofSeconds(7));
  }

  @Test
  void refusedEnrolmentFetchesTheBootConfigurationAgain() {
    step(new AgentEvent.Started(NEW));
    step(new ExchangeFailed(Exchange.ENROL, Failure.REFUSED, "secret used"));
    now = core.nextWake();
    assertThat(tick()).containsExactly(new AgentEffect.RefetchBootConfig("enrolment: secret used"));
    assertThat(step(new AgentEvent.BootConfigFetched(NEW)))
        .containsExactly(new AgentEffect.Enrol());
  }

  @Test
  void refusedIntroductionEnrolsAgainOnlyWithANewSecret() {
    step(new AgentEvent.Started(KNOWN));
    step(new ExchangeFailed(Exchange.INTRODUCE, Failure.UNTRUSTED, "unknown authority"));
    now = core.nextWake();
    tick();
    assertThat(step(new AgentEvent.BootConfigFetched(KNOWN)))
        .containsExactly(new AgentEffect.Introduce());
    step(new ExchangeFailed(Exchange.INTRODUCE, Failure.REFUSED, "unknown card"));
    now = core.nextWake();
    tick();
    assertThat(
            step(new AgentEvent.BootConfigFetched(new Standing(true, true, Duration.ofSeconds(5)))))
        .containsExactly(new AgentEffect.Enrol());
  }

  @Test
  void engineThatForgotTheBootHearsTheIntroductionAgain() {
    goOnline();
    now = core.nextWake();
    tick();
    assertThat(reported(true, false, false)).containsExactly(new AgentEffect.Introduce());
  }

  @Test
  void pokesAreMergedAndSpaced() {
    goOnline();
    assertThat(step(new AgentEvent.Poked())).containsExactly(new OpenAskSession(null));
    for (int i = 0; i < 1_000; i++) {
      assertThat(step(new AgentEvent.Poked())).isEmpty();
    }
    assertThat(answer(null)).containsExactly(new CloseAskSession());
    assertThat(core.nextWake()).isEqualTo(now.plusMillis(200));
    pass(Duration.ofMillis(199));
    assertThat(tick()).isEmpty();
    pass(Duration.ofMillis(1));
    assertThat(tick()).containsExactly(new OpenAskSession(null));
    answer(null);
    pass(Duration.ofMillis(200));
    assertThat(tick()).as("all thousand pokes were one").isEmpty();
  }

  @Test
  void pokeBeforeTheIntroductionWaitsForIt() {
    step(new AgentEvent.Started(KNOWN));
    assertThat(step(new AgentEvent.Poked())).isEmpty();
    assertThat(step(new AgentEvent.IntroductionAnswered(new IntroductionReply("key", false))))
        .contains(new OpenAskSession(null));
  }

  @Test
  void lostPokeIsMadeUpForByTheNextReport() {
    goOnline();
    now = core.nextWake();
    tick();
    assertThat(reported(false, false, true)).containsExactly(new OpenAskSession(null));
  }

  @Test
  void resultIsDurableBeforeItIsSaid() {
    goOnline();
    step(new AgentEvent.Poked());
    assertThat(answer(install(1)))
        .containsExactly(new AgentEffect.InstallPackage("shop", DIGEST, 100));

    List<AgentEffect> effects = core.step(new AgentEvent.PackageInstalled("shop", DIGEST), now);

    CommandResult result = new CommandResult(1, true, "");
    assertThat(effects.get(0)).isInstanceOf(Remember.class);
    AgentMemory memory = ((Remember) effects.get(0)).memory();
    assertThat(memory.unreported()).isEqualTo(result);
    assertThat(memory.installed()).containsExactly(new AgentMemory.Installed("shop", DIGEST));
    assertThat(effects.indexOf(new Ask(result))).isPositive();
  }

  @Test
  void resultSurvivesARebootAndIsNotForgottenUntilHeard() {
    goOnline();
    step(new AgentEvent.Poked());
    answer(install(1));
    step(new AgentEvent.PackageInstalled("shop", DIGEST));

    reboot();
    step(new AgentEvent.Started(KNOWN));
    CommandResult result = new CommandResult(1, true, "");
    assertThat(step(new AgentEvent.IntroductionAnswered(new IntroductionReply("key", false))))
        .contains(new OpenAskSession(result));
    assertThat(answer(null)).contains(new CloseAskSession());
    assertThat(disk.unreported()).isNull();
  }

  @Test
  void repeatedCommandIsAnsweredFromMemory() {
    goOnline();
    runShop();
    reboot();
    goOnline();
    step(new AgentEvent.Poked());

    assertThat(answer(install(1))).containsExactly(new Ask(new CommandResult(1, true, "")));
    assertThat(answer(start(2, DIGEST))).containsExactly(new Ask(new CommandResult(2, true, "")));
  }

  @Test
  void engineThatRepeatsWhatItJustHeardIsNotAnsweredInCircles() {
    goOnline();
    runShop();
    pass(Duration.ofSeconds(1));
    step(new AgentEvent.Poked());
    assertThat(answer(install(1))).contains(new Ask(new CommandResult(1, true, "")));
    assertThat(answer(install(1))).containsExactly(new CloseAskSession());
    assertThat(core.nextWake()).isAfter(now);
  }

  @Test
  void brokenSessionIsTakenUpAgainWithTheSameResult() {
    goOnline();
    step(new AgentEvent.Poked());
    answer(install(1));
    step(new AgentEvent.InstallFailed("shop", DIGEST, "no such package"));
    assertThat(step(new ExchangeFailed(Exchange.ASK, Failure.UNREACHABLE, "reset")))
        .contains(new CloseAskSession());
    reported(false, false, false);
    now = core.nextWake();
    assertThat(tick())
        .containsExactly(new OpenAskSession(new CommandResult(1, false, "no such package")));
  }

  @Test
  void serviceIsReportedRunningOnlyOnceItAnswers() {
    goOnline();
    step(new AgentEvent.Poked());
    answer(install(1));
    step(new AgentEvent.PackageInstalled("shop", DIGEST));
    answer(start(2, DIGEST));
    assertThat(shop().state()).isEqualTo(ServiceStatus.State.STARTING);
    List<AgentEffect> effects = step(new AgentEvent.ServiceReady("shop", 1));
    assertThat(shop().state()).isEqualTo(ServiceStatus.State.RUNNING);
    assertThat(effects).contains(new Ask(new CommandResult(2, true, "")));
  }

  @Test
  void changedServiceIsReportedAtOnce() {
    goOnline();
    runShop();
    reported(false, false, false);
    assertThat(step(new AgentEvent.ServiceExited("shop", 1, "exit code 9")))
        .containsExactly(new SendReport(List.of(shop()), false));
    assertThat(shop().state()).isEqualTo(ServiceStatus.State.FAILED);
    assertThat(shop().detail()).isEqualTo("exit code 9; restart 1 follows");
  }

  @Test
  void fallingServiceIsRestartedThreeTimesThenGivenUp() {
    goOnline();
    runShop();
    reported(false, false, false);
    for (int launch = 1; launch <= 3; launch++) {
      step(new AgentEvent.ServiceExited("shop", launch, "exit code 9"));
      reported(false, false, false);
      Duration wait = Duration.between(now, core.nextWake());
      assertThat(wait).isEqualTo(Duration.ofMillis(500L << (launch - 1)));
      pass(wait);
      assertThat(tick()).contains(process(launch + 1, DIGEST));
      reported(false, false, false);
    }
    step(new AgentEvent.ServiceExited("shop", 4, "exit code 9"));
    reported(false, false, false);
    assertThat(shop().state()).isEqualTo(ServiceStatus.State.FAILED);
    assertThat(shop().detail()).isEqualTo("exit code 9; given up after 3 restarts");
    pass(Duration.ofSeconds(4));
    assertThat(tick()).isEmpty();
  }

  @Test
  void oldNewsOfAnEarlierLaunchChangesNothing() {
    goOnline();
    runShop();
    step(new AgentEvent.ServiceExited("shop", 7, "exit code 9"));
    assertThat(shop().state()).isEqualTo(ServiceStatus.State.RUNNING);
  }

  @Test
  void startThatFailsAnswersTheCommandAndIsNotRepeated() {
    goOnline();
    step(new AgentEvent.Poked());
    answer(install(1));
    step(new AgentEvent.PackageInstalled("shop", DIGEST));
    answer(start(2, DIGEST));
    assertThat(step(new AgentEvent.ServiceExited("shop", 1, "exit code 1: port in use")))
        .contains(new Ask(new CommandResult(2, false, "exit code 1: port in use")));
    assertThat(disk.started()).isEmpty();
    assertThat(shop().state()).isEqualTo(ServiceStatus.State.FAILED);
  }

  @Test
  void whatHasToBeDoneBeforeTheStartHasItsOwnTime() {
    goOnline();
    step(new AgentEvent.Poked());
    answer(install(1));
    step(new AgentEvent.PackageInstalled("shop", DIGEST));
    answer(start(2, DIGEST));
    step(new AgentEvent.ServicePrepares("shop", 1, "its data are carried from 1 to 2", 300));
    assertThat(shop().state()).isEqualTo(ServiceStatus.State.STARTING);
    assertThat(shop().detail()).isEqualTo("its data are carried from 1 to 2");
    pass(Duration.ofSeconds(359));
    assertThat(tick()).noneMatch(e -> e instanceof AgentEffect.StopProcess);
    step(new AgentEvent.ServicePrepares("shop", 1, "", 0));
    assertThat(shop().detail()).isEmpty();
    pass(Duration.ofSeconds(59));
    assertThat(tick()).noneMatch(e -> e instanceof AgentEffect.StopProcess);
    pass(Duration.ofSeconds(1));
    assertThat(tick())
        .contains(
            new AgentEffect.StopProcess("shop", 1),
            new Ask(new CommandResult(2, false, "did not answer within 60 s")));
  }

  @Test
  void serviceThatNeverAnswersIsStoppedAndFails() {
    goOnline();
    step(new AgentEvent.Poked());
    answer(install(1));
    step(new AgentEvent.PackageInstalled("shop", DIGEST));
    answer(start(2, DIGEST));
    pass(Duration.ofSeconds(60));
    assertThat(tick())
        .contains(
            new AgentEffect.StopProcess("shop", 1),
            new Ask(new CommandResult(2, false, "did not answer within 60 s")));
    step(new AgentEvent.ServiceExited("shop", 1, "killed"));
    assertThat(shop().state()).isEqualTo(ServiceStatus.State.FAILED);
  }

  @Test
  void startedServicesRunAgainAfterAPowerCutWithoutTheEngine() {
    goOnline();
    runShop();
    reboot();
    assertThat(step(new AgentEvent.Started(KNOWN))).contains(process(1, DIGEST));
  }

  @Test
  void startOfWhatIsNotInstalledFails() {
    goOnline();
    step(new AgentEvent.Poked());
    List<AgentEffect> effects = answer(start(1, DIGEST));
    assertThat(effects).hasSize(1);
    assertThat(((Ask) effects.get(0)).result().succeeded()).isFalse();
    assertThat(((Ask) effects.get(0)).result().detail()).contains("not installed");
  }

  @Test
  void newVersionReplacesTheRunningOne() {
    goOnline();
    runShop();
    pass(Duration.ofSeconds(1));
    step(new AgentEvent.Poked());
    answer(new Command.InstallService(3, "shop", DIGEST_2, 100));
    step(new AgentEvent.PackageInstalled("shop", DIGEST_2));
    assertThat(answer(start(4, DIGEST_2))).contains(new AgentEffect.StopProcess("shop", 1));
    assertThat(step(new AgentEvent.ServiceExited("shop", 1, "exit code 0")))
        .contains(process(2, DIGEST_2));
    assertThat(step(new AgentEvent.ServiceReady("shop", 2)))
        .contains(new Ask(new CommandResult(4, true, "")));
    assertThat(shop().packageDigest()).isEqualTo(DIGEST_2);
  }

  @Test
  void thirdPackageOfAServiceDisplacesTheOneThatIsNotRunning() {
    goOnline();
    runShop();
    pass(Duration.ofSeconds(1));
    step(new AgentEvent.Poked());
    answer(new Command.InstallService(3, "shop", DIGEST_2, 100));
    step(new AgentEvent.PackageInstalled("shop", DIGEST_2));
    String third = "sha256:" + "c".repeat(64);
    answer(new Command.InstallService(4, "shop", third, 100));
    assertThat(step(new AgentEvent.PackageInstalled("shop", third)))
        .contains(new AgentEffect.DeletePackage("shop", DIGEST_2));
  }

  @Test
  void removalStopsDeletesAndForgets() {
    goOnline();
    runShop();
    pass(Duration.ofSeconds(1));
    step(new AgentEvent.Poked());
    assertThat(answer(new Command.RemoveService(3, "shop")))
        .contains(new AgentEffect.StopProcess("shop", 1));
    assertThat(step(new AgentEvent.ServiceExited("shop", 1, "exit code 0")))
        .contains(new AgentEffect.DeleteService("shop"));
    assertThat(step(new AgentEvent.ServiceDeleted("shop", "")))
        .contains(new Ask(new CommandResult(3, true, "")));
    assertThat(core.services()).isEmpty();
    assertThat(disk.installed()).isEmpty();
    assertThat(disk.started()).isEmpty();
  }

  @Test
  void stoppedServiceStaysStoppedOverAReboot() {
    goOnline();
    runShop();
    pass(Duration.ofSeconds(1));
    step(new AgentEvent.Poked());
    answer(new Command.StopService(3, "shop"));
    assertThat(step(new AgentEvent.ServiceExited("shop", 1, "exit code 0")))
        .contains(new Ask(new CommandResult(3, true, "")));
    assertThat(shop().state()).isEqualTo(ServiceStatus.State.STOPPED);
    reboot();
    assertThat(step(new AgentEvent.Started(KNOWN))).containsExactly(new AgentEffect.Introduce());
  }

  @Test
  void memoryOfResultsIsBounded() {
    goOnline();
    step(new AgentEvent.Poked());
    for (int id = 1; id <= 100; id++) {
      answer(new Command.StopService(id, "none"));
    }
    assertThat(disk.results()).hasSize(AgentMemory.MAX_RESULTS);
    List<AgentEffect> effects = answer(new Command.StopService(1, "none"));
    assertThat(((Ask) effects.get(0)).result().detail()).contains("not carried out again");
  }

  @Test
  void aCardThatHasForgottenNothingCarriesOutWhatItDoesNotKnow() {
    goOnline();
    step(new AgentEvent.Poked());
    for (int id = 5_001; id < 5_001 + AgentMemory.MAX_RESULTS - 1; id++) {
      answer(new Command.StopService(id, "none"));
    }
    // An engine whose data are older than this card counts from an earlier command on.
    assertThat(answer(install(4_990)))
        .contains(new AgentEffect.InstallPackage("shop", DIGEST, 100));
  }

  @Test
  void newCertificateStartsANewCountOfCommands() {
    goOnline();
    runShop();
    reboot();
    step(new AgentEvent.Started(NEW));
    step(new AgentEvent.Enrolled());
    assertThat(disk.results()).isEmpty();
  }

  @Test
  void whatWasOnlyLookedAtIsNotRememberedAndLookedAtAgain() {
    goOnline();
    step(new AgentEvent.Poked());
    Command.ReadItems read = new Command.ReadItems(5, List.of("file:/etc/motd"));
    assertThat(answer(read)).contains(new AgentEffect.ChangeDevice(read));
    AgentMemory before = disk;
    CommandResult found =
        new CommandResult(
            5,
            true,
            "",
            List.of(new DeviceItem.FileItem("/etc/motd", "x".repeat(60_000), "0644", "")));
    assertThat(step(new AgentEvent.DeviceDone(found))).contains(new Ask(found));
    assertThat(disk).as("neither result nor content is kept").isEqualTo(before);
    assertThat(step(new ExchangeFailed(Exchange.ASK, Failure.UNREACHABLE, "cut")))
        .contains(new CloseAskSession());

    pass(Duration.ofMinutes(1));
    assertThat(tick()).as("told again while the agent lives").contains(new OpenAskSession(found));
    reboot();
    goOnline();
    step(new AgentEvent.Poked());
    assertThat(answer(read))
        .as("and read again by another")
        .contains(new AgentEffect.ChangeDevice(read));
  }

  @Test
  void changeOfTheDeviceIsRememberedBeforeItsResultIsTold() {
    goOnline();
    step(new AgentEvent.Poked());
    Command.ConfirmChange confirm = new Command.ConfirmChange(5, 4);
    answer(confirm);
    CommandResult done = new CommandResult(5, true, "");
    List<AgentEffect> effects = core.step(new AgentEvent.DeviceDone(done), now);
    assertThat(effects.getFirst()).isInstanceOf(Remember.class);
    assertThat(effects).contains(new Ask(done));
  }
}
