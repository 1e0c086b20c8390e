package io.cade.agent.site;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class StaticSiteTest {
  @TempDir Path dir = Path.of("unset");
  private int port;
  private AutoCloseable site = () -> {};

  @BeforeEach
  void open() throws IOException {
    Path content = dir.resolve("content");
    Files.createDirectories(content.resolve("sub"));
    Files.writeString(content.resolve("index.html"), "<h1>shop</h1>");
    Files.writeString(content.resolve("a b.css"), "a{}");
    Files.writeString(content.resolve("empty.txt"), "");
    Files.writeString(content.resolve("sub/index.html"), "sub");
    Files.writeString(dir.resolve("secret.txt"), "secret");
    Files.createSymbolicLink(content.resolve("link"), dir.resolve("secret.txt"));
    Files.setLastModifiedTime(
        content.resolve("index.html"), FileTime.from(Instant.parse("2026-05-04T03:02:01Z")));
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    site =
        StaticSite.open(new InetSocketAddress(InetAddress.ofLiteral("127.1.20.1"), port), content);
  }

  @AfterEach
  void close() throws Exception {
    site.close();
  }

  private String ask(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.1.20.1"), port)) {
      socket.setSoTimeout(10_000);
      String text = request + "Host: x\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(text.getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  private String get(String path) throws IOException {
    return ask("GET " + path + " HTTP/1.1\r\n");
  }

  @Test
  void filesAreServedWithTheirTypes() throws Exception {
    assertThat(get("/"))
        .startsWith("HTTP/1.1 200")
        .contains("Content-type: text/html; charset=utf-8")
        .containsIgnoringCase("Last-Modified: Mon, 4 May 2026 03:02:01 GMT")
        .containsIgnoringCase("Etag: \"")
        .endsWith("\r\n\r\n<h1>shop</h1>");
    assertThat(get("/a%20b.css?v=1")).contains("text/css").endsWith("a{}");
    assertThat(get("/empty.txt")).startsWith("HTTP/1.1 200").containsIgnoringCase("length: 0");
    assertThat(get("/sub/")).endsWith("sub");
    assertThat(get("/sub")).startsWith("HTTP/1.1 301").contains("Location: /sub/");
  }

  @Test
  void headHasTheLengthAndNoBody() throws Exception {
    assertThat(ask("HEAD / HTTP/1.1\r\n"))
        .startsWith("HTTP/1.1 200")
        .containsIgnoringCase("Content-length: 13")
        .endsWith("\r\n\r\n");
  }

  @Test
  void unchangedFilesAreNotSentAgain() throws Exception {
    String tag = get("/").replaceAll("(?s).*[Ee][Tt]ag: (\"[0-9a-f]+\").*", "$1");
    assertThat(ask("GET / HTTP/1.1\r\nIf-None-Match: \"x\", W/" + tag + "\r\n"))
        .startsWith("HTTP/1.1 304")
        .endsWith("\r\n\r\n");
    assertThat(ask("GET / HTTP/1.1\r\nIf-None-Match: \"x\"\r\n")).startsWith("HTTP/1.1 200");
    assertThat(ask("GET / HTTP/1.1\r\nIf-Modified-Since: Mon, 4 May 2026 03:02:01 GMT\r\n"))
        .startsWith("HTTP/1.1 304");
    assertThat(ask("GET / HTTP/1.1\r\nIf-Modified-Since: Mon, 4 May 2026 03:02:00 GMT\r\n"))
        .startsWith("HTTP/1.1 200");
    assertThat(ask("GET / HTTP/1.1\r\nIf-Modified-Since: yesterday\r\n"))
        .startsWith("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/sub/..%2f..%2fsecret.txt",
        "/sub/../../secret.txt",
        "/link",
        "//evil.example/..",
        "//sub",
        "/index.html/",
        "/none",
        "/.."
      })
  void nothingOutsideTheContentIsServed(String path) throws Exception {
    assertThat(get(path)).startsWith("HTTP/1.1 404").doesNotContain("secret", "Location");
  }

  @Test
  void healthAnswersAndOtherMethodsDoNot() throws Exception {
    assertThat(get("/.cade/health"))
        .startsWith("HTTP/1.1 200")
        .containsPattern("(?i)cade-load: \\d{1,3}\r\n")
        .endsWith("ok\n");
    assertThat(ask("POST / HTTP/1.1\r\nContent-Length: 0\r\n"))
        .startsWith("HTTP/1.1 405")
        .contains("Allow: GET, HEAD");
  }

  @Test
  void ownErrorPageIsUsed() throws Exception {
    Files.writeString(dir.resolve("content/404.html"), "own page");
    assertThat(get("/none")).startsWith("HTTP/1.1 404").endsWith("own page");
  }

  @Test
  void takenPortIsNamed() {
    assertThatThrownBy(() ->
            StaticSite.open(
                new InetSocketAddress(InetAddress.ofLiteral("127.1.20.1"), port),
                dir.resolve("content")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("127.1.20.1 port " + port);
  }
}
