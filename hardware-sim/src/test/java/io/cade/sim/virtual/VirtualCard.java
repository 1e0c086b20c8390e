package io.cade.sim.virtual;

import io.cade.agent.core.AgentCore;
import io.cade.agent.core.AgentEffect;
import io.cade.agent.core.AgentEvent;
import io.cade.agent.core.AgentEvent.Exchange;
import io.cade.agent.core.AgentTimings;
import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.WireJson;
import io.cade.engine.datagram.LoopTimer;
import io.cade.image.PackageCheck;
import io.cade.image.PackageKeys;
import io.cade.image.PackageReader;
import io.cade.sim.firmware.BootResult;
import io.cade.sim.firmware.PoweredCard;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A card from power-on to power cut: the real boot ROM, then the real agent's core, whose effects
 * are carried out in virtual time.
 */
final class VirtualCard {
  private final CardWorld world;
  private final CardPosition position;
  private final CardFlash flash;
  private final RandomGenerator random;
  private final PoweredCard rom;
  private final Map<Long, CardProcess> processes = new HashMap<>();
  private boolean off;
  private @Nullable AgentCore core;
  private @Nullable CardExchanges exchanges;
  private @Nullable LoopTimer tick;
  private String bootId = "";

  /** A service's process. */
  private static final class CardProcess {
    final String service;
    boolean ready;
    boolean ended;

    CardProcess(String service) {
      this.service = service;
    }
  }

  VirtualCard(CardWorld world, CardPosition position, CardFlash flash, RandomGenerator random) {
    this.world = world;
    this.position = position;
    this.flash = flash;
    this.random = random;
    this.rom = world.firmware().powerOn(position, flash.mac());
    var _ =
        rom.booted()
            .whenComplete((result, failure) -> {
              if (result != null) {
                world.network().execute(() -> startAgent(result));
              } else if (!off) {
                world.broken("boot", "card " + position + " cannot boot: " + failure);
              }
            });
  }

  CardPosition position() {
    return position;
  }

  CardFlash flash() {
    return flash;
  }

  String bootId() {
    return bootId;
  }

  /** Whether the agent believes that the engine knows it. */
  boolean isOnline() {
    return !off && core != null && core.online();
  }

  boolean isOff() {
    return off;
  }

  /** Whether a visitor would be answered. */
  boolean serves(String service) {
    return !off
        && processes.values().stream()
            .anyMatch(p -> p.ready && !p.ended && p.service.equals(service));
  }

  void cutPower() {
    off = true;
    rom.powerOff();
    if (tick != null) {
      tick.cancel();
    }
  }

  void poked() {
    step(new AgentEvent.Poked());
  }

  /** One of the service processes dies; false when none runs. */
  boolean crashService() {
    for (Map.Entry<Long, CardProcess> e : processes.entrySet()) {
      if (e.getValue().ready && !e.getValue().ended) {
        ended(e.getKey(), "killed by signal 9");
        return true;
      }
    }
    return false;
  }

  private void startAgent(BootResult booted) {
    if (off) {
      return;
    }
    try {
      CardBootConfig config = new WireJson().decode(booted.configuration(), CardBootConfig.class);
      byte[] id = new byte[8];
      random.nextBytes(id);
      bootId = HexFormat.of().formatHex(id);
      world.trace().add("card " + position + " booted as " + bootId);
      exchanges = new CardExchanges(world, this, config, booted.address());
      core = new AgentCore(AgentTimings.standard(), flash.memory(), random);
      step(new AgentEvent.Started(exchanges.standing()));
    } catch (IOException e) {
      world.broken("boot", "the agent of card " + position + " cannot start: " + e);
    }
  }

  /** Something happened to the agent. */
  void step(AgentEvent event) {
    AgentCore agent = core;
    if (off || agent == null) {
      return;
    }
    if (event instanceof AgentEvent.ExchangeFailed failed) {
      world.trace().add("card " + position + " " + failed);
    }
    Instant now = world.network().instant();
    for (AgentEffect effect : agent.step(event, now)) {
      carryOut(effect);
      if (effect instanceof AgentEffect.Remember && world.faults().stepIsTorn()) {
        world.powerFails(this);
        return;
      }
    }
    if (tick != null) {
      tick.cancel();
    }
    Instant wake = agent.nextWake();
    if (!wake.equals(Instant.MAX)) {
      Duration wait = Duration.between(world.network().instant(), wake);
      tick =
          world
              .network()
              .schedule(
                  wait.isNegative() ? Duration.ZERO : wait, () -> step(new AgentEvent.Tick()));
    }
  }

  private void carryOut(AgentEffect effect) {
    CardExchanges engine = exchanges;
    if (engine == null) {
      return;
    }
    switch (effect) {
      case AgentEffect.Remember r -> flash.remember(r.memory());
      case AgentEffect.RefetchBootConfig r -> engine.refetchBootConfig();
      case AgentEffect.Enrol() -> engine.enrol();
      case AgentEffect.Renew() -> engine.renew();
      case AgentEffect.Introduce() -> engine.introduce();
      case AgentEffect.SendReport r -> engine.report(r.services(), r.chassisReader());
      case AgentEffect.OpenAskSession o -> {
        engine.openSession();
        engine.ask(o.result());
      }
      case AgentEffect.Ask a -> engine.ask(a.result());
      case AgentEffect.CloseAskSession() -> engine.closeSession();
      case AgentEffect.InstallPackage i -> install(engine, i);
      case AgentEffect.DeletePackage d -> flash.delete(d.service(), d.packageDigest());
      case AgentEffect.DeleteService d -> {
        flash.deleteAll(d.service());
        after(1, 50, () -> step(new AgentEvent.ServiceDeleted(d.service(), "")));
      }
      case AgentEffect.SetHardware s ->
          after(1, 50, () -> step(new AgentEvent.HardwareDone(s.command().id(), "")));
      case AgentEffect.ChangeDevice c ->
          after(
              1,
              50,
              () -> step(new AgentEvent.DeviceDone(new CommandResult(c.command().id(), true, ""))));
      case AgentEffect.Collect c ->
          after(
              1,
              50,
              () -> step(new AgentEvent.DeviceDone(new CommandResult(c.command().id(), true, ""))));
      case AgentEffect.ChangeImages c ->
          after(
              1,
              50,
              () -> step(new AgentEvent.DeviceDone(new CommandResult(c.command().id(), true, ""))));
      case AgentEffect.Reboot _ -> after(1, 50, () -> world.powerFails(this));
      case AgentEffect.StartProcess s -> launch(s);
      case AgentEffect.StopProcess s -> after(1, 300, () -> ended(s.launch(), "exit code 0"));
    }
  }

  private void install(CardExchanges engine, AgentEffect.InstallPackage wanted) {
    String service = wanted.service();
    String digest = wanted.packageDigest();
    if (flash.holds(service, digest)) {
      after(1, 10, () -> step(new AgentEvent.PackageInstalled(service, digest)));
      return;
    }
    String key = flash.memory().packageKeyPem();
    engine.fetchPackage(
        digest,
        file -> {
          String flaw = check(file, key);
          if (flaw.isEmpty()) {
            flash.keep(service, digest);
            step(new AgentEvent.PackageInstalled(service, digest));
          } else {
            step(new AgentEvent.InstallFailed(service, digest, flaw));
          }
        },
        cause -> step(new AgentEvent.InstallFailed(service, digest, cause)));
  }

  private static String check(Path file, String keyPem) {
    try {
      return switch (PackageReader.verify(file, PackageKeys.parsePublic(keyPem))) {
        case PackageCheck.Verified v -> "";
        case PackageCheck.Rejected(String reason) -> reason;
      };
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private void launch(AgentEffect.StartProcess start) {
    CardProcess process = new CardProcess(start.how().service());
    processes.put(start.launch(), process);
    boolean fails =
        !flash.holds(start.how().service(), start.how().packageDigest())
            || world.faults().startFails();
    after(
        20,
        400,
        () -> {
          if (process.ended) {
            return;
          }
          if (fails) {
            ended(start.launch(), "exit code 1");
          } else {
            process.ready = true;
            step(new AgentEvent.ServiceReady(process.service, start.launch()));
          }
        });
  }

  private void ended(long launch, String cause) {
    CardProcess process = processes.get(launch);
    if (process != null && !process.ended) {
      process.ended = true;
      processes.remove(launch);
      step(new AgentEvent.ServiceExited(process.service, launch, cause));
    }
  }

  void failed(Exchange exchange, AgentEvent.Failure failure, String cause) {
    step(new AgentEvent.ExchangeFailed(exchange, failure, cause));
  }

  /** Does something a little later, if there is still power. */
  void after(int fromMillis, int toMillis, Runnable task) {
    world
        .network()
        .schedule(
            world.faults().millis(fromMillis, toMillis),
            () -> {
              if (!off) {
                task.run();
              }
            });
  }

  List<CardPosition> presence() {
    return world.seated(position.chassis());
  }
}
