package io.cade.agent.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;

/** Against Bouncy Castle, which the engine reads requests with. */
class CertificateRequestTest {
  private static KeyPair pair() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  @Test
  void namesAndKeysArriveAndTheSignatureIsGood() throws Exception {
    // Names that make the length take one, two and three octets.
    String long64 = "x".repeat(64);
    for (String text :
        List.of("CN=x", "CN=" + long64, "CN=x, O=" + long64 + ", OU=" + long64 + ", L=" + long64)) {
      KeyPair pair = pair();
      X500Principal name = new X500Principal(text);
      var request = new JcaPKCS10CertificationRequest(CertificateRequest.of(name, pair));
      assertThat(request.getSubject()).isEqualTo(X500Name.getInstance(name.getEncoded()));
      assertThat(request.getPublicKey()).isEqualTo(pair.getPublic());
      assertThat(request.getAttributes()).isEmpty();
      assertThat(
              request.isSignatureValid(
                  new JcaContentVerifierProviderBuilder().build(pair.getPublic())))
          .isTrue();
      assertThat(
              request.isSignatureValid(
                  new JcaContentVerifierProviderBuilder().build(pair().getPublic())))
          .isFalse();
    }
  }

  @Test
  void whatIsSignedIsOctetForOctetWhatBouncyCastleSigns() throws Exception {
    KeyPair pair = pair();
    X500Principal name = new X500Principal("CN=card 1.3");
    PKCS10CertificationRequest theirs =
        new JcaPKCS10CertificationRequestBuilder(name, pair.getPublic())
            .build(
                new org.bouncycastle.operator.jcajce.JcaContentSignerBuilder("SHA256withECDSA")
                    .build(pair.getPrivate()));
    PKCS10CertificationRequest ours =
        new PKCS10CertificationRequest(CertificateRequest.of(name, pair));
    assertThat(ours.toASN1Structure().getCertificationRequestInfo().getEncoded())
        .isEqualTo(theirs.toASN1Structure().getCertificationRequestInfo().getEncoded());
    assertThat(ours.getSignatureAlgorithm()).isEqualTo(theirs.getSignatureAlgorithm());
  }
}
