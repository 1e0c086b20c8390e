package io.cade.agent.gateway;

import io.cade.agent.wire.CardPosition;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;

/** A module's certificate authority as the contract describes it. */
public final class TestAuthority {
  private final KeyPair keys = newKeys();
  private final X500Principal name;
  private final X509Certificate certificate;

  public TestAuthority(String commonName) {
    name = new X500Principal("CN=" + commonName);
    certificate = issue(name, keys.getPublic(), null, Duration.ofDays(1));
  }

  public String pem() {
    return pem(certificate);
  }

  /** Issues what a request asks for, for one position. */
  public String issueCard(String requestPem, CardPosition position, Duration life) {
    try (PEMParser parser = new PEMParser(new StringReader(requestPem))) {
      PKCS10CertificationRequest request = (PKCS10CertificationRequest) parser.readObject();
      PublicKey key = new JcaPKCS10CertificationRequest(request).getPublicKey();
      if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
        throw new IllegalArgumentException("request is not signed by its key");
      }
      if (!request.getSubject().toString().equals("CN=card " + position)) {
        throw new IllegalArgumentException("request of " + request.getSubject());
      }
      return pem(
          issue(
              new X500Principal("CN=card " + position),
              key,
              new GeneralName(
                  GeneralName.uniformResourceIdentifier, CardIdentityStore.uri(position)),
              life));
    } catch (IOException | GeneralSecurityException | OperatorCreationException | PKCSException e) {
      throw new IllegalStateException(e);
    }
  }

  /** TLS of a gateway at an IP address, with a certificate of this authority. */
  public SSLContext gateway(String address) {
    try {
      KeyPair own = newKeys();
      X509Certificate gateway =
          issue(
              new X500Principal("CN=gateway"),
              own.getPublic(),
              new GeneralName(GeneralName.iPAddress, address),
              Duration.ofDays(1));
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "gateway", own.getPrivate(), new char[0], new Certificate[] {gateway, certificate});
      KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
      keyManagers.init(store, new char[0]);
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("authority", certificate);
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(keyManagers.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private X509Certificate issue(
      X500Principal subject, PublicKey key, @Nullable GeneralName san, Duration life) {
    try {
      Instant now = Instant.now();
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name,
              new BigInteger(100, new SecureRandom()),
              Date.from(now.minus(Duration.ofDays(2))),
              Date.from(now.plus(life)),
              subject,
              key);
      builder.addExtension(
          Extension.basicConstraints, true, new BasicConstraints(subject.equals(name)));
      if (san != null) {
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(san));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(X509Certificate certificate) {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      writer.writeObject(new PemObject("CERTIFICATE", certificate.getEncoded()));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    return text.toString();
  }
}
