package io.cade.mib.snmp;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Finds the user of a client's certificate: the table that RFC 6353 calls snmpTlstmCertToTSNTable.
 * A certificate that is nobody's, or not valid today, ends the handshake. Thread-safe.
 */
final class TlsUsers {
  private record Issued(SnmpTlsUser user, SnmpTlsUser.Issued proof, X509TrustManager path) {}

  private final List<SnmpTlsUser> byFingerprint = new ArrayList<>();
  private final List<Issued> byIssuer = new ArrayList<>();

  TlsUsers(List<SnmpTlsUser> users) throws GeneralSecurityException {
    for (SnmpTlsUser user : users) {
      switch (user.proof()) {
        case SnmpTlsUser.Fingerprint _ -> byFingerprint.add(user);
        case SnmpTlsUser.Issued proof ->
            byIssuer.add(new Issued(user, proof, pathsFrom(proof.issuers())));
      }
    }
  }

  private static X509TrustManager pathsFrom(List<X509Certificate> issuers)
      throws GeneralSecurityException {
    KeyStore store = emptyStore();
    for (int i = 0; i < issuers.size(); i++) {
      store.setCertificateEntry("issuer-" + i, issuers.get(i));
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return x509;
      }
    }
    throw new GeneralSecurityException("no PKIX trust manager");
  }

  private static KeyStore emptyStore() throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      return store;
    } catch (java.io.IOException e) {
      throw new GeneralSecurityException(e);
    }
  }

  /**
   * The user.
   *
   * @param chain of the client, its own certificate first
   * @throws CertificateException if it is nobody's or not valid
   */
  SnmpTlsUser userOf(X509Certificate[] chain, String authType) throws CertificateException {
    X509Certificate own = chain[0];
    byte[] digest;
    try {
      digest = MessageDigest.getInstance("SHA-256").digest(own.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new CertificateException(e);
    }
    var fingerprint = SnmpTlsUser.Fingerprint.of(digest);
    for (SnmpTlsUser user : byFingerprint) {
      if (user.proof().equals(fingerprint)) {
        own.checkValidity();
        return user;
      }
    }
    CertificateException failure = null;
    for (Issued issued : byIssuer) {
      if (issued.proof.subject().equals(own.getSubjectX500Principal())) {
        try {
          issued.path.checkClientTrusted(chain, authType);
          return issued.user;
        } catch (CertificateException e) {
          failure = e;
        }
      }
    }
    throw failure == null
        ? new CertificateException(
            "no user has the certificate of "
                + own.getSubjectX500Principal()
                + " with the SHA-256 fingerprint "
                + fingerprint.sha256())
        : failure;
  }

  /** TLS for the agent's side, which asks each client for its certificate. */
  SSLContext context(SnmpTls tls) throws GeneralSecurityException {
    KeyStore store = emptyStore();
    char[] none = new char[0];
    store.setKeyEntry("agent", tls.key(), none, tls.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, none);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), new TrustManager[] {new Clients()}, new SecureRandom());
    return context;
  }

  private final class Clients extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      var _ = userOf(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket s)
        throws CertificateException {
      checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine e)
        throws CertificateException {
      checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("this is a server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket s)
        throws CertificateException {
      checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine e)
        throws CertificateException {
      checkServerTrusted(chain, authType);
    }

    /** None are named: a certificate that is known by its fingerprint may have any issuer. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
