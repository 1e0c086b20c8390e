package io.cade.agent.core;

import io.cade.agent.wire.CommandResult;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an agent must still know after a power cut. Immutable.
 *
 * @param packageKeyPem key that signs packages, as last heard from the engine; empty before
 * @param results of the last commands, ascending by id; at most {@value #MAX_RESULTS}
 * @param unreported result that the engine has not acknowledged
 * @param installed packages on the card
 * @param started services that are meant to run
 * @param rebooting command under which the card restarts; null when none is under way
 */
public record AgentMemory(
    String packageKeyPem,
    List<CommandResult> results,
    @Nullable CommandResult unreported,
    List<Installed> installed,
    List<Launch> started,
    @Nullable Long rebooting) {
  /** Results kept for repeated commands. */
  public static final int MAX_RESULTS = 64;

  public AgentMemory {
    results = List.copyOf(results);
    installed = List.copyOf(installed);
    started = List.copyOf(started);
  }

  /** Of a card that does not restart. */
  public AgentMemory(
      String packageKeyPem,
      List<CommandResult> results,
      @Nullable CommandResult unreported,
      List<Installed> installed,
      List<Launch> started) {
    this(packageKeyPem, results, unreported, installed, started, null);
  }

  /** A card that was never started before. */
  public static AgentMemory empty() {
    return new AgentMemory("", List.of(), null, List.of(), List.of());
  }

  /** One package of one service. */
  public record Installed(String service, String packageDigest) {}

  /**
   * How a service is to run.
   *
   * @param kind its runtime
   * @param port on the card's address
   */
  public record Launch(String service, String kind, String packageDigest, int port) {}
}
