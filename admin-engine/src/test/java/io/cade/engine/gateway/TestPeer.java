package io.cade.engine.gateway;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.WireJson;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.pki.PkiFixtures;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** A card's side of the gateway: the JDK's own HTTP client over real TLS. */
public final class TestPeer implements AutoCloseable {
  public final WireJson json = new WireJson();
  private final HttpClient client;
  private final SSLContext tls;
  private final int port;
  private final String base;

  private TestPeer(SSLContext tls, int port) {
    this.client =
        HttpClient.newBuilder()
            .sslContext(tls)
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    this.tls = tls;
    this.port = port;
    this.base = "https://127.0.0.1:" + port;
  }

  /** A peer that shows no certificate and trusts {@code root}. */
  public static TestPeer anonymous(X509Certificate root, int port) throws Exception {
    return new TestPeer(tls(root, null, null), port);
  }

  /** A peer that trusts {@code root} and shows a certificate. */
  public static TestPeer with(
      X509Certificate root, int port, KeyPair key, X509Certificate certificate) throws Exception {
    return new TestPeer(tls(root, key, certificate), port);
  }

  /** A peer with a certificate that the authority has just issued for the slot. */
  public static Enrolled enrolled(ModuleAuthority authority, int port, CardPosition at)
      throws Exception {
    KeyPair key = PkiFixtures.newKey();
    X509Certificate certificate = authority.issueCard(at, PkiFixtures.request("card", key, key));
    return new Enrolled(with(authority.certificate(), port, key, certificate), certificate);
  }

  public record Enrolled(TestPeer peer, X509Certificate certificate) {}

  private static SSLContext tls(
      X509Certificate root, @Nullable KeyPair key, @Nullable X509Certificate certificate)
      throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("root", root);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(
        key == null || certificate == null
            ? null
            : new KeyManager[] {new Stubborn(key.getPrivate(), certificate)},
        trust.getTrustManagers(),
        null);
    return context;
  }

  /** A connection of its own, handshake done, on which the test says what it likes. */
  public RawPeer connect() throws IOException {
    return connect("127.0.0.1");
  }

  /**
   * Likewise.
   *
   * @param from own address
   */
  public RawPeer connect(String from) throws IOException {
    SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket();
    try {
      socket.bind(new InetSocketAddress(from, 0));
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
      socket.setSoTimeout(10_000);
      socket.startHandshake();
      return new RawPeer(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  public HttpResponse<byte[]> post(String path, Object message) throws Exception {
    return post(path, json.encode(message));
  }

  public HttpResponse<byte[]> post(String path, byte[] body) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create(base + path))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  public HttpResponse<byte[]> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(base + path)));
  }

  public HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofByteArray());
  }

  public URI uri(String path) {
    return URI.create(base + path);
  }

  public HttpClient client() {
    return client;
  }

  /** Posts, expects 200 and decodes. */
  public <T> T call(String path, Object message, Class<T> reply) throws Exception {
    HttpResponse<byte[]> response = post(path, message);
    if (response.statusCode() != 200) {
      throw new AssertionError(
          response.statusCode() + " " + new String(response.body(), StandardCharsets.UTF_8));
    }
    return json.decode(response.body(), reply);
  }

  @Override
  public void close() {
    client.close();
  }

  /** Shows its certificate whatever issuers the server says it accepts. */
  private static final class Stubborn extends X509ExtendedKeyManager {
    private final PrivateKey key;
    private final X509Certificate certificate;

    Stubborn(PrivateKey key, X509Certificate certificate) {
      this.key = key;
      this.certificate = certificate;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
      return new String[] {"own"};
    }

    @Override
    public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
      return "own";
    }

    @Override
    public String chooseEngineClientAlias(String[] keyType, Principal[] issuers, SSLEngine engine) {
      return "own";
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
      return new String[0];
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
      return null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return new X509Certificate[] {certificate};
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return key;
    }
  }
}
