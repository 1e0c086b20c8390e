package io.cade.mib.snmp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where notifications go, and how.
 *
 * @param receiver UDP address of the receiver, resolved
 * @param protocol kind of message
 * @param timeout how long to wait for an acknowledgement before sending again, 10 ms to 5 min
 * @param retries how often to send again, 0 to 10; a notification fails after {@code timeout ×
 *     (retries + 1)}
 */
public record NotifierConfig(
    InetSocketAddress receiver, Protocol protocol, Duration timeout, int retries) {

  /** Kind of message. */
  public sealed interface Protocol {}

  /** SNMPv2c inform: acknowledged by the receiver, in clear. */
  public record Inform2c(String community) implements Protocol {
    /** Without the community. */
    @Override
    public String toString() {
      return "Inform2c";
    }
  }

  /** SNMPv2c trap: not acknowledged, in clear. */
  public record Trap2c(String community) implements Protocol {
    /** Without the community. */
    @Override
    public String toString() {
      return "Trap2c";
    }
  }

  /**
   * SNMPv1 trap (RFC 3584): not acknowledged, in clear, for receivers that know nothing newer.
   *
   * @param agent address that the trap says it comes from
   */
  public record Trap1(String community, InetAddress agent) implements Protocol {
    /** Without the community. */
    @Override
    public String toString() {
      return "Trap1[" + agent + "]";
    }
  }

  /**
   * SNMPv3 trap: not acknowledged, authenticated and encrypted. The receiver must know the user
   * together with the id of the sending engine (RFC 3414 section 1.5.1).
   *
   * @param stateFolder where the agent keeps engine id and boots: agent and sender of traps are one
   *     engine, and the agent has been started before
   */
  public record Trap3(SnmpUser user, Path stateFolder) implements Protocol {}

  /** SNMPv3 inform: acknowledged, authenticated and encrypted by a user that the receiver knows. */
  public record Inform3(SnmpUser user) implements Protocol {}

  /**
   * @throws IllegalArgumentException if a value is out of range or the receiver is not resolved
   */
  public NotifierConfig {
    if (receiver.isUnresolved() || receiver.getPort() == 0) {
      throw new IllegalArgumentException(
          "notification receiver " + receiver + " has no known address and port");
    }
    if (timeout.toMillis() < 10 || timeout.toMinutes() >= 5) {
      throw new IllegalArgumentException(
          "notification timeout " + timeout + " is not within 10 ms..5 min");
    }
    if (retries < 0 || retries > 10) {
      throw new IllegalArgumentException("notification retries " + retries + " not within 0..10");
    }
  }
}
