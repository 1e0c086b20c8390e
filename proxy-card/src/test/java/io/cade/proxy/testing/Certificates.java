package io.cade.proxy.testing;

import java.io.StringWriter;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.jcajce.JcaBasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.jcajce.JcaCertificateID;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/** Self-signed certificates of sites. */
public final class Certificates {
  private Certificates() {}

  /** Certificate and key of one site, PEM. */
  public record Pem(String chain, String key) {}

  public static Pem selfSigned(String host) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    X500Name name = new X500Name("CN=" + host);
    Instant from = Instant.parse("2020-01-01T00:00:00Z");
    Instant to = Instant.parse("2090-01-01T00:00:00Z");
    X509Certificate certificate =
        new JcaX509CertificateConverter()
            .getCertificate(
                new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(from),
                        Date.from(to),
                        name,
                        pair.getPublic())
                    .build(
                        new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
    return new Pem(
        pem("CERTIFICATE", certificate.getEncoded()),
        pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
  }

  /** A response that says "good" of some certificate, as a PEM block. */
  public static String ocspResponse(String thisUpdate, String nextUpdate) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    var digests = new JcaDigestCalculatorProviderBuilder().build();
    var builder = new JcaBasicOCSPRespBuilder(pair.getPublic(), digests.get(RespID.HASH_SHA1));
    X500Name name = new X500Name("CN=authority");
    X509Certificate issuer =
        new JcaX509CertificateConverter()
            .getCertificate(
                new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(Instant.parse(thisUpdate)),
                        Date.from(Instant.parse("2090-01-01T00:00:00Z")),
                        name,
                        pair.getPublic())
                    .build(
                        new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
    builder.addResponse(
        new JcaCertificateID(digests.get(CertificateID.HASH_SHA1), issuer, BigInteger.TWO),
        CertificateStatus.GOOD,
        Date.from(Instant.parse(thisUpdate)),
        Date.from(Instant.parse(nextUpdate)));
    var basic =
        builder.build(
            new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()),
            null,
            Date.from(Instant.parse(thisUpdate)));
    return pem(
        "OCSP RESPONSE", new OCSPRespBuilder().build(OCSPResp.SUCCESSFUL, basic).getEncoded());
  }

  /** A client that looks at certificates itself. */
  public static SSLContext trustingAll() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustAll()}, null);
    return context;
  }

  private static String pem(String type, byte[] der) throws Exception {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      writer.writeObject(new PemObject(type, der));
    }
    return text.toString();
  }

  private static final class TrustAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
