package io.cade.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.testing.Card;
import io.cade.proxy.testing.ProxyRig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Odd requests, sent to us and to the two best-known proxies: what one of them refuses as malformed
 * never reaches a card through us. Where we are stricter than both, it is listed with its reason.
 */
// Lines of HTTP end with CRLF, which a text block would only hide.
@SuppressWarnings("StringConcatToTextBlock")
@Timeout(120)
class DifferentialTest {
  private static final String HOST = "Host: www.shop.example\r\n";
  private static final String GET = "GET / HTTP/1.1\r\n";
  private static final String POST = "POST / HTTP/1.1\r\n" + HOST;
  private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";

  private static final List<String> CORPUS =
      List.of(
          GET + HOST + "\r\n",
          POST + "Content-Length: 2\r\n\r\nab",
          CHUNKED + "2\r\nab\r\n0\r\n\r\n",
          GET + HOST + "X: a\tb\r\n\r\n",
          GET + HOST + "X:\r\n\r\n",
          GET + HOST + "X_y: 1\r\n\r\n",
          "GET /%41 HTTP/1.1\r\n" + HOST + "\r\n",
          "GET /../../x HTTP/1.1\r\n" + HOST + "\r\n",
          "GET //x HTTP/1.1\r\n" + HOST + "\r\n",
          "GET /a?b=c&d HTTP/1.1\r\n" + HOST + "\r\n",
          "GET http://www.shop.example/ HTTP/1.1\r\n" + HOST + "\r\n",
          "GET http://other.example/ HTTP/1.1\r\n" + HOST + "\r\n",
          "OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n",
          "FOO / HTTP/1.1\r\n" + HOST + "\r\n",
          "get / HTTP/1.1\r\n" + HOST + "\r\n",
          "CONNECT www.shop.example:443 HTTP/1.1\r\n" + HOST + "\r\n",
          "TRACE / HTTP/1.1\r\n" + HOST + "\r\n",
          "GET / HTTP/1.2\r\n" + HOST + "\r\n",
          "GET / HTTP/2.0\r\n" + HOST + "\r\n",
          "GET / HTTP/0.9\r\n" + HOST + "\r\n",
          "GET / HTTP/1.10\r\n" + HOST + "\r\n",
          "GET / http/1.1\r\n" + HOST + "\r\n",
          "GET /\r\n\r\n",
          "GET  / HTTP/1.1\r\n" + HOST + "\r\n",
          "GET / HTTP/1.1 \r\n" + HOST + "\r\n",
          "GET /a b HTTP/1.1\r\n" + HOST + "\r\n",
          "GET /a\tb HTTP/1.1\r\n" + HOST + "\r\n",
          "GET /a#b HTTP/1.1\r\n" + HOST + "\r\n",
          "GET /\u00e9 HTTP/1.1\r\n" + HOST + "\r\n",
          "GET /\0 HTTP/1.1\r\n" + HOST + "\r\n",
          "GET x HTTP/1.1\r\n" + HOST + "\r\n",
          "G@T / HTTP/1.1\r\n" + HOST + "\r\n",
          " GET / HTTP/1.1\r\n" + HOST + "\r\n",
          GET + "\r\n",
          GET + HOST + HOST + "\r\n",
          GET + HOST + "Host: other.example\r\n\r\n",
          GET + "Host: a b\r\n\r\n",
          GET + "Host: www.shop.example@x\r\n\r\n",
          GET + "Host: www.shop.example:x\r\n\r\n",
          GET + "Host : www.shop.example\r\n\r\n",
          GET + HOST + "X Y: 1\r\n\r\n",
          GET + HOST + "X : 1\r\n\r\n",
          GET + HOST + " X: 1\r\n\r\n",
          GET + HOST + "X: 1\r\n folded\r\n\r\n",
          GET + HOST + "X\r\n\r\n",
          GET + HOST + ": 1\r\n\r\n",
          GET + HOST + "X\0: 1\r\n\r\n",
          GET + HOST + "X: a\0b\r\n\r\n",
          GET + HOST + "X: a\u0001b\r\n\r\n",
          GET + HOST + "X: a\rb\r\n\r\n",
          GET + HOST + "X(y): 1\r\n\r\n",
          "GET / HTTP/1.1\n" + HOST + "\r\n",
          GET + "Host: www.shop.example\n\r\n",
          POST + "Content-Length: +2\r\n\r\nab",
          POST + "Content-Length: -2\r\n\r\nab",
          POST + "Content-Length: 2, 2\r\n\r\nab",
          POST + "Content-Length: 2 2\r\n\r\nab",
          POST + "Content-Length: 0x2\r\n\r\nab",
          POST + "Content-Length: 2.0\r\n\r\nab",
          POST + "Content-Length:\r\n\r\n",
          POST + "Content-Length: 99999999999999999999\r\n\r\nab",
          POST + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab",
          POST + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
          POST + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX",
          POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          POST + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
          POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
          POST + "Transfer-Encoding: identity\r\n\r\n",
          POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
          POST + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n",
          POST + "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
          "POST / HTTP/1.0\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          CHUNKED + "2;a=b\r\nab\r\n0\r\n\r\n",
          CHUNKED + "2 \r\nab\r\n0\r\n\r\n",
          CHUNKED + " 2\r\nab\r\n0\r\n\r\n",
          CHUNKED + "0x2\r\nab\r\n0\r\n\r\n",
          CHUNKED + "-2\r\nab\r\n0\r\n\r\n",
          CHUNKED + "+2\r\nab\r\n0\r\n\r\n",
          CHUNKED + "2\nab\r\n0\r\n\r\n",
          CHUNKED + "2\r\nabX\r\n0\r\n\r\n",
          CHUNKED + "fffffffffffffffff\r\nab\r\n0\r\n\r\n",
          CHUNKED + "2\r\nab\r\n0\r\nBad Trailer\r\n\r\n",
          "\r\nGET / HTTP/1.1\r\n" + HOST + "\r\n",
          "\n\nGET / HTTP/1.1\r\n" + HOST + "\r\n");

  /** What both others pass on and we do not; each of these is a decision. */
  private static final List<String[]> STRICTER =
      List.of(
          new String[] {
            "GET http://other.example/ HTTP/1.1\r\n" + HOST + "\r\n",
            "target and Host name two sites: a filter in front may have believed the other one"
          },
          new String[] {
            "TRACE / HTTP/1.1\r\n" + HOST + "\r\n", "shows headers that are added behind the scenes"
          },
          new String[] {"GET /a#b HTTP/1.1\r\n" + HOST + "\r\n", "no part of a target"},
          new String[] {
            "GET /\u00e9 HTTP/1.1\r\n" + HOST + "\r\n", "a target is ASCII; encodings differ"
          },
          new String[] {
            "GET / HTTP/1.2\r\n" + HOST + "\r\n", "nobody speaks it; what it frames is unknown"
          },
          new String[] {
            POST + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", "readers take first or last"
          },
          new String[] {"GET / HTTP/1.1\n" + HOST + "\r\n", "bare LF: not a line's end to all"},
          new String[] {GET + "Host: www.shop.example\n\r\n", "bare LF: not a line's end to all"},
          new String[] {CHUNKED + "2\nab\r\n0\r\n\r\n", "bare LF: not a line's end to all"},
          new String[] {"GET  / HTTP/1.1\r\n" + HOST + "\r\n", "RFC 9112 §3: exactly one space"},
          new String[] {GET + "Host: www.shop.example@x\r\n\r\n", "user info: which is the host?"},
          new String[] {GET + "Host: www.shop.example:x\r\n\r\n", "RFC 3986 §3.2.3: digits"},
          new String[] {CHUNKED + "2 \r\nab\r\n0\r\n\r\n", "RFC 9112 §7.1: no blank there"},
          new String[] {"\n\nGET / HTTP/1.1\r\n" + HOST + "\r\n", "bare LF"},
          new String[] {GET + HOST + "X: 1\r\n folded\r\n\r\n", "RFC 9112 §5.2: obsolete"},
          new String[] {GET + HOST + "X: a\u0001b\r\n\r\n", "RFC 9110 §5.5"},
          new String[] {GET + HOST + "X: a\rb\r\n\r\n", "RFC 9112 §2.2"});

  /** What one of the others refuses and we pass on; each of these is a decision, too. */
  private static final List<String[]> MORE_LENIENT =
      List.of(
          new String[] {
            "GET /../../x HTTP/1.1\r\n" + HOST + "\r\n",
            "nginx: paths are the card's to resolve, we open no files and route by host"
          },
          new String[] {
            "OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n", "nginx: asks for a location; RFC 9112 §3.2.4"
          },
          new String[] {
            "get / HTTP/1.1\r\n" + HOST + "\r\n", "nginx: a method is any token, RFC 9110 §9.1"
          });

  @Test
  void whatNginxOrHaproxyRefusesAsMalformedReachesNoCardThroughUs(@TempDir Path dir)
      throws Exception {
    Assumptions.assumeTrue(Programs.has("nginx"), "needs nginx (package nginx-light)");
    Assumptions.assumeTrue(Programs.has("haproxy"), "needs haproxy (package haproxy)");
    try (Card card =
            new Card((request, in, out) -> {
              Card.reply(out, 200, "ok");
              return false;
            });
        ProxyRig rig = new ProxyRig(ProxyRig.SHORT).shop(card);
        Peer nginx = nginx(dir, card.port());
        Peer haproxy = haproxy(dir, card.port())) {
      List<String> weaker = new ArrayList<>();
      List<String> stricter = new ArrayList<>();
      List<String> moreLenient = new ArrayList<>();
      for (String request : CORPUS) {
        boolean ours = passes(rig.http, card, request);
        boolean byNginx = passes(nginx.address(), card, request);
        boolean byHaproxy = passes(haproxy.address(), card, request);
        if (ours && !byNginx && !byHaproxy) {
          weaker.add(request);
        }
        if (ours && byNginx != byHaproxy) {
          moreLenient.add(request);
        }
        if (!ours && byNginx && byHaproxy) {
          stricter.add(request);
        }
      }
      assertThat(weaker).as("passed by us alone").isEmpty();
      assertThat(explained(STRICTER))
          .as("refused by us alone, each with a reason")
          .containsAll(stricter);
      assertThat(explained(MORE_LENIENT))
          .as("refused by one of the others, each with a reason why not by us")
          .containsAll(moreLenient);
    }
  }

  private static Set<String> explained(List<String[]> differences) {
    return Set.copyOf(differences.stream().map(each -> each[0]).toList());
  }

  /** Whether the card got it, as a whole. */
  private static boolean passes(InetSocketAddress proxy, Card card, String request)
      throws IOException {
    card.requests.clear();
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try (Socket socket = new Socket(proxy.getAddress(), proxy.getPort())) {
      socket.setSoTimeout(5000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      byte[] buffer = new byte[4096];
      int got = socket.getInputStream().read(buffer);
      if (got > 0) {
        answer.write(buffer, 0, got);
      }
    } catch (IOException e) {
      // Refused without a word.
    }
    return answer.toString(StandardCharsets.ISO_8859_1).startsWith("HTTP/1.1 200")
        && !card.requests.isEmpty();
  }

  private record Peer(Process process, InetSocketAddress address) implements AutoCloseable {
    @Override
    public void close() throws InterruptedException {
      process.destroy();
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private static Peer nginx(Path dir, int cardPort) throws Exception {
    int port = freePort();
    Path config = dir.resolve("nginx.conf");
    Files.writeString(
        config,
        """
        daemon off;
        master_process off;
        pid %1$s/nginx.pid;
        error_log %1$s/nginx.log;
        events {}
        http {
          access_log off;
          client_body_temp_path %1$s/body;
          proxy_temp_path %1$s/proxy;
          fastcgi_temp_path %1$s/fastcgi;
          uwsgi_temp_path %1$s/uwsgi;
          scgi_temp_path %1$s/scgi;
          client_header_timeout 1s;
          client_body_timeout 1s;
          server {
            listen 127.0.0.1:%2$d;
            server_name www.shop.example;
            location / { proxy_pass http://127.0.0.1:%3$d; proxy_http_version 1.1; }
          }
        }
        """
            .formatted(dir, port, cardPort));
    return start(dir, port, "nginx", "-e", dir + "/nginx.log", "-c", config.toString());
  }

  private static Peer haproxy(Path dir, int cardPort) throws Exception {
    int port = freePort();
    Path config = dir.resolve("haproxy.cfg");
    Files.writeString(
        config,
        """
        defaults
          mode http
          timeout client 1s
          timeout server 5s
          timeout connect 1s
          timeout http-request 1s
        listen all
          bind 127.0.0.1:%d
          server card 127.0.0.1:%d
        """
            .formatted(port, cardPort));
    return start(dir, port, "haproxy", "-db", "-f", config.toString());
  }

  private static Peer start(Path dir, int port, String program, String... arguments)
      throws Exception {
    Path file = Path.of("/usr/sbin", program);
    List<String> words = new ArrayList<>();
    words.add(Files.isExecutable(file) ? file.toString() : program);
    words.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve(program + ".out").toFile())
            .start();
    InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    while (true) {
      assertThat(process.isAlive())
          .as(() -> {
            try {
              return Files.readString(dir.resolve(program + ".out"));
            } catch (IOException e) {
              return program;
            }
          })
          .isTrue();
      try (Socket probe = new Socket(address.getAddress(), port)) {
        if (probe.isConnected()) {
          return new Peer(process, address);
        }
      } catch (IOException e) {
        Thread.onSpinWait(); // not yet
      }
    }
  }
}
