package io.cade.engine.cli;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * One {@code POST} of a file that hears the answer while it still sends. The engine refuses an
 * order (name in use, not allowed) before it takes the content; the JDK's HTTP clients listen only
 * when all is sent, and would wait for each other with the engine until a time-out. Speaks
 * HTTP/1.0, so that an answer ends with its length or its connection (RFC 9112 §6.3) and is never
 * chunked.
 */
final class Upload {
  private static final int MAX_HEAD = 16 << 10;

  private final Engine engine;
  private final SSLContext tls;
  private final ApiClient.Patience patience;

  Upload(Engine engine, SSLContext tls, ApiClient.Patience patience) {
    this.engine = engine;
    this.tls = tls;
    this.patience = patience;
  }

  ApiClient.Answer send(String path, String type, Path file) throws IOException {
    String host = engine.base().getHost().replaceAll("[\\[\\]]", "");
    int port = engine.base().getPort();
    // Closing the plain socket ends a writer that is stuck; closing the TLS one would wait for it.
    try (Socket plain = new Socket();
        InputStream content = Files.newInputStream(file)) {
      plain.connect(new InetSocketAddress(host, port), (int) patience.connect().toMillis());
      plain.setSoTimeout((int) patience.answer().toMillis());
      SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, host, port, false);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      plain.setSoTimeout((int) patience.upload().toMillis());
      OutputStream out = socket.getOutputStream();
      out.write(head(path, type, Files.size(file)).getBytes(StandardCharsets.US_ASCII));
      Thread writer =
          Thread.ofPlatform().daemon().name("upload").unstarted(() -> copy(content, out));
      writer.start();
      return answer(new BufferedInputStream(socket.getInputStream()));
    }
  }

  private String head(String path, String type, long length) {
    return String.join(
        "\r\n",
        "POST " + path + " HTTP/1.0",
        "Host: " + engine.address(),
        "Authorization: " + engine.authorization(),
        "Accept: application/json, application/problem+json",
        "Content-Type: " + type,
        "Content-Length: " + length,
        "",
        "");
  }

  private static void copy(InputStream content, OutputStream out) {
    try {
      content.transferTo(out);
      out.flush();
    } catch (IOException e) {
      // The engine had enough: its answer, or the end of the connection, says why.
    }
  }

  private static ApiClient.Answer answer(InputStream in) throws IOException {
    String[] lines = head(in).split("\r\n");
    String[] status = lines[0].split(" ", 3);
    if (status.length < 2
        || !status[0].startsWith("HTTP/1.")
        || !status[1].matches("[2-5]\\d\\d")) {
      throw new ProtocolException("the answer is not HTTP");
    }
    long length = ApiClient.MAX_ANSWER + 1L;
    boolean known = false;
    for (String line : lines) {
      String lower = line.toLowerCase(Locale.ROOT);
      if (lower.matches("content-length: *\\d{1,9}")) {
        length = Math.min(length, Long.parseLong(lower.substring(15).strip()));
        known = true;
      }
    }
    byte[] body = in.readNBytes((int) length);
    if (body.length > ApiClient.MAX_ANSWER) {
      throw new IOException("the answer is longer than " + (ApiClient.MAX_ANSWER >> 20) + " MiB");
    }
    if (known && body.length < length) {
      throw new EOFException("the answer ends too early");
    }
    return new ApiClient.Answer(
        Integer.parseInt(status[1]), new String(body, StandardCharsets.UTF_8));
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.length() < 4 || head.lastIndexOf("\r\n\r\n") != head.length() - 4) {
      int c = in.read();
      if (c < 0) {
        throw new EOFException("the connection was closed without an answer");
      }
      if (head.length() == MAX_HEAD) {
        throw new ProtocolException("the head of the answer is longer than 16 KiB");
      }
      head.append((char) c);
    }
    return head.toString();
  }
}
