package io.cade.engine.boothttp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.boottree.TreeFixture;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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
            group,
            BootHttpConfig.of(SERVER.port(0)),
            TreeFixture.with(Map.of("1.3/image", image)),
            files,
            InstantSource.system());
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
    for (String far : List.of("9223372036854775807", "9223372036854775808", "9".repeat(40))) {
      assertThat(get(card, "/image", "Range", "bytes=" + far + "-").statusCode())
          .as(far)
          .isEqualTo(416);
      assertThat(get(card, "/image", "Range", "bytes=1000000-" + far).body()).hasSize(1);
      assertThat(get(card, "/image", "Range", "bytes=-" + far).body()).hasSize(image.length);
    }
  }

  @Test
  void unitsOfARangeDoNotCareForCase() throws Exception {
    assertThat(get(card, "/image", "Range", "Bytes=0-1").statusCode()).isEqualTo(206);
  }

  @Test
  void aHeadThatComesInPiecesIsARequestToo() throws Exception {
    String head = "GET /image HTTP/1.1\r\nHost: x\r\nRange: bytes=0-1\r\n";
    assertThat(raw(head.substring(0, 10), head.substring(10), "\r\n")).startsWith("HTTP/1.1 206");
    assertThat(raw(head + "X: " + "a".repeat(7000) + "\r\n\r\n")).startsWith("HTTP/1.1 206");
    assertThat(raw(head + "X: " + "a".repeat(9000) + "\r\n\r\n")).startsWith("HTTP/1.1 400");
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
    assertThatThrownBy(() ->
            BootHttpServer.start(
                group,
                BootHttpConfig.of(server.local()),
                TreeFixture.with(Map.of()),
                files,
                InstantSource.system()))
        .isInstanceOf(BindException.class)
        .hasMessageStartingWith(
            "cannot listen on 127.0.0.1:" + server.local().getPort() + "/tcp (boot HTTP): ");
  }

  @Test
  void onlyTheOriginFormWithOneHostIsTaken() throws Exception {
    String port = ":" + server.local().getPort();
    for (String head :
        List.of(
            "GET http://127.0.0.1" + port + "/image HTTP/1.1\r\nHost: x",
            "GET * HTTP/1.1\r\nHost: x",
            "GET image HTTP/1.1\r\nHost: x",
            "GET /image HTTP/1.1",
            "GET /image HTTP/1.1\r\nHost: x\r\nHost: y",
            "GET /image HTTP/2.5\r\nHost: x",
            "GET /image HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked")) {
      assertThat(raw(head + "\r\n\r\n")).as(head).startsWith("HTTP/1.1 400");
    }
    for (String target :
        List.of("/..%2fimage", "/a\\b", "/%00", "/image%20", "/C:/x", "//etc/passwd")) {
      assertThat(raw("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n"))
          .as(target)
          .startsWith("HTTP/1.1 400");
    }
    assertThat(raw("GET /image?x=1 HTTP/1.1\r\nHost: x\r\nRange: bytes=0-0\r\n\r\n"))
        .startsWith("HTTP/1.1 206");
    awaitCount(server, BootHttpOutcome.REFUSED_REQUEST, 7);
    awaitCount(server, BootHttpOutcome.REFUSED, 6);
  }

  @Test
  void aStoredImageIsSentWithItsDateTypeAndParts(@TempDir Path folder) throws Exception {
    Path stored = Files.write(folder.resolve("x.efi"), image);
    try (BootHttpServer bulk = serve(stored, BootHttpConfig.of(SERVER.port(0)))) {
      HttpResponse<byte[]> whole = at(bulk, "loader.efi");
      assertThat(whole.body()).isEqualTo(image);
      assertThat(whole.headers().firstValue("content-type")).contains("application/efi");
      String date = whole.headers().firstValue("last-modified").orElseThrow();
      assertThat(at(bulk, "loader.efi", "If-Modified-Since", date).statusCode()).isEqualTo(304);
      assertThat(at(bulk, "loader.efi", "If-None-Match", "W/\"digest\"").statusCode())
          .isEqualTo(304);
      assertThat(
              at(bulk, "loader.efi", "If-None-Match", "\"x\"", "If-Modified-Since", date)
                  .statusCode())
          .as("the tag counts, not the date")
          .isEqualTo(200);
      HttpResponse<byte[]> part =
          at(bulk, "loader.efi", "Range", "bytes=999999-", "If-Range", date);
      assertThat(part.statusCode()).isEqualTo(206);
      assertThat(part.body()).isEqualTo(Arrays.copyOfRange(image, 999_999, image.length));
      assertThat(at(bulk, "loader.efi", "Range", "bytes=0-1,5-6").statusCode())
          .as("several ranges: the whole file")
          .isEqualTo(200);
    }
  }

  @Test
  void oneCardHasOnlySoManyConnections() throws Exception {
    BootHttpConfig few = new BootHttpConfig(SERVER.port(0), 10, 2, Duration.ofSeconds(10), 3, 1);
    try (BootHttpServer small =
            BootHttpServer.start(
                group, few, TreeFixture.with(Map.of()), files, InstantSource.system());
        Socket first = connect(small, CARD);
        Socket second = connect(small, CARD)) {
      first.getOutputStream().write("GET /x HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
      assertThat(first.getInputStream().read()).isEqualTo('H');
      second.getOutputStream().write("GET /x HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
      assertThat(second.getInputStream().read()).isEqualTo('H');
      try (Socket third = connect(small, CARD);
          Socket other = connect(small, NEIGHBOUR)) {
        assertThat(ended(third)).isTrue();
        other.getOutputStream().write("GET /x HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
        assertThat(other.getInputStream().read()).isEqualTo('H');
      }
      awaitCount(small, BootHttpOutcome.REFUSED_CLIENT_CONNECTIONS, 1);
    }
  }

  @Test
  void aClientThatAsksOrTakesTooSlowlyIsCut(@TempDir Path folder) throws Exception {
    Path stored = Files.write(folder.resolve("big"), new byte[64 << 20]);
    BootHttpConfig impatient =
        new BootHttpConfig(SERVER.port(0), 10, 5, Duration.ofMillis(50), 2, 64 << 20);
    try (BootHttpServer bulk = serve(stored, impatient);
        Socket silent = connect(bulk, CARD);
        Socket slow = connect(bulk, CARD)) {
      silent.getOutputStream().write("GET /x HTT".getBytes(US_ASCII));
      slow.setReceiveBufferSize(4096);
      slow.getOutputStream().write("GET /x HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
      assertThat(ended(silent)).isTrue();
      // Whoever does not read sees the end only behind what was under way.
      awaitCount(bulk, BootHttpOutcome.CUT_IDLE, 1);
      awaitCount(bulk, BootHttpOutcome.CUT_SLOW, 1);
    }
  }

  @Test
  void curlResumesAndConditionsItsFetch(@TempDir Path folder) throws Exception {
    boolean found =
        Arrays.stream(System.getenv("PATH").split(":"))
            .anyMatch(f -> Files.isExecutable(Path.of(f, "curl")));
    Assumptions.assumeTrue(found, "needs curl (package curl)");
    Path got = folder.resolve("got");
    Files.write(got, Arrays.copyOf(image, 400_000));
    String url = "http://127.0.0.1:" + server.local().getPort() + "/image";
    curl(folder, "-C", "-", "-o", got.toString(), url);
    assertThat(Files.readAllBytes(got)).isEqualTo(image);
    curl(folder, "-r", "5-9", "-o", got.toString(), url);
    assertThat(Files.readAllBytes(got)).isEqualTo(Arrays.copyOfRange(image, 5, 10));
    awaitCount(server, BootHttpOutcome.SERVED_PART, 2);
  }

  /** The server counts after it has sent: the client may be quicker than the count. */
  private static void awaitCount(BootHttpServer of, BootHttpOutcome outcome, long expected) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (of.outcomes().getOrDefault(outcome, 0L) < expected && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(of.outcomes()).containsEntry(outcome, expected);
  }

  private static void curl(Path folder, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("curl", "-sS", "-f", "--interface", CARD.toString()));
    command.addAll(List.of(arguments));
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
  }

  private BootHttpServer serve(Path stored, BootHttpConfig config) throws Exception {
    return BootHttpServer.start(
        group, config, TreeFixture.stored(stored, "digest"), files, InstantSource.system());
  }

  private HttpResponse<byte[]> at(BootHttpServer where, String path, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + where.local().getPort() + "/" + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return card.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static Socket connect(BootHttpServer to, Ipv4Address from) throws Exception {
    Socket socket =
        new Socket(SERVER.toInetAddress(), to.local().getPort(), from.toInetAddress(), 0);
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static boolean ended(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketException e) {
      return true;
    }
  }

  private String raw(String... pieces) throws Exception {
    try (Socket socket =
        new Socket(SERVER.toInetAddress(), server.local().getPort(), CARD.toInetAddress(), 0)) {
      socket.setSoTimeout(10_000);
      socket.setTcpNoDelay(true);
      for (int i = 0; i < pieces.length; i++) {
        if (i > 0) {
          // The server has one thread: after another request it has read what came before.
          get(card, "/nothing");
        }
        socket.getOutputStream().write(pieces[i].getBytes(StandardCharsets.US_ASCII));
      }
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
