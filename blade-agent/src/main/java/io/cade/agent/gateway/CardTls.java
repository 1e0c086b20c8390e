package io.cade.agent.gateway;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS as a card speaks it: one trusted authority, the card's own certificate, nothing inherited.
 */
final class CardTls {
  private CardTls() {}

  static SSLContext context(CardIdentity identity) throws IOException {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("authority", identity.authority());
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(keyManagers(identity), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("the card's key, its certificate and the authority do not fit", e);
    }
  }

  private static KeyManager[] keyManagers(CardIdentity identity) {
    X509Certificate certificate = identity.certificate();
    return certificate == null
        ? new KeyManager[0]
        : new KeyManager[] {new CardKeyManager(identity.key(), certificate)};
  }
}
