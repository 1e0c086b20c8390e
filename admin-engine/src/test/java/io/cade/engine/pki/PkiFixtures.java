package io.cade.engine.pki;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** What a card does to get its certificate, for tests. */
public final class PkiFixtures {
  private PkiFixtures() {}

  public static KeyPair newKey() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), new SecureRandom());
    return generator.generateKeyPair();
  }

  /** A request that names {@code subject}, holds one key and is signed with another. */
  public static String request(String subject, KeyPair holds, KeyPair signs) throws Exception {
    PKCS10CertificationRequest request =
        new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=" + subject), holds.getPublic())
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(signs.getPrivate()));
    return PemFiles.text(List.of(new PemObject("CERTIFICATE REQUEST", request.getEncoded())));
  }
}
