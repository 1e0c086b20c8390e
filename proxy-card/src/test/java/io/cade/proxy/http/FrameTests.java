package io.cade.proxy.http;

import static io.cade.proxy.testing.FrameVisitor.GOAWAY;
import static io.cade.proxy.testing.FrameVisitor.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.testing.Card;
import io.cade.proxy.testing.FrameVisitor;
import io.cade.proxy.testing.FrameVisitor.Answer;
import io.cade.proxy.testing.FrameVisitor.Frame;
import io.cade.proxy.testing.ProxyRig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** What tests with frames written by hand have in common: a proxy, and how errors look. */
abstract class FrameTests {
  static final int PROTOCOL_ERROR = 1;
  static final int FLOW_CONTROL_ERROR = 3;
  static final int STREAM_CLOSED = 5;
  static final int FRAME_SIZE_ERROR = 6;
  static final int REFUSED_STREAM = 7;
  static final int COMPRESSION_ERROR = 9;
  static final int ENHANCE_YOUR_CALM = 11;

  static Card card;
  static ProxyRig rig;

  @BeforeAll
  static void start() throws Exception {
    card =
        new Card((request, in, out) -> {
          if (request.target().equals("/never")) {
            in.read();
            return false;
          }
          return Card.reply(out, 200, "hello");
        });
    rig = new ProxyRig().shop(card);
  }

  @AfterAll
  static void stop() throws Exception {
    rig.close();
    card.close();
  }

  @FunctionalInterface
  interface Script {
    void run(FrameVisitor visitor) throws IOException;
  }

  /** The connection ends, with GOAWAY and one of these errors. */
  static void connectionError(Script script, int... errors) throws IOException {
    try (FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      script.run(visitor);
      Frame goaway = visitor.await(GOAWAY);
      assertThat(errors).contains(goaway.error());
      assertThat(visitor.ends()).isTrue();
    }
  }

  /** Stream 1 is reset with one of these errors, and the connection goes on. */
  static void streamError(Script script, int... errors) throws IOException {
    try (FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      script.run(visitor);
      Answer answer = visitor.answer(1);
      assertThat(answer.status()).isEqualTo(-1);
      assertThat(answer.connection()).isFalse();
      assertThat(errors).contains(answer.error());
      assertThat(visitor.get(101, "/").answer(101).status()).isEqualTo(200);
    }
  }

  static void malformed(String... fields) throws IOException {
    long before = served();
    streamError(visitor -> visitor.headers(1, true, fields), PROTOCOL_ERROR);
    assertThat(served()).as("only the good request behind it").isEqualTo(before + 1);
  }

  /** Requests that were waited for. */
  private static long served() {
    return card.requests.stream().filter(request -> !request.target().equals("/never")).count();
  }

  static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  static byte[] number(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }
}
