package io.cade.agent.core;

import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.ServiceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The decisions of one agent. Its owner calls {@link #step} with each event and the time, carries
 * out the effects, and sends a {@link AgentEvent.Tick} at {@link #nextWake}. Deterministic for a
 * given generator; no clock, no threads, no sockets. Not thread-safe: one owner thread.
 */
public final class AgentCore {
  /** What a wall clock may go apart without having been set. */
  private static final Duration CLOCK_SET = Duration.ofMinutes(1);

  private final EngineLink link;
  private final CertificateCare certificate;
  private final CommandDesk commands;
  private final ServiceDesk services;
  private String packageKeyPem;
  private AgentMemory remembered;

  /** How far the wall clock is ahead of the times of steps, and was when it was last set. */
  private Duration ahead = Duration.ZERO;

  private Duration aheadWhenSet = Duration.ZERO;

  /**
   * @param memory as last remembered, or {@link AgentMemory#empty}
   * @param random for the jitter of waits
   */
  public AgentCore(AgentTimings timings, AgentMemory memory, RandomGenerator random) {
    link = new EngineLink(timings, random);
    certificate = new CertificateCare(random);
    commands = new CommandDesk(timings, memory, random);
    services = new ServiceDesk(timings, memory);
    packageKeyPem = memory.packageKeyPem();
    remembered = memory;
    Long rebooted = memory.rebooting();
    if (rebooted != null) {
      commands.record(new CommandResult(rebooted, true, "restarted"));
      commands.want();
    }
  }

  /** When the next {@link AgentEvent.Tick} is due; {@link Instant#MAX} when none is. */
  public Instant nextWake() {
    Instant wake = earlier(link.nextWake(), services.nextWake());
    Instant renewal = certificate.nextWake(link.online());
    if (!renewal.equals(Instant.MAX)) {
      wake = earlier(wake, renewal.minus(ahead));
    }
    return earlier(wake, commands.nextWake(link.online()));
  }

  /** The services as the next report would show them. */
  public List<ServiceStatus> services() {
    return services.statuses();
  }

  /** Whether the card is introduced and reports. */
  public boolean online() {
    return link.online();
  }

  /**
   * Takes one event and says what to do.
   *
   * @param now of a clock that only ever goes on; intervals are counted by it
   * @param wall by the wall clock, which is set now and then; dates of certificates are its
   */
  public List<AgentEffect> step(AgentEvent event, Instant now, Instant wall) {
    ahead = Duration.between(now, wall);
    if (ahead.minus(aheadWhenSet).abs().compareTo(CLOCK_SET) > 0) {
      aheadWhenSet = ahead;
      certificate.clockSet(wall);
    }
    return step(event, now);
  }

  /** Takes one event and says what to do; the wall clock goes on as the times of steps do. */
  public List<AgentEffect> step(AgentEvent event, Instant now) {
    List<AgentEffect> wishes = new ArrayList<>();
    take(event, now, wishes);
    services.advance(now, wishes);
    List<AgentEffect> answers = new ArrayList<>();
    CommandResult finished = services.takeFinished();
    if (finished != null) {
      commands.record(finished);
      commands.report(finished, answers);
    }
    if (link.online()) {
      commands.advance(now, answers);
      if (certificate.begins(wall(now))) {
        answers.add(new AgentEffect.Renew());
      }
    }
    if (services.takeChanged()) {
      link.news(now);
    }
    link.advance(now, services, answers);

    List<AgentEffect> effects = new ArrayList<>();
    AgentMemory memory =
        new AgentMemory(
            packageKeyPem,
            commands.results(),
            commands.unreported(),
            services.installed(),
            services.started(),
            services.rebooting());
    if (!memory.equals(remembered)) {
      // Commit, then act: what follows may only happen once this cannot be forgotten.
      remembered = memory;
      effects.add(new AgentEffect.Remember(memory));
    }
    effects.addAll(wishes);
    effects.addAll(answers);
    return effects;
  }

  private void take(AgentEvent event, Instant now, List<AgentEffect> effects) {
    switch (event) {
      case AgentEvent.Started started -> {
        services.boot(now, effects);
        certificate.stand(started.standing().renewal(), wall(now));
        link.stand(started.standing(), now);
      }
      case AgentEvent.Tick() -> {}
      case AgentEvent.Poked() -> commands.want();
      case AgentEvent.SensorsMoved() -> link.news(now);
      case AgentEvent.BootConfigFetched fetched -> {
        certificate.stand(fetched.standing().renewal(), wall(now));
        link.stand(fetched.standing(), now);
      }
      case AgentEvent.Enrolled enrolled -> {
        commands.forget();
        certificate.stand(enrolled.renewal(), wall(now));
        link.enrolled(now);
      }
      case AgentEvent.Renewed renewed -> certificate.renewed(renewed.renewal(), wall(now));
      case AgentEvent.IntroductionAnswered answered -> {
        packageKeyPem = answered.reply().packageKeyPem();
        link.introduced(now);
        wantIf(answered.reply().commandsWaiting());
      }
      case AgentEvent.ReportAnswered answered -> {
        link.reported(answered.reply().chassisReader(), now);
        wantIf(answered.reply().commandsWaiting());
        if (answered.reply().introduceAgain()) {
          link.introduceAgain(now);
        }
      }
      case AgentEvent.AskAnswered answered -> {
        Command command = commands.answered(answered.reply().command(), now, effects);
        if (command != null) {
          services.run(command, now, effects);
        }
      }
      case AgentEvent.ExchangeFailed failed -> {
        switch (failed.exchange()) {
          case ASK -> commands.failed(now, effects);
          case RENEW -> certificate.failed(wall(now));
          case BOOT_CONFIG, ENROL, INTRODUCE, REPORT ->
              link.failed(failed.exchange(), failed.failure(), failed.cause(), now);
        }
      }
      case AgentEvent.PackageInstalled done ->
          services.installed(done.service(), done.packageDigest(), effects);
      case AgentEvent.InstallFailed failed ->
          services.installFailed(failed.service(), failed.packageDigest(), failed.cause());
      case AgentEvent.ServicePrepares prepares -> services.prepares(prepares, now);
      case AgentEvent.ServiceReady ready -> services.ready(ready.service(), ready.launch(), now);
      case AgentEvent.ServiceExited exited ->
          services.exited(exited.service(), exited.launch(), exited.cause(), now, effects);
      case AgentEvent.ServiceDeleted deleted ->
          services.deleted(deleted.service(), deleted.cause());
      case AgentEvent.HardwareDone done -> services.hardwareDone(done.command(), done.cause());
      case AgentEvent.RebootFailed failed ->
          services.rebootFailed(failed.command(), failed.cause());
      case AgentEvent.DeviceDone done -> services.deviceDone(done.result());
    }
  }

  private Instant wall(Instant now) {
    return now.plus(ahead);
  }

  private void wantIf(boolean commandsWaiting) {
    if (commandsWaiting) {
      commands.want();
    }
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
