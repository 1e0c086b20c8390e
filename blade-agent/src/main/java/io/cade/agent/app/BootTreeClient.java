package io.cade.agent.app;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * Reads one small file of the card's boot tree: from a file system, by HTTP or by TFTP. The address
 * that asks is what the boot server knows the card by; nothing is trusted because it came from
 * there but the module's authority (DESIGN §7). Thread-safe.
 */
final class BootTreeClient {
  /** A boot configuration is much smaller. */
  static final int MAX_BYTES = 64 * 1024;

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final int TFTP_PORT = 69;

  private BootTreeClient() {}

  /** Whether a text names a file of a boot server rather than one of this machine. */
  static boolean isAddress(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return lower.startsWith("http://") || lower.startsWith("tftp://");
  }

  /**
   * The address of a file of a boot server.
   *
   * @throws IllegalArgumentException when it has no host or no path
   */
  static URI address(String text) {
    URI address = URI.create(text);
    if (address.getHost() == null || address.getPath() == null || address.getPath().length() < 2) {
      throw new IllegalArgumentException("'" + text + "' names no file of a boot server");
    }
    return address;
  }

  /**
   * Reads the file.
   *
   * @param from an {@link #address}, or a file's URI
   * @throws IOException when it cannot be had; the message says from where
   */
  static byte[] read(URI from) throws IOException, InterruptedException {
    return switch (String.valueOf(from.getScheme()).toLowerCase(Locale.ROOT)) {
      case "http" -> http(from);
      case "tftp" ->
          new TftpRead(
                  InetAddress.getByName(from.getHost()),
                  from.getPort() < 0 ? TFTP_PORT : from.getPort(),
                  MAX_BYTES)
              .read(from.getPath().substring(1));
      default -> local(Path.of(from));
    };
  }

  private static byte[] local(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return limited(in, file.toString());
    }
  }

  private static byte[] http(URI from) throws IOException, InterruptedException {
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .connectTimeout(CONNECT)
            .build()) {
      HttpResponse<InputStream> response =
          client.send(
              HttpRequest.newBuilder(from).timeout(ANSWER).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        if (response.statusCode() != 200) {
          throw new IOException(from + ": the boot server answers " + response.statusCode());
        }
        return limited(body, from.toString());
      }
    } catch (java.net.ConnectException | java.net.http.HttpTimeoutException e) {
      throw new IOException(from + ": the boot server does not answer", e);
    }
  }

  private static byte[] limited(InputStream in, String from) throws IOException {
    byte[] bytes = in.readNBytes(MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) {
      throw new IOException(from + " is larger than " + MAX_BYTES + " bytes");
    }
    return bytes;
  }
}
