package io.cade.sim.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The engine's REST interface as an operator uses it: HTTPS checked against the module's authority,
 * name and password. Thread-safe; blocks.
 */
public final class EngineApi {
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final HttpClient client;
  private final String base;
  private final String authorization;
  private final JsonMapper json = JsonMapper.builder().build();

  private EngineApi(HttpClient client, String base, String authorization) {
    this.client = client;
    this.base = base;
    this.authorization = authorization;
  }

  /** An answer that is not the one expected. */
  public static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;
    private final int status;

    Refused(int status, String message) {
      super(message);
      this.status = status;
    }

    public int status() {
      return status;
    }
  }

  public static EngineApi open(int port, Path caFile, String user, Path passwordFile)
      throws IOException {
    String password = Files.readString(passwordFile).strip();
    String basic = user + ":" + password;
    return new EngineApi(
        HttpClient.newBuilder()
            .sslContext(trusting(caFile))
            .connectTimeout(CONNECT)
            .version(HttpClient.Version.HTTP_1_1)
            .build(),
        "https://" + PortPlan.HOST + ":" + port,
        "Basic " + Base64.getEncoder().encodeToString(basic.getBytes(StandardCharsets.UTF_8)));
  }

  private static SSLContext trusting(Path caFile) throws IOException {
    try {
      KeyStore roots = KeyStore.getInstance("PKCS12");
      roots.load(null, null);
      roots.setCertificateEntry(
          "authority",
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(caFile))));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(roots);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("no authority's certificate in " + caFile + ": " + e.getMessage(), e);
    }
  }

  /**
   * @throws Refused when the engine answers with anything but 200
   */
  public JsonNode get(String path) throws IOException, InterruptedException {
    return send(request(path).GET().build(), 200);
  }

  /**
   * Changes something, with all that has to be said in the path's query.
   *
   * @throws Refused when the engine answers with anything but 200
   */
  public JsonNode post(String path) throws IOException, InterruptedException {
    return send(request(path).POST(HttpRequest.BodyPublishers.noBody()).build(), 200);
  }

  /**
   * Orders something that is carried out later.
   *
   * @throws Refused when the engine answers with anything but 202
   */
  public JsonNode order(String path) throws IOException, InterruptedException {
    return send(request(path).POST(HttpRequest.BodyPublishers.noBody()).build(), 202);
  }

  /**
   * @throws Refused when the engine answers with anything but 201
   */
  JsonNode postZip(String path, byte[] zip) throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/zip")
            .POST(HttpRequest.BodyPublishers.ofByteArray(zip))
            .build(),
        201);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path))
        .timeout(TIMEOUT)
        .header("Authorization", authorization);
  }

  private JsonNode send(HttpRequest request, int expected)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        client.send(
            request,
            HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), 8 << 20));
    JsonNode body = json.readTree(response.body());
    if (response.statusCode() != expected) {
      throw new Refused(
          response.statusCode(),
          request.method()
              + " "
              + request.uri().getPath()
              + " was answered "
              + response.statusCode()
              + ": "
              + body.path("detail").asText("no reason given"));
    }
    return body;
  }
}
