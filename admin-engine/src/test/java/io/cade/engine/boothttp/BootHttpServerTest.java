package io.cade.engine.boothttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.boottree.TreeFixture;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.InputStream;
import java.net.BindException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BootHttpServerTest {
  private static final Ipv4Address SERVER = Ipv4Address.of(127, 0, 0, 1);
  private static final Ipv4Address CARD = Ipv4Address.of(127, 1, 1, 3);
  private static final Ipv4Address NEIGHBOUR = Ipv4Address.of(127, 1, 1, 4);

  private final byte[] image = new byte[1_000_001];
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ExecutorService files = Executors.newVirtualThreadPerTaskExecutor();
  private BootHttpServer server;
  private HttpClient card;

  @BeforeEach
  void start() throws Exception {
    new Random(7).nextBytes(image);
    server =
        BootHttpServer.start(
            group, SERVER.port(0), TreeFixture.with(Map.of("1.3/image", image)), files);
    card = client(CARD);
  }

  @AfterEach
  void stop() {
    card.close();
    server.close();
    files.close();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @Test
  void aWholeFileIsSentWithItsLengthAndTag() throws Exception {
    HttpResponse<byte[]> response = get(card, "/image");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(image);
    assertThat(response.headers().firstValueAsLong("content-length")).hasValue(image.length);
    String tag = response.headers().firstValue("etag").orElseThrow();
    assertThat(get(card, "/image", "If-None-Match", tag).statusCode()).isEqualTo(304);
    assertThat(get(card, "/image", "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
  }

  @Test
  void aRangeIsAPartOfTheFile() throws Exception {
    HttpResponse<byte[]> response = get(card, "/image", "Range", "bytes=10-19");
    assertThat(response.statusCode()).isEqualTo(206);
    assertThat(response.body()).isEqualTo(Arrays.copyOfRange(image, 10, 20));
    assertThat(response.headers().firstValue("content-range")).contains("bytes 10-19/1000001");
    assertThat(get(card, "/image", "Range", "bytes=-1").body())
        .isEqualTo(Arrays.copyOfRange(image, 1_000_000, 1_000_001));
    assertThat(get(card, "/image", "Range", "bytes=1000000-").body()).hasSize(1);
  }

  @Test
  void aRangeBeyondTheEndIsSaidToBe() throws Exception {
    HttpResponse<byte[]> response = get(card, "/image", "Range", "bytes=1000001-");
    assertThat(response.statusCode()).isEqualTo(416);
    assertThat(response.headers().firstValue("content-range")).contains("bytes */1000001");
  }

  @Test
  void aRangeOfAnotherContentIsIgnored() throws Exception {
    HttpResponse<byte[]> response =
        get(card, "/image", "Range", "bytes=0-0", "If-Range", "\"old\"");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).hasSize(image.length);
  }

  @Test
  void headIsTheSameWithoutTheContent() throws Exception {
    HttpResponse<byte[]> response =
        card.send(
            request("/image").method("HEAD", HttpRequest.BodyPublishers.noBody()).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValueAsLong("content-length")).hasValue(image.length);
    assertThat(response.body()).isEmpty();
  }

  @Test
  void anotherCardCannotReadATreeThatIsNotItsOwn() throws Exception {
    try (HttpClient neighbour = client(NEIGHBOUR)) {
      assertThat(get(neighbour, "/image").statusCode()).isEqualTo(404);
      assertThat(get(neighbour, "/../1.3/image").statusCode()).isIn(400, 404);
    }
    try (HttpClient stranger = client(SERVER)) {
      assertThat(get(stranger, "/image").statusCode()).isEqualTo(403);
    }
  }

  @Test
  void doubtfulRequestsAreRefused() throws Exception {
    assertThat(raw("GET /%2e%2e/image HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(raw("GET /../image HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(raw("GET //image/../x HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(raw("PUT /image HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 405");
    assertThat(raw("GET /image HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na"))
        .startsWith("HTTP/1.1 400");
    assertThat(raw("GET /" + "a".repeat(2000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
    assertThat(raw("rubbish\r\n\r\n")).startsWith("HTTP/1.1 400");
  }

  @Test
  void requestsOnOneConnectionAreAnsweredInTheirOrder() throws Exception {
    String answers =
        raw(
            """
            GET /image HTTP/1.1
            Host: x
            Range: bytes=0-1

            GET /nothing HTTP/1.1
            Host: x

            HEAD /image HTTP/1.1
            Host: x
            Connection: close

            """
                .replace("\n", "\r\n"));
    assertThat(answers)
        .containsSubsequence("HTTP/1.1 206", "HTTP/1.1 404", "HTTP/1.1 200", "connection: close");
  }

  @Test
  void aPortInUseIsNamed() {
    assertThatThrownBy(
            () -> BootHttpServer.start(group, server.local(), TreeFixture.with(Map.of()), files))
        .isInstanceOf(BindException.class)
        .hasMessageStartingWith(
            "cannot listen on 127.0.0.1:" + server.local().getPort() + "/tcp (boot HTTP): ");
  }

  private String raw(String request) throws Exception {
    try (Socket socket =
        new Socket(SERVER.toInetAddress(), server.local().getPort(), CARD.toInetAddress(), 0)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static HttpClient client(Ipv4Address from) {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .localAddress(from.toInetAddress())
        .build();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + server.local().getPort() + path));
  }

  private HttpResponse<byte[]> get(HttpClient client, String path, String... headers)
      throws Exception {
    HttpRequest.Builder request = request(path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }
}
