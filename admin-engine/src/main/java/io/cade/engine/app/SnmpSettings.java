package io.cade.engine.app;

import io.cade.agent.config.Section;
import io.cade.mib.ManagerRole;
import io.cade.mib.snmp.SnmpAgentConfig;
import io.cade.mib.snmp.SnmpCommunity;
import io.cade.mib.snmp.SnmpTlsUser;
import io.cade.mib.snmp.SnmpUser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/**
 * The section {@code snmp} of the configuration; {@code docs/configuration.md} lists the keys.
 *
 * @param v1 whether SNMPv1 is answered, for reading
 * @param v2c whether SNMPv2c is answered, for reading
 * @param generatedCommunity whether a random community is made at the first start
 * @param communities communities from files
 * @param users users of SNMPv3 from files; if there are none, one is made at the first start
 * @param contact sysContact
 * @param location sysLocation
 * @param tlsUsers users of SNMPv3 over TLS
 */
public record SnmpSettings(
    boolean v1,
    boolean v2c,
    boolean generatedCommunity,
    List<SnmpCommunity> communities,
    List<SnmpUser> users,
    String contact,
    String location,
    List<SnmpTlsUser> tlsUsers) {
  private static final int MAX_SOURCES = 32;
  private static final int MAX_SECRET_OCTETS = 1024;
  private static final int MAX_TEXT_OCTETS = 255;
  private static final int MAX_ISSUERS = 16;

  /** What stands for a secret that could not be read; the file is refused because of it. */
  private static final String UNREAD = "unread----";

  private static final SnmpTlsUser.Proof UNREAD_PROOF = new SnmpTlsUser.Fingerprint("0".repeat(64));

  /** SNMPv3 alone, with a user that is made at the first start. */
  public static final SnmpSettings NONE =
      new SnmpSettings(false, true, false, List.of(), List.of(), "", "", List.of());

  public SnmpSettings {
    communities = List.copyOf(communities);
    users = List.copyOf(users);
    tlsUsers = List.copyOf(tlsUsers);
  }

  static SnmpSettings from(Section s) {
    List<SnmpTlsUser> tlsUsers =
        s.sections("tlsUsers", SnmpAgentConfig.MAX_USERS, SnmpSettings::tlsUser);
    if (tlsUsers.stream()
            .map(SnmpTlsUser::proof)
            .filter(p -> !p.equals(UNREAD_PROOF))
            .distinct()
            .count()
        < tlsUsers.stream().filter(u -> !u.proof().equals(UNREAD_PROOF)).count()) {
      s.problem("tlsUsers", "has two users with the same certificate");
    }
    return new SnmpSettings(
        s.flag("v1", NONE.v1()),
        s.flag("v2c", NONE.v2c()),
        s.flag("generatedCommunity", NONE.generatedCommunity()),
        // One place is left for the generated one.
        s.sections("communities", SnmpAgentConfig.MAX_COMMUNITIES - 1, (name, c) -> community(c)),
        s.sections("users", SnmpAgentConfig.MAX_USERS, SnmpSettings::user),
        s.parsed("contact", "", SnmpSettings::adminText),
        s.parsed("location", "", SnmpSettings::adminText),
        tlsUsers);
  }

  private static SnmpCommunity community(Section s) {
    return new SnmpCommunity(
        secret(s, "file"),
        s.choice("role", ManagerRole.class, ManagerRole.MONITOR),
        s.list("sources", MAX_SOURCES, SnmpCommunity.Network::parse));
  }

  private static SnmpUser user(String name, Section s) {
    return new SnmpUser(
        name,
        s.choice("role", ManagerRole.class),
        s.choice("auth", SnmpUser.Auth.class, SnmpUser.Auth.SHA_256),
        secret(s, "authFile"),
        s.choice("priv", SnmpUser.Priv.class, SnmpUser.Priv.AES_128),
        secret(s, "privFile"));
  }

  private static SnmpTlsUser tlsUser(String name, Section s) {
    ManagerRole role = s.choice("role", ManagerRole.class);
    if (s.has("fingerprint") == s.has("subject")) {
      s.problem("fingerprint", "either this or subject with issuerFile says who the user is");
    }
    SnmpTlsUser.Proof proof = s.parsed("fingerprint", UNREAD_PROOF, SnmpTlsUser.Fingerprint::parse);
    X500Principal subject = s.parsed("subject", new X500Principal(""), X500Principal::new);
    if (s.has("subject") || s.has("issuerFile")) {
      s.text("issuerFile");
      List<X509Certificate> issuers = s.parsed("issuerFile", List.of(), SnmpSettings::certificates);
      if (!issuers.isEmpty()) {
        proof = new SnmpTlsUser.Issued(subject, issuers);
      }
    }
    return new SnmpTlsUser(name, role, proof);
  }

  private static List<X509Certificate> certificates(String text) {
    Path file = Path.of(text);
    try (InputStream in = Files.newInputStream(file)) {
      List<X509Certificate> found =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (found.isEmpty() || found.size() > MAX_ISSUERS) {
        throw new IllegalArgumentException(
            file + " has " + found.size() + " certificates; 1 to " + MAX_ISSUERS + " are right");
      }
      return found;
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read", e);
    } catch (CertificateException e) {
      throw new IllegalArgumentException(file + " has no certificates in PEM", e);
    }
  }

  private static String secret(Section s, String key) {
    return s.text(key).isEmpty() ? UNREAD : s.parsed(key, UNREAD, SnmpSettings::secretIn);
  }

  private static String secretIn(String text) {
    Path file = Path.of(text);
    try {
      if (Files.size(file) > MAX_SECRET_OCTETS) {
        throw new IllegalArgumentException(
            file + " is longer than " + MAX_SECRET_OCTETS + " octets");
      }
      String secret = Files.readString(file, StandardCharsets.UTF_8).strip();
      if (secret.isEmpty()) {
        throw new IllegalArgumentException(file + " is empty");
      }
      if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
        throw new IllegalArgumentException("everybody can read " + file + "; chmod 600 it");
      }
      return secret;
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read", e);
    }
  }

  private static String adminText(String text) {
    if (text.getBytes(StandardCharsets.UTF_8).length > MAX_TEXT_OCTETS) {
      throw new IllegalArgumentException("more than " + MAX_TEXT_OCTETS + " octets");
    }
    return text;
  }
}
