package io.cade.engine.acme;

import io.cade.agent.config.Section;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code acme} of the engine's configuration: the certificate authority, and on what
 * terms it is asked.
 *
 * @param directory URL of the authority's directory (RFC 8555 §7.1.1)
 * @param contacts where the authority writes to, {@code mailto:} URLs; at least one
 * @param caFile certificates that the authority's own https is to be believed by, in PEM; null for
 *     those that the Java platform knows. An authority of one's own: names that only a private
 *     network knows are asked of it, too
 * @param renewBefore so long before its end a certificate is renewed, at most; a third of its
 *     lifetime if that is less
 * @param externalAccount what the authority knows its customer by; null when it asks for nothing
 */
public record AcmeSettings(
    URI directory,
    List<URI> contacts,
    @Nullable Path caFile,
    Duration renewBefore,
    @Nullable ExternalAccount externalAccount) {
  /**
   * An account that one has with the authority otherwise (RFC 8555 §7.3.4).
   *
   * @param keyFile holds the key that was given for it, base64url; the key is read when it is
   *     needed
   */
  public record ExternalAccount(String keyId, Path keyFile) {}

  /** How long before their end certificates are renewed unless something else is said. */
  public static final Duration RENEW_BEFORE = Duration.ofDays(30);

  private static final int MAX_CONTACTS = 8;

  public AcmeSettings {
    contacts = List.copyOf(contacts);
  }

  /** For an authority that wants no other account. */
  public AcmeSettings(
      URI directory, List<URI> contacts, @Nullable Path caFile, Duration renewBefore) {
    this(directory, contacts, caFile, renewBefore, null);
  }

  /** Whether the authority is a private one. */
  public boolean isPrivate() {
    return caFile != null;
  }

  /**
   * Reads the section; each thing that is wrong becomes a problem.
   *
   * @return null when the key is not there
   */
  public static @Nullable AcmeSettings from(Section engine, String key) {
    if (!engine.has(key)) {
      return null;
    }
    Section s = engine.section(key);
    URI none = URI.create("https://invalid/");
    URI directory =
        s.text("directory").isEmpty() ? none : s.parsed("directory", none, AcmeSettings::directory);
    List<URI> contacts = s.list("contact", MAX_CONTACTS, AcmeSettings::contact);
    if (!s.has("contact")) {
      s.problem("contact", "is missing: mailto: and the address that the authority may write to");
    }
    if (!s.flag("agreeToTerms", false)) {
      s.problem(
          "agreeToTerms",
          "is not true: read the authority's terms of service, and set it to true to agree");
    }
    Path caFile =
        s.has("caFile") ? s.parsed("caFile", Path.of(""), AcmeSettings::certificates) : null;
    return new AcmeSettings(
        directory,
        contacts,
        caFile,
        s.duration("renewBefore", Duration.ofHours(1), Duration.ofDays(180), RENEW_BEFORE),
        externalAccount(s));
  }

  private static @Nullable ExternalAccount externalAccount(Section s) {
    if (!s.has("externalAccount")) {
      return null;
    }
    Section account = s.section("externalAccount");
    Path none = Path.of("");
    return new ExternalAccount(
        account.text("keyId"),
        account.text("keyFile").isEmpty()
            ? none
            : account.parsed("keyFile", none, AcmeSettings::secret));
  }

  private static Path secret(String text) {
    Path file = Path.of(text);
    try {
      if (!Files.readString(file, StandardCharsets.US_ASCII).strip().matches("[A-Za-z0-9_-]+=*")) {
        throw new IllegalArgumentException(file + " holds no base64url text");
      }
      if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
        throw new IllegalArgumentException("everybody can read " + file + "; chmod 600 it");
      }
      return file;
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read", e);
    }
  }

  private static URI directory(String text) {
    try {
      URI uri = new URI(text);
      if ("https".equals(uri.getScheme())
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getFragment() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(wanted(text), e);
    }
    throw new IllegalArgumentException(wanted(text));
  }

  private static String wanted(String text) {
    return "'"
        + text
        + "': the https URL of the authority's directory, like"
        + " https://acme-v02.api.letsencrypt.org/directory, is meant";
  }

  private static URI contact(String text) {
    // RFC 8555 §7.3: exactly one address, and no header fields.
    if (!text.matches("mailto:[^@\\s,?&<>]{1,64}@[A-Za-z0-9.-]{1,253}")) {
      throw new IllegalArgumentException("mailto:hostmaster@example.com is meant");
    }
    return URI.create(text);
  }

  private static Path certificates(String text) {
    Path file = Path.of(text);
    try (InputStream in = Files.newInputStream(file)) {
      if (!CertificateFactory.getInstance("X.509").generateCertificates(in).isEmpty()) {
        return file;
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read", e);
    } catch (CertificateException e) {
      throw new IllegalArgumentException(file + " holds no certificates in PEM", e);
    }
    throw new IllegalArgumentException(file + " holds no certificates in PEM");
  }
}
