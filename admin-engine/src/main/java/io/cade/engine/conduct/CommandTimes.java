package io.cade.engine.conduct;

import io.cade.agent.wire.Command;
import java.time.Duration;

/** How long a card may take for a command before it is asked again. Pure. */
public final class CommandTimes {
  /** Times that a card is waited for before the command counts as failed. */
  public static final int ATTEMPTS = 3;

  private static final Duration SHORT = Duration.ofSeconds(60);
  private static final long BYTES_PER_SECOND = 256 * 1024;

  private CommandTimes() {}

  /**
   * The time of the first attempt; further ones have this or a minute, whichever is less.
   *
   * @param boot how long a card may take for its boot
   */
  public static Duration of(Command command, Duration boot) {
    return switch (command) {
      case Command.Ping _ -> Duration.ofSeconds(15);
      case Command.SetChassisOutputs _ -> Duration.ofSeconds(30);
      // The agent gives a service 60 s to answer.
      case Command.StartService _ -> Duration.ofSeconds(90);
      case Command.StopService _, Command.RemoveService _ -> SHORT;
      case Command.ConfirmChange _, Command.ReadItems _, Command.Collect _ -> SHORT;
      case Command.InstallService install ->
          Duration.ofMinutes(2).plusSeconds(install.packageBytes() / BYTES_PER_SECOND);
      case Command.ApplyModel apply -> change(apply.confirmSeconds());
      case Command.TryItems items -> change(items.confirmSeconds());
      case Command.StageImage image ->
          Duration.ofMinutes(5).plusSeconds(image.bytes() / BYTES_PER_SECOND);
      case Command.MarkImage _ -> SHORT;
      case Command.Reboot _, Command.BootImage _, Command.RevertImage _ -> boot.plus(SHORT);
    };
  }

  /** Whether a restart of the card is, or may be, a part of it and no sign of trouble. */
  static boolean restarts(Command command) {
    return command instanceof Command.Reboot
        || command instanceof Command.BootImage
        || command instanceof Command.RevertImage;
  }

  /** Packages may have to be fetched and unpacked. */
  private static Duration change(int confirmSeconds) {
    return Duration.ofMinutes(10).plusSeconds(confirmSeconds);
  }

  static Duration again(Duration first) {
    return first.compareTo(SHORT) < 0 ? first : SHORT;
  }
}
