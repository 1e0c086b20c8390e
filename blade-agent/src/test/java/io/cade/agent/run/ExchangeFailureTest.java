package io.cade.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.core.AgentEvent.Failure;
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
    assertThat(EngineExchanges.failure(broken)).isEqualTo(Failure.UNREACHABLE);
    var cut = new SSLHandshakeException("handshake failed");
    cut.initCause(new EOFException("SSL peer shut down incorrectly"));
    assertThat(EngineExchanges.failure(new IOException(cut))).isEqualTo(Failure.UNREACHABLE);
    assertThat(EngineExchanges.failure(new SocketException("Connection reset")))
        .isEqualTo(Failure.UNREACHABLE);
  }

  @Test
  void theEnginesAlertAboutACertificateIsOne() {
    assertThat(
            EngineExchanges.failure(
                new IOException(
                    new SSLHandshakeException("Received fatal alert: certificate_unknown"))))
        .isEqualTo(Failure.UNTRUSTED);
    assertThat(
            EngineExchanges.failure(
                new SSLHandshakeException("PKIX path building failed: unable to find path")))
        .isEqualTo(Failure.UNTRUSTED);
  }
}
