package io.cade.mib.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.mib.Tools;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Keys and certificates in one key store, made with the JDK's keytool. */
final class TestCertificates {
  static final String PASSWORD = "changeit";

  final Path file;

  TestCertificates(Path folder) {
    this.file = folder.resolve("keys.p12");
  }

  /** Makes a key and a certificate; without an issuer it signs itself. */
  void make(String name, String dname, String algorithm, String issuer, String... options)
      throws IOException, InterruptedException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-dname",
                dname,
                "-keyalg",
                algorithm,
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD));
    if (!issuer.isEmpty()) {
      command.addAll(List.of("-signer", issuer));
    }
    command.addAll(List.of(options));
    Tools.Result result = Tools.run(Map.of(), command);
    assertThat(result.exit()).as(result.output()).isZero();
  }

  private KeyStore store() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  PrivateKey key(String name) throws IOException, GeneralSecurityException {
    return (PrivateKey) store().getKey(name, PASSWORD.toCharArray());
  }

  List<X509Certificate> chain(String name) throws IOException, GeneralSecurityException {
    return Arrays.stream(store().getCertificateChain(name))
        .map(X509Certificate.class::cast)
        .toList();
  }

  X509Certificate certificate(String name) throws IOException, GeneralSecurityException {
    return chain(name).getFirst();
  }

  String fingerprint(String name) throws IOException, GeneralSecurityException {
    byte[] der = certificate(name).getEncoded();
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der));
  }

  String certificatePem(String name) throws IOException, GeneralSecurityException {
    return pem("CERTIFICATE", certificate(name).getEncoded());
  }

  String keyPem(String name) throws IOException, GeneralSecurityException {
    return pem("PRIVATE KEY", key(name).getEncoded());
  }

  private static String pem(String what, byte[] der) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n";
  }

  /** A key store with one of them alone. */
  Path only(String name) throws IOException, GeneralSecurityException {
    KeyStore one = KeyStore.getInstance("PKCS12");
    one.load(null, null);
    one.setKeyEntry(
        name, key(name), PASSWORD.toCharArray(), chain(name).toArray(X509Certificate[]::new));
    Path target = file.resolveSibling(name + ".p12");
    try (var out = Files.newOutputStream(target)) {
      one.store(out, PASSWORD.toCharArray());
    }
    return target;
  }
}
