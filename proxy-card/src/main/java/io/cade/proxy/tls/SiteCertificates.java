package io.cade.proxy.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes TLS contexts from the certificates of a snapshot, keeping those that have not changed with
 * their session caches. Owned by the thread that applies snapshots; the contexts themselves are
 * thread-safe.
 */
public final class SiteCertificates {
  private static final Logger log = LoggerFactory.getLogger(SiteCertificates.class);

  private Map<Pem, SslContext> current = new HashMap<>();
  private Map<Pem, SslContext> next = new HashMap<>();

  private record Pem(String chain, String key) {
    @Override
    public String toString() {
      return "Pem"; // the key must not reach a log
    }
  }

  /**
   * The context for a site's certificate.
   *
   * @return null when the site has none, or one that cannot be used: then the site has no HTTPS,
   *     which is logged, and all else goes on
   */
  public @Nullable SslContext contextFor(String service, String chainPem, String keyPem) {
    if (chainPem.isEmpty() || keyPem.isEmpty()) {
      return null;
    }
    Pem pem = new Pem(chainPem, keyPem);
    SslContext context = next.get(pem);
    if (context == null) {
      context = current.get(pem);
    }
    if (context == null) {
      try {
        context =
            SslContextBuilder.forServer(
                    new ByteArrayInputStream(chainPem.getBytes(StandardCharsets.US_ASCII)),
                    new ByteArrayInputStream(keyPem.getBytes(StandardCharsets.US_ASCII)))
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .build();
      } catch (SSLException | IllegalArgumentException e) {
        log.warn(
            "service {} has no HTTPS: its certificate or key cannot be used ({}); give it another"
                + " certificate",
            service,
            e.getMessage());
        return null;
      }
    }
    next.put(pem, context);
    return context;
  }

  /** A snapshot is complete: forgets the contexts that it did not ask for. */
  public void endOfSnapshot() {
    current = next;
    next = new HashMap<>();
  }
}
