package io.cade.proxy.http;

import static io.cade.proxy.testing.FrameVisitor.DATA;
import static io.cade.proxy.testing.FrameVisitor.END_HEADERS;
import static io.cade.proxy.testing.FrameVisitor.END_STREAM;
import static io.cade.proxy.testing.FrameVisitor.HEADERS;
import static io.cade.proxy.testing.FrameVisitor.SETTINGS;
import static io.cade.proxy.testing.FrameVisitor.block;
import static io.cade.proxy.testing.FrameVisitor.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.testing.Card;
import io.cade.proxy.testing.FrameVisitor;
import io.cade.proxy.testing.ProxyRig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Good and broken byte streams, cut at random places: what the visitor gets and what the card sees
 * does not depend on the cuts. Longer with {@code -Dcade.fuzz=N}; a failure names its seed.
 */
// Lines of HTTP end with CRLF, which a text block would only hide.
@SuppressWarnings("StringConcatToTextBlock")
@Timeout(300)
class SegmentationFuzzTest {
  private static final int ROUNDS = Integer.getInteger("cade.fuzz", 60);
  private static final Pattern REQUEST_ID =
      Pattern.compile("(?i)(x-request-id: |Request )[0-9a-f]{16}");

  /** Silence ends a connection soon, the rest of the limits as usual. */
  private static final VisitorLimits QUICK =
      new VisitorLimits(
          100,
          1024,
          4096,
          Duration.ofMillis(150),
          Duration.ofSeconds(5),
          Duration.ofMillis(150),
          Duration.ofMillis(150),
          Duration.ofSeconds(5),
          4);

  private static final String HOST = "Host: www.shop.example\r\n";

  private static final List<String> GOOD =
      List.of(
          "GET /a HTTP/1.1\r\n" + HOST + "\r\n",
          "POST /b HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello",
          "POST /c HTTP/1.1\r\n"
              + HOST
              + "Transfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\n5;x=y\r\npedia\r\n0\r\nX-T: 1\r\n\r\n",
          "HEAD /d HTTP/1.1\r\n" + HOST + "X-Long: " + "v".repeat(200) + "\r\n\r\n",
          "GET http://www.shop.example/e HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n",
          "OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n");

  private static final byte[] ODD =
      "\r\n\0\t :;,+-0123456789abcXYZ/\u007f\u0080\u00ff".getBytes(StandardCharsets.ISO_8859_1);

  /** What one connection has led to. */
  private record Outcome(String answer, List<String> requests) {}

  private static boolean answer(Card.Received request, InputStream in, OutputStream out)
      throws IOException {
    // An answer to HEAD has no body.
    return request.line().startsWith("HEAD ")
        ? Card.raw(out, "HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\n")
        : Card.reply(out, 200, request.target() + request.text());
  }

  @Test
  void http11IsReadAlikeHoweverItIsCut() throws Exception {
    try (Card card = new Card(SegmentationFuzzTest::answer);
        ProxyRig rig = new ProxyRig(QUICK).shop(card)) {
      for (long seed = 1; seed <= ROUNDS; seed++) {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder stream = new StringBuilder();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
          stream.append(GOOD.get(random.nextInt(GOOD.size())));
        }
        byte[] bytes = stream.toString().getBytes(StandardCharsets.ISO_8859_1);
        compare(rig, card, mutate(bytes, 0, random), random, seed);
      }
    }
  }

  @Test
  void http2IsReadAlikeHoweverItIsCut() throws Exception {
    try (Card card = new Card(SegmentationFuzzTest::answer);
        ProxyRig rig = new ProxyRig(QUICK).shop(card)) {
      for (long seed = 1; seed <= ROUNDS; seed++) {
        SplittableRandom random = new SplittableRandom(seed);
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(FrameVisitor.PREFACE);
        stream.writeBytes(FrameVisitor.bytes(SETTINGS, 0, 0));
        byte[] head = block(request(random.nextBoolean() ? "POST" : "PUT", "/x", "x-y", "z"));
        stream.writeBytes(FrameVisitor.bytes(HEADERS, END_HEADERS, 1, head));
        stream.writeBytes(
            FrameVisitor.bytes(DATA, 0, 1, "body".getBytes(StandardCharsets.US_ASCII)));
        stream.writeBytes(FrameVisitor.bytes(DATA, END_STREAM, 1, (byte) '!'));
        int fixed = FrameVisitor.PREFACE.length + 9;
        compare(rig, card, mutate(stream.toByteArray(), fixed, random), random, seed);
      }
    }
  }

  private static byte[] mutate(byte[] bytes, int from, SplittableRandom random) {
    byte[] mutated = bytes.clone();
    for (int i = random.nextInt(3); i > 0; i--) {
      int at = random.nextInt(from, mutated.length);
      byte odd = ODD[random.nextInt(ODD.length)];
      switch (random.nextInt(3)) {
        case 0 -> mutated[at] = odd;
        case 1 -> { // one byte less
          byte[] less = Arrays.copyOf(mutated, mutated.length - 1);
          System.arraycopy(mutated, at + 1, less, at, less.length - at);
          mutated = less;
        }
        default -> { // one byte more
          byte[] more = Arrays.copyOf(mutated, mutated.length + 1);
          System.arraycopy(mutated, at, more, at + 1, mutated.length - at);
          more[at] = odd;
          mutated = more;
        }
      }
    }
    return mutated;
  }

  private static void compare(
      ProxyRig rig, Card card, byte[] bytes, SplittableRandom random, long seed)
      throws IOException {
    Outcome whole = play(rig, card, bytes, new int[] {bytes.length});
    int[] cuts = random.ints(1 + random.nextInt(12), 1, bytes.length).sorted().toArray();
    Outcome inPieces = play(rig, card, bytes, cuts);
    if (isHttp2(bytes) && (whole.requests().isEmpty() || inPieces.requests().isEmpty())) {
      return; // what is broken behind a request may end it before or after the card has it
    }
    assertThat(inPieces)
        .as("seed " + seed + ": " + new String(bytes, StandardCharsets.ISO_8859_1))
        .isEqualTo(whole);
  }

  private static boolean isHttp2(byte[] bytes) {
    return bytes[0] == 'P' && bytes[1] == 'R';
  }

  private static Outcome play(ProxyRig rig, Card card, byte[] bytes, int[] cuts)
      throws IOException {
    card.requests.clear();
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try (Socket socket = new Socket(rig.http.getAddress(), rig.http.getPort())) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(10_000); // against hangs only
      try {
        int at = 0;
        for (int cut : cuts) {
          socket.getOutputStream().write(bytes, at, cut - at);
          at = cut;
          Thread.onSpinWait();
        }
        socket.getOutputStream().write(bytes, at, bytes.length - at);
        socket.getInputStream().transferTo(answer);
      } catch (SocketException e) {
        // Closed with bytes unread; what came before counts.
      }
    }
    List<String> seen = new ArrayList<>();
    for (Card.Received each : card.requests) {
      seen.add(REQUEST_ID.matcher(each.head() + each.text()).replaceAll("id"));
    }
    String said = answer.toString(StandardCharsets.ISO_8859_1);
    // Acknowledgements and windows of HTTP/2 come whenever they like: there the card's view counts.
    return new Outcome(isHttp2(bytes) ? "" : REQUEST_ID.matcher(said).replaceAll("id"), seen);
  }
}
