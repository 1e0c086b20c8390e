package io.cade.proxy.tls;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayInputStream;
import java.lang.ref.Cleaner;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes TLS contexts from the certificates of a snapshot, keeping those that have not changed with
 * their session caches. TLS 1.2 and 1.3, by BoringSSL where its library can be loaded, else by the
 * JDK. HTTP/2 is offered by ALPN. Owned by the thread that applies snapshots; the contexts
 * themselves are thread-safe.
 */
public final class SiteCertificates {
  /** Sessions that a site's cache holds for visitors without tickets; older ones are forgotten. */
  private static final int SESSIONS = 10_000;

  /** For how long a visitor may resume. */
  private static final Duration SESSION_TIMEOUT = Duration.ofHours(6);

  private static final Logger log = LoggerFactory.getLogger(SiteCertificates.class);

  private final InstantSource clock;
  private final SslProvider provider;
  private final TicketKeys tickets;
  private final Cleaner cleaner = Cleaner.create();
  private Map<Pem, SiteContext> current = new HashMap<>();
  private Map<Pem, SiteContext> next = new HashMap<>();

  private record Pem(String chain, String key) {
    @Override
    public String toString() {
      return "Pem"; // the key must not reach a log
    }
  }

  public SiteCertificates(InstantSource clock) {
    this(clock, available());
  }

  /**
   * @param provider {@code OPENSSL_REFCNT} or {@code JDK}
   */
  SiteCertificates(InstantSource clock, SslProvider provider) {
    this.clock = clock;
    this.provider = provider;
    this.tickets = new TicketKeys();
  }

  private static SslProvider available() {
    if (OpenSsl.isAvailable()) {
      log.info("TLS by {}", OpenSsl.versionString());
      return SslProvider.OPENSSL_REFCNT;
    }
    log.warn(
        "TLS by the JDK, slower and without OCSP stapling: BoringSSL cannot be loaded ({})",
        String.valueOf(OpenSsl.unavailabilityCause()));
    return SslProvider.JDK;
  }

  /**
   * The context for a site's certificate.
   *
   * @param chainPem the site's certificate first; may hold an OCSP response, too
   * @return null when the site has none, or one that cannot be used: then the site has no HTTPS,
   *     which is logged, and all else goes on
   */
  public @Nullable SslContext contextFor(String service, String chainPem, String keyPem) {
    if (chainPem.isEmpty() || keyPem.isEmpty()) {
      return null;
    }
    Pem pem = new Pem(chainPem, keyPem);
    SiteContext context = next.get(pem);
    if (context == null) {
      context = current.get(pem);
    }
    if (context == null) {
      try {
        context = newContext(service, pem);
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

  private SiteContext newContext(String service, Pem pem) throws SSLException {
    Staple staple = stapleOf(service, pem.chain());
    SslContext made =
        SslContextBuilder.forServer(
                new ByteArrayInputStream(pem.chain().getBytes(StandardCharsets.US_ASCII)),
                new ByteArrayInputStream(pem.key().getBytes(StandardCharsets.US_ASCII)))
            .sslProvider(provider)
            .protocols("TLSv1.3", "TLSv1.2")
            // Only what RFC 9113 §9.2.2 does not forbid, and with forward secrecy.
            .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
            .sessionCacheSize(SESSIONS)
            .sessionTimeout(SESSION_TIMEOUT.toSeconds())
            .enableOcsp(staple != null)
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    ApplicationProtocolNames.HTTP_2,
                    ApplicationProtocolNames.HTTP_1_1))
            .build();
    SiteContext context = new SiteContext(made, staple, clock);
    if (made.sessionContext() instanceof OpenSslServerSessionContext sessions) {
      // Keys are the same for all sites; a session begun with one site is none of another's.
      sessions.setSessionIdContext(digest(pem.chain()));
      sessions.setSessionCacheEnabled(true);
      sessions.setTicketKeys(tickets.all());
    }
    // Connections come and go with a table that was replaced long ago; native memory is given back
    // when nobody can reach the context any more.
    cleaner.register(context, () -> ReferenceCountUtil.release(made));
    return context;
  }

  private @Nullable Staple stapleOf(String service, String chain) {
    if (provider == SslProvider.JDK) {
      return null;
    }
    try {
      return Staple.in(chain);
    } catch (IllegalArgumentException e) {
      log.warn("service {} is served without OCSP stapling: {}", service, e.getMessage());
      return null;
    }
  }

  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  /** A snapshot is complete: forgets the contexts that it did not ask for. */
  public void endOfSnapshot() {
    current = next;
    next = new HashMap<>();
  }

  /**
   * Makes session tickets with a new key; those made under the one before are still good. Does
   * nothing while the engine gives the keys.
   */
  public void rotateTicketKeys() {
    tickets.rotate();
    spreadTicketKeys();
  }

  /**
   * Makes session tickets with the keys that the engine gives to all proxies.
   *
   * @param base64 the first one makes tickets, the others are understood; none: nothing changes
   */
  public void useTicketKeys(List<String> base64) {
    try {
      if (tickets.use(base64)) {
        spreadTicketKeys();
      }
    } catch (IllegalArgumentException e) {
      log.warn(
          "the engine's keys of session tickets are of no use ({}): visitors can resume their TLS"
              + " sessions at this proxy only",
          e.getMessage());
    }
  }

  private void spreadTicketKeys() {
    for (SiteContext context : current.values()) {
      if (context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
        sessions.setTicketKeys(tickets.all());
      }
    }
  }
}
