package io.cade.agent.run;

import io.cade.agent.core.AgentEvent;
import io.cade.agent.wire.Command;
import java.util.EnumMap;
import java.util.Map;

/**
 * An agent's own log, in words: what happened to the card's services and commands, and what went
 * wrong with the engine. Never what a command carries: that may be a secret. An engine that is away
 * is said once, and once that it is back: a log of some hundred lines is to hold more than an
 * evening of an engine's absence. Used by one thread.
 */
final class AgentWords {
  private final Map<AgentEvent.Exchange, String> failing = new EnumMap<>(AgentEvent.Exchange.class);
  private int unsaid;

  /** One line; empty for what is no news. */
  String of(AgentEvent event) {
    return switch (event) {
      case AgentEvent.Started _ -> "the agent starts";
      case AgentEvent.Enrolled _ -> "the engine has issued a certificate";
      case AgentEvent.Renewed _ -> "the certificate was renewed";
      case AgentEvent.IntroductionAnswered _ -> {
        answers();
        yield "the engine knows this boot of the card";
      }
      case AgentEvent.ReportAnswered _ -> answers();
      case AgentEvent.AskAnswered answered -> {
        Command command = answered.reply().command();
        if (command == null) {
          yield answers();
        }
        // Who reads the log knows that he does.
        yield command instanceof Command.ReadLogs
            ? ""
            : "command "
                + command.id()
                + ": "
                + command.getClass().getSimpleName()
                + (command.service().isEmpty() ? "" : " " + command.service());
      }
      case AgentEvent.ExchangeFailed failed -> failed(failed);
      case AgentEvent.PackageInstalled done ->
          "service " + done.service() + ": package " + done.packageDigest() + " is installed";
      case AgentEvent.InstallFailed failed ->
          "service " + failed.service() + ": not installed: " + failed.cause();
      case AgentEvent.ServicePrepares prepares ->
          prepares.what().isEmpty() ? "" : "service " + prepares.service() + ": " + prepares.what();
      case AgentEvent.ServiceReady ready -> "service " + ready.service() + " answers";
      case AgentEvent.ServiceExited exited ->
          "service " + exited.service() + " has ended: " + exited.cause();
      case AgentEvent.ServiceDeleted deleted ->
          "service "
              + deleted.service()
              + " is removed"
              + (deleted.cause().isEmpty() ? "" : ", not all of it: " + deleted.cause());
      case AgentEvent.HardwareDone done ->
          done.cause().isEmpty() ? "" : "command " + done.command() + " failed: " + done.cause();
      case AgentEvent.DeviceDone done ->
          "command "
              + done.result().commandId()
              + (done.result().succeeded() ? " done: " : " failed: ")
              + done.result().detail();
      case AgentEvent.RebootFailed failed ->
          "command " + failed.command() + ": no restart: " + failed.cause();
      case AgentEvent.Tick _,
          AgentEvent.Poked _,
          AgentEvent.BootConfigFetched _,
          AgentEvent.SensorsMoved _ ->
          "";
    };
  }

  private String failed(AgentEvent.ExchangeFailed failed) {
    String said = failed.failure() + ": " + failed.cause();
    if (said.equals(failing.put(failed.exchange(), said))) {
      unsaid++;
      return "";
    }
    return failed.exchange() + " failed, " + said;
  }

  private String answers() {
    if (failing.isEmpty()) {
      return "";
    }
    String line =
        unsaid == 0
            ? "the engine answers again"
            : "the engine answers again; " + unsaid + " more attempts failed meanwhile";
    failing.clear();
    unsaid = 0;
    return line;
  }
}
