package io.cade.agent.core;

import io.cade.agent.wire.AskReply;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.IntroductionReply;
import io.cade.agent.wire.ReportReply;
import org.jspecify.annotations.Nullable;

/** All that can happen to an agent. */
public sealed interface AgentEvent {
  /** The card has booted; comes first and once. */
  record Started(Standing standing) implements AgentEvent {}

  /** Time has passed; comes at {@link AgentCore#nextWake()} and may come at any time. */
  record Tick() implements AgentEvent {}

  /** A poke arrived. It proves nothing and says nothing. */
  record Poked() implements AgentEvent {}

  /** The boot configuration was fetched again. */
  record BootConfigFetched(Standing standing) implements AgentEvent {}

  /**
   * The engine issued a certificate, which is now kept.
   *
   * @param renewal when it is to be renewed, or null
   */
  record Enrolled(Standing.@Nullable Renewal renewal) implements AgentEvent {
    /** With a certificate that is not renewed. */
    public Enrolled() {
      this(null);
    }
  }

  /** The next certificate has been used: it has taken the place of the one before. */
  record Renewed(Standing.@Nullable Renewal renewal) implements AgentEvent {}

  record IntroductionAnswered(IntroductionReply reply) implements AgentEvent {}

  record ReportAnswered(ReportReply reply) implements AgentEvent {}

  record AskAnswered(AskReply reply) implements AgentEvent {}

  /** What the effect set out to do with the engine did not come about. */
  record ExchangeFailed(Exchange exchange, Failure failure, String cause) implements AgentEvent {}

  /** An {@link AgentEffect.InstallPackage} is through. */
  record PackageInstalled(String service, String packageDigest) implements AgentEvent {}

  /** An {@link AgentEffect.InstallPackage} failed and left nothing behind. */
  record InstallFailed(String service, String packageDigest, String cause) implements AgentEvent {}

  /**
   * Something else has to be done before the service's process is started.
   *
   * @param what is done, for people; empty when it is through, and the time for the start begins
   * @param seconds that it may take from now on
   */
  record ServicePrepares(String service, long launch, String what, int seconds)
      implements AgentEvent {}

  /** The service's process answers on its address. */
  record ServiceReady(String service, long launch) implements AgentEvent {}

  /** The service's process has ended, or could not be started. */
  record ServiceExited(String service, long launch, String cause) implements AgentEvent {}

  /**
   * The files of a service are gone.
   *
   * @param cause why not all of them could be deleted, else empty
   */
  record ServiceDeleted(String service, String cause) implements AgentEvent {}

  /**
   * An {@link AgentEffect.SetHardware} is through.
   *
   * @param cause why it could not be carried out, else empty
   */
  record HardwareDone(long command, String cause) implements AgentEvent {}

  /** An {@link AgentEffect.ChangeDevice} is through. */
  record DeviceDone(CommandResult result) implements AgentEvent {}

  /** An {@link AgentEffect.Reboot} could not be carried out. */
  record RebootFailed(long command, String cause) implements AgentEvent {}

  /** The hardware or the device shows something that is not to wait for the next report. */
  record SensorsMoved() implements AgentEvent {}

  /** Kinds of exchange with the engine. */
  enum Exchange {
    BOOT_CONFIG,
    ENROL,
    RENEW,
    INTRODUCE,
    REPORT,
    ASK
  }

  /** Why an exchange failed. */
  enum Failure {
    /** Nobody answered, or not usably; trying again may help. */
    UNREACHABLE,
    /** The engine refused; the same words will be refused again. */
    REFUSED,
    /** One side did not accept the other's certificate. */
    UNTRUSTED
  }
}
