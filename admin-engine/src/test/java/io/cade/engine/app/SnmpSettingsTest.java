package io.cade.engine.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.config.ConfigProblems;
import io.cade.mib.ManagerRole;
import io.cade.mib.snmp.SnmpCommunity;
import io.cade.mib.snmp.SnmpTlsUser;
import io.cade.mib.snmp.SnmpUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnmpSettingsTest {
  @TempDir Path directory;

  private SnmpSettings read(String section) throws Exception {
    Path file = directory.resolve("engine.yaml");
    Files.writeString(file, "stateDirectory: " + directory + "\n" + section);
    return EngineConfig.read(file).snmp();
  }

  private Path secret(String name, String text, String rights) throws Exception {
    Path file = Files.writeString(directory.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
  }

  @Test
  void thereIsNoCommunityUnlessOneIsConfigured() throws Exception {
    assertThat(read("")).isEqualTo(SnmpSettings.NONE);
    assertThat(SnmpSettings.NONE.communities()).isEmpty();
    assertThat(SnmpSettings.NONE.generatedCommunity()).isFalse();
    assertThat(SnmpSettings.NONE.v1()).isFalse();
  }

  @Test
  void everyKeyIsRead() throws Exception {
    Path word = secret("word", "graphs-only\n", "rw-r-----");
    Path auth = secret("auth", "authenticate me\n", "rw-------");
    Path priv = secret("priv", "encrypt me too\n", "rw-------");
    SnmpSettings settings =
        read(
            """
            snmp:
              v1: true
              v2c: false
              generatedCommunity: true
              contact: noc@example.com
              location: Bern
              communities:
                graphs: {file: %s, role: technician, sources: [192.0.2.0/24, "2001:db8::/32"]}
              users:
                noc: {role: operator, auth: sha-512, authFile: %s, priv: aes-256, privFile: %s}
                zabbix: {role: monitor, authFile: %s, privFile: %s}
            """
                .formatted(word, auth, priv, auth, priv));
    assertThat(settings)
        .isEqualTo(
            new SnmpSettings(
                true,
                false,
                true,
                List.of(
                    new SnmpCommunity(
                        "graphs-only",
                        ManagerRole.TECHNICIAN,
                        List.of(
                            SnmpCommunity.Network.parse("192.0.2.0/24"),
                            SnmpCommunity.Network.parse("2001:db8::/32")))),
                List.of(
                    new SnmpUser(
                        "noc",
                        ManagerRole.OPERATOR,
                        SnmpUser.Auth.SHA_512,
                        "authenticate me",
                        SnmpUser.Priv.AES_256,
                        "encrypt me too"),
                    new SnmpUser(
                        "zabbix",
                        ManagerRole.MONITOR,
                        SnmpUser.Auth.SHA_256,
                        "authenticate me",
                        SnmpUser.Priv.AES_128,
                        "encrypt me too")),
                "noc@example.com",
                "Bern",
                List.of()));
    assertThat(settings.toString()).doesNotContain("graphs-only", "authenticate me", "encrypt me");
  }

  /** Made with openssl for this test: CN=noc authority. */
  private static final String AUTHORITY =
      """
      -----BEGIN CERTIFICATE-----
      MIIBhjCCAS2gAwIBAgIUcCS++b7z762dCJevZDFVD/j1R6swCgYIKoZIzj0EAwIw
      GDEWMBQGA1UEAwwNbm9jIGF1dGhvcml0eTAgFw0yNjExMjExODIxMTNaGA8yMTI2
      MTAyODE4MjExM1owGDEWMBQGA1UEAwwNbm9jIGF1dGhvcml0eTBZMBMGByqGSM49
      AgEGCCqGSM49AwEHA0IABF8isprVrwN8m/+NIVtuB+cAyEyFWWFTmd0NLpbuSAgP
      /IcCiejbxFIjxRfRnjAgLTmCZ2aTL00MV/X9UogSxF+jUzBRMB0GA1UdDgQWBBRc
      6vArG6Fbiq/P7L/57O4Z634vOTAfBgNVHSMEGDAWgBRc6vArG6Fbiq/P7L/57O4Z
      634vOTAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIFQm6iJ7YM8R
      5z4Vtwdg9TWyxs379ZrOZGPewh/iLbZjAiBUHdX62mMY0iKaFsNRIUgW0eCdCZpP
      7sVUR94mQU6bog==
      -----END CERTIFICATE-----
      """;

  @Test
  void usersOfTlsAreKnownByTheirCertificates() throws Exception {
    Path issuer = Files.writeString(directory.resolve("issuer.pem"), AUTHORITY);
    String print = "AB:".repeat(31) + "ab";
    SnmpSettings settings =
        read(
            """
            ports: {snmpTls: 10161}
            snmp:
              tlsUsers:
                noc: {role: operator, fingerprint: "%s"}
                zabbix: {role: monitor, subject: "CN=zabbix, O=Example", issuerFile: %s}
            """
                .formatted(print, issuer));
    assertThat(settings.tlsUsers()).hasSize(2);
    assertThat(settings.tlsUsers().getFirst())
        .isEqualTo(
            new SnmpTlsUser(
                "noc", ManagerRole.OPERATOR, new SnmpTlsUser.Fingerprint("ab".repeat(32))));
    assertThat(settings.tlsUsers().getLast().proof())
        .isInstanceOfSatisfying(
            SnmpTlsUser.Issued.class,
            proof -> {
              assertThat(proof.subject()).isEqualTo(new X500Principal("CN=zabbix,O=Example"));
              assertThat(proof.issuers()).hasSize(1);
            });
  }

  @Test
  void userOfTlsNeedsOneProofAndThePort() {
    assertThatThrownBy(() ->
            read(
                """
                snmp:
                  tlsUsers:
                    nobody: {role: monitor}
                    both: {role: monitor, fingerprint: "00", subject: "CN=x", issuerFile: /nowhere/ca}
                    half: {role: monitor, subject: "CN=x"}
                """))
        .isInstanceOf(ConfigProblems.class)
        .hasMessageContaining("snmp.tlsUsers.nobody.fingerprint")
        .hasMessageContaining("64 hexadecimal digits")
        .hasMessageContaining("/nowhere/ca cannot be read")
        .hasMessageContaining("snmp.tlsUsers.half.issuerFile")
        .hasMessageContaining("ports.snmpTls");
  }

  @Test
  void everythingThatIsWrongIsSaidAtOnceAndNoSecretWithIt() throws Exception {
    Path open = secret("open", "everybody-reads", "rw-r--r--");
    Path shortOne = secret("short", "12345", "rw-------");
    assertThatThrownBy(() ->
            read(
                """
                snmp:
                  v3: true
                  communities:
                    a: {file: %s}
                    b: {role: monitor}
                    c: {file: %s, sources: [192.0.2.0/33]}
                  users:
                    noc: {role: king, authFile: %s, privFile: /nowhere/priv}
                """
                    .formatted(open, shortOne, shortOne)))
        .isInstanceOf(ConfigProblems.class)
        .hasMessageContaining("snmp.v3")
        .hasMessageContaining("everybody can read")
        .hasMessageContaining("snmp.communities.b.file")
        .hasMessageContaining("192.0.2.0/33")
        .hasMessageContaining("king")
        .hasMessageContaining("/nowhere/priv cannot be read")
        .hasMessageContaining("8 octets")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("everybody-reads", "12345"));
  }
}
