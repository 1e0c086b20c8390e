package io.cade.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.core.AgentEvent.Failure;
import io.cade.agent.gateway.EngineFailures;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

/** Which failures let a card doubt its certificate. */
class ExchangeFailureTest {
  @Test
  void aHandshakeThatABusyEngineBreaksOffIsNoVerdictOnTheCertificate() {
    var broken = new SSLHandshakeException("Remote host terminated the handshake");
    assertThat(EngineFailures.of(broken)).isEqualTo(Failure.UNREACHABLE);
    var cut = new SSLHandshakeException("handshake failed");
    cut.initCause(new EOFException("SSL peer shut down incorrectly"));
    assertThat(EngineFailures.of(new IOException(cut))).isEqualTo(Failure.UNREACHABLE);
    assertThat(EngineFailures.of(new SocketException("Connection reset")))
        .isEqualTo(Failure.UNREACHABLE);
  }

  @Test
  void theEnginesAlertAboutACertificateIsOne() {
    assertThat(
            EngineFailures.of(
                new IOException(
                    new SSLHandshakeException("Received fatal alert: certificate_unknown"))))
        .isEqualTo(Failure.UNTRUSTED);
    assertThat(
            EngineFailures.of(
                new SSLHandshakeException("PKIX path building failed: unable to find path")))
        .isEqualTo(Failure.UNTRUSTED);
  }
}
