package io.cade.agent.core;

import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.ServiceStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an agent wants done. Effects of one step are carried out in their order as far as {@link
 * Remember} goes: what follows it may only start when it is durable. Everything else runs beside
 * the agent and comes back as the event named with it.
 */
public sealed interface AgentEffect {
  /** Make this durable before carrying out what follows in the same step. */
  record Remember(AgentMemory memory) implements AgentEffect {}

  /** Fetch the boot configuration: {@link AgentEvent.BootConfigFetched} or failed. */
  record RefetchBootConfig(String cause) implements AgentEffect {}

  /** Exchange secret and request for a certificate: {@link AgentEvent.Enrolled} or failed. */
  record Enrol() implements AgentEffect {}

  /** Exchange a request for the next certificate: {@link AgentEvent.Renewed} or failed. */
  record Renew() implements AgentEffect {}

  /** {@link AgentEvent.IntroductionAnswered} or failed. */
  record Introduce() implements AgentEffect {}

  /**
   * {@link AgentEvent.ReportAnswered} or failed.
   *
   * @param chassisReader read the chassis bus too
   */
  record SendReport(List<ServiceStatus> services, boolean chassisReader) implements AgentEffect {
    public SendReport {
      services = List.copyOf(services);
    }
  }

  /** Open a new connection and ask on it: {@link AgentEvent.AskAnswered} or failed. */
  record OpenAskSession(@Nullable CommandResult result) implements AgentEffect {}

  /** Ask on the session's connection: {@link AgentEvent.AskAnswered} or failed. */
  record Ask(CommandResult result) implements AgentEffect {}

  record CloseAskSession() implements AgentEffect {}

  /**
   * Fetch, check and unpack: {@link AgentEvent.PackageInstalled} or {@link
   * AgentEvent.InstallFailed}. Nothing to do when it is there and intact.
   */
  record InstallPackage(String service, String packageDigest, long packageBytes)
      implements AgentEffect {}

  /** Delete a package that nothing uses any more; no event. */
  record DeletePackage(String service, String packageDigest) implements AgentEffect {}

  /** Delete all files of a service: {@link AgentEvent.ServiceDeleted}. */
  record DeleteService(String service) implements AgentEffect {}

  /**
   * Check the package, bring the service's data to the form that it understands ({@link
   * AgentEvent.ServicePrepares}) and start the process: {@link AgentEvent.ServiceReady} when it
   * answers, and in any case {@link AgentEvent.ServiceExited} at its end.
   *
   * @param launch number to be repeated in the events
   */
  record StartProcess(long launch, AgentMemory.Launch how) implements AgentEffect {}

  /** Stop the process, by force if need be: {@link AgentEvent.ServiceExited}. */
  record StopProcess(String service, long launch) implements AgentEffect {}

  /** Carry out a command about hardware: {@link AgentEvent.HardwareDone}. */
  record SetHardware(Command command) implements AgentEffect {}

  /**
   * Restart the card: nothing follows but its end, or {@link AgentEvent.RebootFailed}. That it was
   * asked for is remembered by then.
   */
  record Reboot(long command) implements AgentEffect {}

  /** Carry out a command about the device itself: {@link AgentEvent.DeviceDone}. */
  record ChangeDevice(Command.OfDevice command) implements AgentEffect {}

  /** Tell the engine what a command asks for: {@link AgentEvent.DeviceDone}. */
  record Collect(Command.Collect command) implements AgentEffect {}

  /** Carry out a command about the card's image store: {@link AgentEvent.DeviceDone}. */
  record ChangeImages(Command.OfImage command) implements AgentEffect {}
}
