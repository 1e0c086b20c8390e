package io.cade.engine.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With a server that believes whoever names himself in the path. */
@Timeout(60)
class ConnectionGuardTest {
  private static final String ANSWER = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx";
  private static final Duration LONG = Duration.ofSeconds(30);

  private final Vertx vertx = Vertx.vertx();
  private final List<Socket> sockets = new ArrayList<>();
  private int port;

  @AfterEach
  void stop() throws Exception {
    for (Socket socket : sockets) {
      socket.close();
    }
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private ConnectionGuard serve(ConnectionGuard.Limits limits) throws Exception {
    ConnectionGuard guard = new ConnectionGuard(vertx, "test", limits);
    HttpServer server =
        vertx
            // In clear text it would look for HTTP/2 in the first octets before it tells of
            // anything.
            .createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
            .connectionHandler(guard)
            .requestHandler(request -> {
              guard.spoke(request.connection());
              if (request.path().length() <= 1
                  || guard.believe(request.connection(), request.path())) {
                var _ = request.response().end("x");
              }
            });
    port =
        server
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS)
            .actualPort();
    return guard;
  }

  private Socket connect(String from) throws IOException {
    Socket socket = new Socket();
    sockets.add(socket);
    socket.bind(new InetSocketAddress(from, 0));
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
    return socket;
  }

  /** Whether it is answered. */
  private static boolean ask(Socket socket, String path) throws IOException {
    try {
      socket
          .getOutputStream()
          .write(
              "GET %s HTTP/1.1\r\nHost: x\r\n\r\n"
                  .formatted(path)
                  .getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout(5_000);
      return new String(
              socket.getInputStream().readNBytes(ANSWER.length()), StandardCharsets.US_ASCII)
          .equals(ANSWER);
    } catch (SocketException e) {
      return false;
    }
  }

  private static boolean isOpen(Socket socket) throws IOException {
    socket.setSoTimeout(200);
    byte[] rest = new byte[1_024];
    try {
      while (socket.getInputStream().read(rest) >= 0) {
        // The rest of an answer.
      }
      return false;
    } catch (SocketTimeoutException e) {
      return true;
    } catch (SocketException e) {
      return false;
    }
  }

  @Test
  void strangersHaveFewPlacesAndFewerFromOneAddress() throws Exception {
    ConnectionGuard guard = serve(new ConnectionGuard.Limits(9, 9, 3, 2, LONG, LONG));
    assertThat(ask(connect("127.0.0.2"), "/")).isTrue();
    Socket second = connect("127.0.0.2");
    assertThat(ask(second, "/")).isTrue();
    assertThat(ask(connect("127.0.0.2"), "/")).as("a third of one address").isFalse();
    assertThat(ask(connect("127.0.0.3"), "/")).isTrue();
    assertThat(ask(connect("127.0.0.4"), "/")).as("a fourth in all").isFalse();
    assertThat(guard.open()).isEqualTo(3);
    assertThat(ask(second, "/known")).isTrue();
    assertThat(ask(connect("127.0.0.2"), "/")).as("the place of who is known now").isTrue();
  }

  @Test
  void strangersDoNotUseUpThePlacesOfPeersThatAreKnown() throws Exception {
    var _ = serve(new ConnectionGuard.Limits(3, 3, 2, 2, LONG, LONG));
    for (int i = 0; i < 3; i++) {
      assertThat(ask(connect("127.0.0.2"), "/a" + i)).isTrue();
    }
    assertThat(ask(connect("127.0.0.2"), "/a3")).as("more than there are").isFalse();
    connect("127.0.0.3");
    connect("127.0.0.3");
    for (Socket known : sockets.subList(0, 3)) {
      assertThat(isOpen(known)).isTrue();
    }
  }

  @Test
  void aPeerWithTooManyConnectionsLosesItsOldest() throws Exception {
    var _ = serve(new ConnectionGuard.Limits(9, 2, 9, 9, LONG, LONG));
    Socket other = connect("127.0.0.2");
    assertThat(ask(other, "/other")).isTrue();
    List<Socket> own = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      own.add(connect("127.0.0.2"));
      assertThat(ask(own.getLast(), "/one")).isTrue();
    }
    assertThat(isOpen(own.get(0))).isFalse();
    assertThat(isOpen(own.get(1))).isTrue();
    assertThat(isOpen(own.get(2))).isTrue();
    assertThat(isOpen(other)).isTrue();
  }

  @Test
  void aStrangerIsClosedInTheEndHoweverMuchItAsksAndWhoIsKnownStays() throws Exception {
    ConnectionGuard guard =
        serve(new ConnectionGuard.Limits(9, 9, 9, 9, LONG, Duration.ofMillis(800)));
    Socket known = connect("127.0.0.2");
    assertThat(ask(known, "/known")).isTrue();
    Socket stranger = connect("127.0.0.2");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (ask(stranger, "/") && isOpen(stranger)) {
      assertThat(System.nanoTime()).isLessThan(end);
    }
    assertThat(isOpen(known)).isTrue();
    assertThat(guard.open()).isEqualTo(1);
  }

  @Test
  void whoSaysNothingIsClosed() throws Exception {
    var _ = serve(new ConnectionGuard.Limits(9, 9, 9, 9, Duration.ofMillis(300), LONG));
    Socket silent = connect("127.0.0.2");
    Socket speaks = connect("127.0.0.2");
    assertThat(ask(speaks, "/")).isTrue();
    silent.setSoTimeout(5_000);
    assertThat(silent.getInputStream().read()).isEqualTo(-1);
    assertThat(isOpen(speaks)).isTrue();
  }
}
