package io.cade.engine.web;

import io.cade.engine.pki.Identity;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Options of an HTTPS/1.1 server with the limits that both servers share. */
public final class TlsOptions {
  /** A TLS handshake takes no longer. */
  public static final Duration HANDSHAKE = Duration.ofSeconds(5);

  /** Largest request line, bytes. */
  public static final int MAX_REQUEST_LINE = 8 << 10;

  /** Largest header section, bytes. */
  public static final int MAX_HEADERS = 16 << 10;

  private TlsOptions() {}

  /**
   * @param host address to listen on
   * @param port TCP port, 0 for any
   * @param idle a connection on which nothing moves is closed after this time
   */
  public static HttpServerOptions server(
      String host, int port, Identity identity, Set<String> protocols, Duration idle) {
    HttpServerOptions options = new HttpServerOptions();
    if (OpenSSLEngineOptions.isAvailable()) {
      // Half the time of the JDK's for a handshake, and every poke of a card is followed by one.
      options.setSslEngineOptions(new OpenSSLEngineOptions());
    }
    return options
        .setHost(host)
        .setPort(port)
        .setSsl(true)
        .setUseAlpn(false)
        .setEnabledSecureTransportProtocols(protocols)
        .setSslHandshakeTimeout(HANDSHAKE.toMillis())
        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(identity.certificateChainPem()))
                .addKeyValue(Buffer.buffer(identity.privateKeyPem())))
        .setIdleTimeout((int) idle.toMillis())
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
        .setMaxInitialLineLength(MAX_REQUEST_LINE)
        .setMaxHeaderSize(MAX_HEADERS)
        .setCompressionSupported(false)
        .setDecompressionSupported(false)
        .setTcpNoDelay(true)
        .setReuseAddress(true);
  }

  /** Lets clients show a certificate, which then must be of the authority. */
  public static HttpServerOptions withClientCertificates(
      HttpServerOptions options, String authorityPem) {
    return options
        .setClientAuth(ClientAuth.REQUEST)
        .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(authorityPem)));
  }
}
