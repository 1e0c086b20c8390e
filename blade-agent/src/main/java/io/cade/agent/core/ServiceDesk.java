package io.cade.agent.core;

import io.cade.agent.core.AgentMemory.Launch;
import io.cade.agent.core.ServiceEntry.Phase;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.ServiceStatus;
import io.cade.agent.wire.ServiceStatus.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The services of a card: carries out one command at a time and keeps processes running that are
 * meant to run. Owned by the core.
 */
final class ServiceDesk {
  /** Services on one card. */
  static final int MAX_SERVICES = 32;

  /** Packages kept of one service: the running one and the one that replaces it. */
  private static final int MAX_PACKAGES = 2;

  private final AgentTimings timings;
  private final Map<String, ServiceEntry> entries = new TreeMap<>();
  private @Nullable Command command;
  private @Nullable Long rebooting;
  private @Nullable CommandResult finished;
  private long launches;
  private boolean changed;

  ServiceDesk(AgentTimings timings, AgentMemory memory) {
    this.timings = timings;
    memory.installed().forEach(i -> entry(i.service()).installed.add(i.packageDigest()));
    for (Launch launch : memory.started()) {
      ServiceEntry entry = entry(launch.service());
      entry.wanted = launch;
      entry.show(State.STOPPED, "");
    }
  }

  private ServiceEntry entry(String service) {
    return entries.computeIfAbsent(service, ServiceEntry::new);
  }

  List<ServiceStatus> statuses() {
    return entries.values().stream().map(ServiceEntry::status).toList();
  }

  List<AgentMemory.Installed> installed() {
    List<AgentMemory.Installed> all = new ArrayList<>();
    entries.forEach((name, entry) ->
        entry.installed.forEach(digest -> all.add(new AgentMemory.Installed(name, digest))));
    return all;
  }

  List<Launch> started() {
    List<Launch> all = new ArrayList<>();
    for (ServiceEntry entry : entries.values()) {
      if (entry.wanted != null) {
        all.add(entry.wanted);
      }
    }
    return all;
  }

  /** Whether a status changed since the last call. */
  boolean takeChanged() {
    boolean was = changed;
    changed = false;
    return was;
  }

  /** The result of the command that has just ended, once. */
  @Nullable CommandResult takeFinished() {
    CommandResult result = finished;
    finished = null;
    return result;
  }

  Instant nextWake() {
    return entries.values().stream()
        .map(this::wake)
        .min(Comparator.naturalOrder())
        .orElse(Instant.MAX);
  }

  private Instant wake(ServiceEntry entry) {
    return switch (entry.phase) {
      case NONE, RUNNING, STOPPING -> Instant.MAX;
      case STARTING -> entry.at.plus(timings.startLimit()).plusSeconds(entry.preparing);
      case RESTART_DUE -> entry.at;
    };
  }

  /** After a boot: what was running is to run again. */
  void boot(Instant now, List<AgentEffect> effects) {
    for (ServiceEntry entry : entries.values()) {
      if (entry.wanted != null) {
        launch(entry, entry.wanted, false, now, effects);
      }
    }
  }

  /** Carries out a command; its end shows in {@link #takeFinished}. */
  void run(Command given, Instant now, List<AgentEffect> effects) {
    command = given;
    switch (given) {
      case Command.InstallService install -> install(install, effects);
      case Command.StartService start -> start(start, now, effects);
      case Command.StopService stop -> stop(stop.service(), now, effects);
      case Command.RemoveService remove -> stop(remove.service(), now, effects);
      case Command.SetChassisOutputs _ -> effects.add(new AgentEffect.SetHardware(given));
      case Command.Ping _ -> finish(true, "");
      case Command.Reboot reboot -> {
        rebooting = reboot.id();
        effects.add(new AgentEffect.Reboot(reboot.id()));
      }
      case Command.OfDevice device -> effects.add(new AgentEffect.ChangeDevice(device));
      case Command.Collect collect -> effects.add(new AgentEffect.Collect(collect));
      case Command.OfImage image -> effects.add(new AgentEffect.ChangeImages(image));
    }
  }

  /** Command under which the card restarts, or null. */
  @Nullable Long rebooting() {
    return rebooting;
  }

  /** The card goes on as it is. */
  void rebootFailed(long id, String cause) {
    if (rebooting != null && rebooting == id) {
      rebooting = null;
      finish(false, cause);
    }
  }

  /** What a command about hardware came to; the next report is to show it at once. */
  void hardwareDone(long id, String cause) {
    if (command != null && command.id() == id) {
      changed = true;
      finish(cause.isEmpty(), cause);
    }
  }

  /** What a command about the device came to; its standing has changed too. */
  void deviceDone(CommandResult result) {
    if (command != null && command.id() == result.commandId()) {
      changed = true;
      finished = result;
      command = null;
    }
  }

  private void install(Command.InstallService install, List<AgentEffect> effects) {
    if (!entries.containsKey(install.service()) && entries.size() >= MAX_SERVICES) {
      finish(false, "the card holds " + MAX_SERVICES + " services already; remove one first");
      return;
    }
    effects.add(
        new AgentEffect.InstallPackage(
            install.service(), install.packageDigest(), install.packageBytes()));
  }

  void installed(String service, String digest, List<AgentEffect> effects) {
    if (!(command instanceof Command.InstallService install)
        || !install.service().equals(service)
        || !install.packageDigest().equals(digest)) {
      return;
    }
    ServiceEntry entry = entry(service);
    entry.installed.remove(digest);
    entry.installed.add(digest);
    if (entry.installed.size() > MAX_PACKAGES) {
      // Never the one just installed, which is last, nor the one that is meant to run.
      String running = entry.wanted == null ? "" : entry.wanted.packageDigest();
      String old = entry.installed.get(entry.installed.get(0).equals(running) ? 1 : 0);
      entry.installed.remove(old);
      effects.add(new AgentEffect.DeletePackage(service, old));
    }
    changed = true;
    finish(true, "");
  }

  void installFailed(String service, String digest, String cause) {
    if (command instanceof Command.InstallService install
        && install.service().equals(service)
        && install.packageDigest().equals(digest)) {
      finish(false, cause);
    }
  }

  private void start(Command.StartService start, Instant now, List<AgentEffect> effects) {
    ServiceEntry entry = entries.get(start.service());
    if (entry == null || !entry.installed.contains(start.packageDigest())) {
      finish(
          false,
          "package "
              + start.packageDigest()
              + " of service "
              + start.service()
              + " is not installed; install it first");
      return;
    }
    Launch wanted = new Launch(start.service(), start.kind(), start.packageDigest(), start.port());
    entry.wanted = wanted;
    switch (entry.phase) {
      case NONE, RESTART_DUE -> launch(entry, wanted, true, now, effects);
      case STARTING -> {
        if (wanted.equals(entry.current)) {
          entry.onCommand = true;
        } else {
          halt(entry, now, effects);
        }
      }
      case RUNNING -> {
        if (wanted.equals(entry.current)) {
          finish(true, "already running");
        } else {
          halt(entry, now, effects);
        }
      }
      case STOPPING -> {}
    }
  }

  private void stop(String service, Instant now, List<AgentEffect> effects) {
    ServiceEntry entry = entries.get(service);
    if (entry == null) {
      // Files of an interrupted removal or installation may still be there.
      if (command instanceof Command.RemoveService) {
        effects.add(new AgentEffect.DeleteService(service));
      } else {
        finish(true, "not on this card");
      }
      return;
    }
    entry.wanted = null;
    switch (entry.phase) {
      case NONE, RESTART_DUE -> stopped(entry, effects);
      case STARTING, RUNNING -> halt(entry, now, effects);
      case STOPPING -> {}
    }
  }

  private void stopped(ServiceEntry entry, List<AgentEffect> effects) {
    entry.phase = Phase.NONE;
    entry.current = null;
    entry.show(State.STOPPED, "");
    changed = true;
    if (command != null && command.service().equals(entry.name)) {
      if (command instanceof Command.RemoveService) {
        effects.add(new AgentEffect.DeleteService(entry.name));
      } else if (command instanceof Command.StopService) {
        finish(true, "");
      }
    }
  }

  void deleted(String service, String cause) {
    if (command instanceof Command.RemoveService remove && remove.service().equals(service)) {
      entries.remove(service);
      changed = true;
      finish(cause.isEmpty(), cause);
    }
  }

  private void launch(
      ServiceEntry entry, Launch how, boolean onCommand, Instant now, List<AgentEffect> effects) {
    entry.phase = Phase.STARTING;
    entry.current = how;
    entry.onCommand = onCommand;
    entry.launch = ++launches;
    entry.at = now;
    entry.preparing = 0;
    if (onCommand) {
      entry.restarts = 0;
    }
    entry.show(State.STARTING, "");
    changed = true;
    effects.add(new AgentEffect.StartProcess(entry.launch, how));
  }

  private void halt(ServiceEntry entry, Instant now, List<AgentEffect> effects) {
    entry.phase = Phase.STOPPING;
    entry.at = now;
    effects.add(new AgentEffect.StopProcess(entry.name, entry.launch));
  }

  /** The time for the start is counted from when the process can begin. */
  void prepares(AgentEvent.ServicePrepares event, Instant now) {
    ServiceEntry entry = entries.get(event.service());
    if (entry == null || entry.launch != event.launch() || entry.phase != Phase.STARTING) {
      return;
    }
    entry.at = now;
    entry.preparing = event.seconds();
    if (!event.what().isEmpty() || !entry.detail.isEmpty()) {
      entry.show(State.STARTING, event.what());
      changed = true;
    }
  }

  void ready(String service, long launch, Instant now) {
    ServiceEntry entry = entries.get(service);
    if (entry == null || entry.launch != launch || entry.phase != Phase.STARTING) {
      return;
    }
    entry.phase = Phase.RUNNING;
    entry.at = now;
    entry.show(State.RUNNING, "");
    changed = true;
    if (startsNow(entry)) {
      finish(true, "");
    }
  }

  void exited(String service, long launch, String cause, Instant now, List<AgentEffect> effects) {
    ServiceEntry entry = entries.get(service);
    if (entry == null || entry.launch != launch) {
      return;
    }
    switch (entry.phase) {
      case NONE, RESTART_DUE -> {}
      case STOPPING -> {
        String overdue = entry.overdue;
        entry.overdue = "";
        if (!overdue.isEmpty() && entry.wanted != null && !startsNow(entry)) {
          fell(entry, overdue, now);
        } else if (entry.wanted != null) {
          launch(entry, entry.wanted, startsNow(entry), now, effects);
        } else if (entry.shown == State.FAILED && !stopsNow(entry)) {
          entry.phase = Phase.NONE;
        } else {
          stopped(entry, effects);
        }
      }
      case STARTING, RUNNING -> fell(entry, cause, now);
    }
  }

  private void fell(ServiceEntry entry, String cause, Instant now) {
    changed = true;
    if (entry.phase == Phase.RUNNING && !now.isBefore(entry.at.plus(timings.stableAfter()))) {
      entry.restarts = 0;
    }
    if (entry.phase == Phase.STARTING && entry.onCommand) {
      giveUp(entry, Phase.NONE, cause);
    } else if (entry.restarts >= timings.maxRestarts()) {
      // Stays meant to run: the next boot of the card tries again.
      entry.phase = Phase.NONE;
      entry.show(State.FAILED, cause + "; given up after " + entry.restarts + " restarts");
    } else {
      entry.phase = Phase.RESTART_DUE;
      entry.at = now.plus(timings.restartMin().multipliedBy(1L << entry.restarts));
      entry.restarts++;
      entry.show(State.FAILED, cause + "; restart " + entry.restarts + " follows");
    }
  }

  /** A start by command failed: the engine decides what next, not this card. */
  private void giveUp(ServiceEntry entry, Phase next, String cause) {
    entry.phase = next;
    entry.wanted = null;
    changed = true;
    entry.show(State.FAILED, cause);
    if (startsNow(entry)) {
      finish(false, cause);
    }
  }

  private boolean startsNow(ServiceEntry entry) {
    return command instanceof Command.StartService start && start.service().equals(entry.name);
  }

  private boolean stopsNow(ServiceEntry entry) {
    return (command instanceof Command.StopService || command instanceof Command.RemoveService)
        && command.service().equals(entry.name);
  }

  /** Does what is due. */
  void advance(Instant now, List<AgentEffect> effects) {
    for (ServiceEntry entry : entries.values()) {
      if (now.isBefore(wake(entry))) {
        continue;
      }
      switch (entry.phase) {
        case NONE, RUNNING, STOPPING -> {}
        case RESTART_DUE -> {
          if (entry.wanted != null) {
            launch(entry, entry.wanted, false, now, effects);
          }
        }
        case STARTING -> {
          String cause = "did not answer within " + timings.startLimit().toSeconds() + " s";
          boolean onCommand = entry.onCommand;
          halt(entry, now, effects);
          if (onCommand) {
            giveUp(entry, Phase.STOPPING, cause);
          } else {
            entry.overdue = cause;
            entry.show(State.FAILED, cause);
            changed = true;
          }
        }
      }
    }
  }

  private void finish(boolean succeeded, String detail) {
    if (command != null) {
      finished = new CommandResult(command.id(), succeeded, Texts.cut(detail, 1024));
      command = null;
    }
  }
}
