package io.cade.engine.guard;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Looks at an engine as operators and agents do: its API over TLS, under the module's authority,
 * and its gateway. The answer of {@code /api/v1/health} to the guard's token says version, cards
 * that were heard and proxies that use the newest routes. For one thread; a look takes up to 6 s.
 */
final class TlsProbe implements Guard.Probe {
  private static final int PATIENCE_MILLIS = 2_000;
  private static final int MAX_ANSWER = 4 << 10;

  private final GuardFolder folder;
  private final Path authority;
  private final InetAddress address;
  private final int admin;
  private final int gateway;

  /**
   * @param authority certificate of the module's authority (PEM), read at each look
   * @param address that the engine listens on
   */
  TlsProbe(GuardFolder folder, Path authority, InetAddress address, int admin, int gateway) {
    this.folder = folder;
    this.authority = authority;
    this.address = address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address;
    this.admin = admin;
    this.gateway = gateway;
  }

  @Override
  public Guard.Sight look(String version, int cards, int proxies) {
    String said;
    try {
      said = ask();
    } catch (IOException | GeneralSecurityException e) {
      return trouble("its API does not answer: " + e.getMessage());
    }
    String other = text(said, "version");
    if (!other.isEmpty() && !other.equals(version)) {
      return new Guard.Sight("it says that it is version " + other + ", not " + version, true);
    }
    if (!text(said, "status").equals("ready") || other.isEmpty()) {
      return trouble("its API answers, but it is not ready");
    }
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, gateway), PATIENCE_MILLIS);
    } catch (IOException e) {
      return trouble("its gateway for agents does not answer: " + e.getMessage());
    }
    int heard = number(said, "cards");
    int using = number(said, "proxies");
    if (heard < cards) {
      return trouble("it hears %d cards, %d are needed".formatted(heard, cards));
    }
    if (using < proxies) {
      return trouble("%d proxies use its routes, %d are needed".formatted(using, proxies));
    }
    return Guard.Sight.WELL;
  }

  private static Guard.Sight trouble(String text) {
    return new Guard.Sight(text, false);
  }

  private String ask() throws IOException, GeneralSecurityException {
    String host = address.getHostAddress();
    HttpsURLConnection connection =
        (HttpsURLConnection)
            URI.create(
                    "https://"
                        + (host.contains(":") ? "[" + host + "]" : host)
                        + ":"
                        + admin
                        + "/api/v1/health")
                .toURL()
                .openConnection();
    connection.setSSLSocketFactory(context().getSocketFactory());
    connection.setConnectTimeout(PATIENCE_MILLIS);
    connection.setReadTimeout(PATIENCE_MILLIS);
    connection.setInstanceFollowRedirects(false);
    connection.setUseCaches(false);
    connection.setRequestProperty("Connection", "close");
    connection.setRequestProperty(GuardLink.HEADER, folder.token());
    try {
      boolean good = connection.getResponseCode() < 400;
      try (InputStream in = good ? connection.getInputStream() : connection.getErrorStream()) {
        return in == null ? "" : new String(in.readNBytes(MAX_ANSWER), StandardCharsets.UTF_8);
      }
    } finally {
      connection.disconnect();
    }
  }

  private SSLContext context() throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream in = Files.newInputStream(authority)) {
      trusted.setCertificateEntry(
          "module", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  /** A field of a flat JSON object whose texts need no escapes, as {@link GuardLink} makes it. */
  private static String text(String json, String name) {
    Matcher m =
        Pattern.compile("\"" + name + "\"\\s*:\\s*\"([A-Za-z0-9._+-]{1,64})\"").matcher(json);
    return m.find() ? m.group(1) : "";
  }

  private static int number(String json, String name) {
    Matcher m = Pattern.compile("\"" + name + "\"\\s*:\\s*([0-9]{1,6})").matcher(json);
    return m.find() ? Integer.parseInt(m.group(1)) : 0;
  }
}
