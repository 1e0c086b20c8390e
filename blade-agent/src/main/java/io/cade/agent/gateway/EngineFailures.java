package io.cade.agent.gateway;

import io.cade.agent.core.AgentEvent.Failure;
import java.io.EOFException;
import java.net.SocketException;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** What became of an exchange with the engine that failed. */
public final class EngineFailures {
  /** Refusals that time heals: time-out, conflict with a restart, too many requests. */
  private static final List<Integer> TEMPORARY = List.of(408, 425, 429);

  private EngineFailures() {}

  /**
   * Whether nobody answered, the engine refused, or one side did not accept the other's
   * certificate. A handshake that ends without a word is no verdict on a certificate: a busy engine
   * gives up handshakes that take too long, and a card that took that for distrust would ask for
   * another certificate.
   */
  public static Failure of(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof EOFException
          || t instanceof SocketException
          || String.valueOf(t.getMessage()).contains("terminated the handshake")) {
        return Failure.UNREACHABLE;
      }
    }
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof GatewayRefusal refusal) {
        return TEMPORARY.contains(refusal.status()) ? Failure.UNREACHABLE : Failure.REFUSED;
      }
      // With TLS 1.3 the server's verdict on our certificate arrives after our handshake is over.
      if (t instanceof SSLHandshakeException
          || t instanceof SSLPeerUnverifiedException
          || String.valueOf(t.getMessage()).contains("Received fatal alert")) {
        return Failure.UNTRUSTED;
      }
    }
    return Failure.UNREACHABLE;
  }
}
