package io.cade.engine.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpRetryException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/**
 * Speaks to the API of one engine, one connection per request. The server must show a certificate
 * of the given authority for the very host or IP address in the URI (RFC 9110 §4.3.4). Not
 * thread-safe.
 */
final class ApiClient {
  /** Longest answer that is taken, bytes. */
  static final int MAX_ANSWER = 16 << 20;

  /**
   * What the engine said.
   *
   * @param status of HTTP
   */
  record Answer(int status, String body) {}

  /**
   * How long is waited.
   *
   * @param connect for the connection to be accepted
   * @param answer for the next bytes of an answer
   * @param upload for the answer to an upload, sending included
   */
  record Patience(Duration connect, Duration answer, Duration upload) {
    static Patience usual() {
      return new Patience(Duration.ofSeconds(3), Duration.ofSeconds(10), Duration.ofMinutes(5));
    }
  }

  private final Engine engine;
  private final SSLContext tls;
  private final Patience patience;

  ApiClient(Engine engine, Patience patience) throws CommandFailure {
    this.engine = engine;
    this.patience = patience;
    try {
      this.tls = trusting(engine.authority());
    } catch (GeneralSecurityException | IOException e) {
      throw new CommandFailure(
          ExitCode.UNREACHABLE,
          "cannot reach the engine: "
              + engine.authorityFile()
              + " holds no certificate in PEM that can be used");
    }
  }

  private static SSLContext trusting(String pem) throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("JKS");
    trusted.load(null, null);
    int count = 0;
    for (Certificate each :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(
                new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
      trusted.setCertificateEntry("authority-" + count++, each);
    }
    if (count == 0) {
      throw new CertificateException("none");
    }
    TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  /** Of the engine, for messages. */
  String address() {
    return engine.address();
  }

  Answer get(String path) throws CommandFailure {
    return send("GET", path);
  }

  /** A change without a body; never sent twice. */
  Answer change(String method, String path) throws CommandFailure {
    return send(method, path);
  }

  /** A change with a JSON body; never sent twice. */
  Answer post(String path, String json) throws CommandFailure {
    return send("POST", path, json, patience.answer());
  }

  /** A change where the engine itself has to wait for others. */
  Answer changeSlowly(String method, String path) throws CommandFailure {
    return send(method, path, "", patience.upload());
  }

  private Answer send(String method, String path) throws CommandFailure {
    return send(method, path, "", patience.answer());
  }

  private Answer send(String method, String path, String json, Duration answer)
      throws CommandFailure {
    boolean change = !method.equals("GET");
    try {
      HttpsURLConnection connection = open(path, answer);
      connection.setRequestMethod(method);
      connection.setRequestProperty("Accept", "application/json, application/problem+json");
      if (change) {
        // Streaming keeps HttpURLConnection from repeating a request whose answer was lost.
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        connection.setFixedLengthStreamingMode(body.length);
        try (OutputStream out = connection.getOutputStream()) {
          out.write(body);
        }
      }
      int status = status(connection);
      InputStream body =
          status >= HttpURLConnection.HTTP_BAD_REQUEST
              ? connection.getErrorStream()
              : connection.getInputStream();
      try (InputStream in = body) {
        return new Answer(status, in == null ? "" : limited(in));
      }
    } catch (HttpRetryException e) {
      return new Answer(e.responseCode(), "");
    } catch (IOException e) {
      throw failure(e, change);
    }
  }

  /**
   * {@code GET}s something large.
   *
   * @param out gets the body of a good answer as it comes, and is not closed
   * @return with a body only when the engine refused
   */
  Answer download(String path, OutputStream out) throws CommandFailure {
    try {
      HttpsURLConnection connection = open(path, patience.upload());
      int status = status(connection);
      if (status == HttpURLConnection.HTTP_OK) {
        try (InputStream in = connection.getInputStream()) {
          in.transferTo(out);
        }
        return new Answer(status, "");
      }
      try (InputStream in = connection.getErrorStream()) {
        return new Answer(status, in == null ? "" : limited(in));
      }
    } catch (IOException e) {
      throw failure(e, false);
    }
  }

  private HttpsURLConnection open(String path, Duration answer) throws IOException {
    HttpsURLConnection connection =
        (HttpsURLConnection)
            URI.create(engine.base() + path).toURL().openConnection(Proxy.NO_PROXY);
    connection.setSSLSocketFactory(tls.getSocketFactory());
    connection.setInstanceFollowRedirects(false);
    connection.setUseCaches(false);
    connection.setConnectTimeout((int) patience.connect().toMillis());
    connection.setReadTimeout((int) answer.toMillis());
    connection.setRequestProperty("Authorization", engine.authorization());
    connection.setRequestProperty("Connection", "close");
    return connection;
  }

  private static int status(HttpsURLConnection connection) throws IOException {
    int status = connection.getResponseCode();
    if (status < 0) {
      throw new IOException("the answer is not HTTP");
    }
    return status;
  }

  /** {@code POST}s a file. */
  Answer upload(String path, String type, Path file) throws CommandFailure {
    try {
      return new Upload(engine, tls, patience).send(path, type, file);
    } catch (IOException e) {
      throw failure(e, true);
    }
  }

  private static String limited(InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(MAX_ANSWER + 1);
    if (bytes.length > MAX_ANSWER) {
      throw new IOException("the answer is longer than " + (MAX_ANSWER >> 20) + " MiB");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private CommandFailure failure(IOException e, boolean change) {
    String where = "cannot reach the engine at " + engine.address();
    String state = engine.state().resolve("endpoints.json").toString();
    if (e instanceof ConnectException) {
      where +=
          " (from "
              + state
              + "): nothing listens there; start one with ./cade demo, or name another state"
              + " directory with --state DIR";
    } else if (e instanceof SocketTimeoutException) {
      where +=
          " (from "
              + state
              + "): no answer in time; "
              + (change
                  ? "the change may have been made or not: look before you repeat it"
                  : "see whether it is overloaded or stopped, then try again");
    } else if (e instanceof UnknownHostException) {
      where += " (from " + state + "): the host name is not known here";
    } else if (e instanceof SSLException) {
      where +=
          " securely ("
              + e.getMessage()
              + "): it must show a certificate of "
              + engine.authorityFile()
              + " for this very address; nothing was sent to it";
    } else {
      where +=
          " (from "
              + state
              + "): the connection broke ("
              + e.getMessage()
              + ")"
              + (change ? "; the change may have been made or not: look before you repeat it" : "");
    }
    return new CommandFailure(ExitCode.UNREACHABLE, where);
  }
}
