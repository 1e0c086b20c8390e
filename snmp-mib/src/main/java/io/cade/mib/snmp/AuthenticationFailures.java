package io.cade.mib.snmp;

import java.net.InetAddress;

/**
 * Hears of managers that were not let in, so that the operations centre can be told (RFC 3418's
 * authenticationFailure). Called on the SNMP thread, which goes on at once.
 */
@FunctionalInterface
public interface AuthenticationFailures {
  /** Does nothing. */
  AuthenticationFailures NONE = failure -> {};

  /** Somebody was refused. At most one call a second, whatever arrives. */
  void refused(Failure failure);

  /** Why a manager was refused. */
  enum Reason {
    /** SNMPv1 or v2c with a word that no community has, or from a source it is not served from. */
    COMMUNITY,
    /** SNMPv3 with a user that does not exist. */
    USER,
    /** SNMPv3 with a wrong key, or a message that was changed on its way. */
    DIGEST,
    /** SNMPv3 over TLS with a certificate that is nobody's or not valid. */
    CERTIFICATE
  }

  /**
   * A refusal.
   *
   * @param source where the newest came from; UDP sources can be forged
   * @param reason why the newest was refused
   * @param total refusals since the start of the agent
   */
  record Failure(InetAddress source, Reason reason, long total) {}
}
