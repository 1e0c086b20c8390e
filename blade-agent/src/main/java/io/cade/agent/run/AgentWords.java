package io.cade.agent.run;

import io.cade.agent.core.AgentEvent;
import io.cade.agent.wire.Command;

/**
 * An agent's own log, in words: what happened to the card's services and commands, and what went
 * wrong with the engine. Never what a command carries: that may be a secret.
 */
final class AgentWords {
  private AgentWords() {}

  /** One line; empty for what is no news. */
  static String of(AgentEvent event) {
    return switch (event) {
      case AgentEvent.Started _ -> "the agent starts";
      case AgentEvent.Enrolled _ -> "the engine has issued a certificate";
      case AgentEvent.Renewed _ -> "the certificate was renewed";
      case AgentEvent.IntroductionAnswered _ -> "the engine knows this boot of the card";
      case AgentEvent.AskAnswered answered -> {
        Command command = answered.reply().command();
        yield command == null
            ? ""
            : "command "
                + command.id()
                + ": "
                + command.getClass().getSimpleName()
                + (command.service().isEmpty() ? "" : " " + command.service());
      }
      case AgentEvent.ExchangeFailed failed ->
          failed.exchange() + " failed, " + failed.failure() + ": " + failed.cause();
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
          AgentEvent.ReportAnswered _,
          AgentEvent.SensorsMoved _ ->
          "";
    };
  }
}
