package io.cade.proxy.http;

import static io.cade.proxy.testing.FrameVisitor.CONTINUATION;
import static io.cade.proxy.testing.FrameVisitor.DATA;
import static io.cade.proxy.testing.FrameVisitor.END_HEADERS;
import static io.cade.proxy.testing.FrameVisitor.END_STREAM;
import static io.cade.proxy.testing.FrameVisitor.HEADERS;
import static io.cade.proxy.testing.FrameVisitor.PING;
import static io.cade.proxy.testing.FrameVisitor.RST_STREAM;
import static io.cade.proxy.testing.FrameVisitor.SETTINGS;
import static io.cade.proxy.testing.FrameVisitor.WINDOW_UPDATE;
import static io.cade.proxy.testing.FrameVisitor.block;
import static io.cade.proxy.testing.FrameVisitor.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.testing.FrameVisitor;
import io.cade.proxy.testing.FrameVisitor.Answer;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a visitor of HTTP/2 may cost (RFC 9113 §10.5), and the attacks known by number. */
@Timeout(60)
class Http2AbuseTest extends FrameTests {
  @Test // 10.5.1
  void headerListThatIsTooLargeGets431AndOneBeyondAllMeasureTheEnd() throws IOException {
    try (FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      visitor.frame(HEADERS, END_STREAM, 1, block(request("GET", "/")));
      for (int i = 0; i < 2; i++) {
        visitor.frame(CONTINUATION, 0, 1, block("x-" + i, "a".repeat(16_000)));
      }
      visitor.frame(CONTINUATION, END_HEADERS, 1, block("x-last", "a".repeat(1_000)));
      Answer answer = visitor.answer(1);
      assertThat(answer.status()).isEqualTo(431);
    }
    connectionError(
        visitor -> {
          visitor.frame(HEADERS, END_STREAM, 1, block(request("GET", "/")));
          try {
            for (int i = 0; i < 100; i++) {
              visitor.frame(CONTINUATION, 0, 1, block("x-" + i, "a".repeat(16_000)));
            }
          } catch (IOException e) {
            assertThat(e).hasMessageMatching(".*(reset|Broken pipe).*"); // cut off already
          }
        },
        ENHANCE_YOUR_CALM,
        PROTOCOL_ERROR);
  }

  @Test // CVE-2024-27316
  void endlessSmallContinuationsEndTheConnection() throws IOException {
    connectionError(
        visitor -> {
          visitor.frame(HEADERS, END_STREAM, 1, block(request("GET", "/")));
          for (int i = 0; i < 30; i++) {
            visitor.frame(CONTINUATION, 0, 1);
          }
        },
        ENHANCE_YOUR_CALM);
  }

  @Test // CVE-2023-44487
  void rapidResetsEndTheConnection() throws IOException {
    connectionError(
        visitor -> {
          try {
            for (int i = 0; i < 2 * Http2Visitor.MAX_RESETS; i++) {
              visitor.get(1 + 2 * i, "/never").frame(RST_STREAM, 0, 1 + 2 * i, number(8));
            }
          } catch (IOException e) {
            assertThat(e).hasMessageMatching(".*(reset|Broken pipe).*");
          }
        },
        ENHANCE_YOUR_CALM);
    assertThat(rig.statistics.refusals("HTTP2_ENHANCE_YOUR_CALM")).isPositive();
  }

  @Test // CVE-2025-8671
  void resetsThatTheProxyIsMadeToSendEndTheConnectionToo() throws IOException {
    connectionError(
        visitor -> {
          try {
            for (int i = 0; i < 2 * Http2Visitor.MAX_RESETS; i++) {
              visitor.get(1 + 2 * i, "/never").frame(WINDOW_UPDATE, 0, 1 + 2 * i, number(0));
            }
          } catch (IOException e) {
            assertThat(e).hasMessageMatching(".*(reset|Broken pipe).*");
          }
        },
        ENHANCE_YOUR_CALM,
        PROTOCOL_ERROR);
  }

  @Test // CVE-2019-9512, CVE-2019-9515
  void floodsOfPingsAndSettingsEndTheConnection() throws IOException {
    for (int type : new int[] {PING, SETTINGS}) {
      connectionError(
          visitor -> {
            try {
              for (int i = 0; i < 2 * Http2Visitor.MAX_CONTROL_FRAMES; i++) {
                visitor.frame(type, 0, 0, new byte[type == PING ? 8 : 0]);
              }
            } catch (IOException e) {
              assertThat(e).hasMessageMatching(".*(reset|Broken pipe).*");
            }
          },
          ENHANCE_YOUR_CALM);
    }
  }

  @Test // CVE-2019-9518
  void floodOfEmptyDataEndsTheConnection() throws IOException {
    connectionError(
        visitor -> {
          visitor.headers(1, false, request("POST", "/never"));
          for (int i = 0; i < 20; i++) {
            visitor.frame(DATA, 0, 1);
          }
        },
        ENHANCE_YOUR_CALM);
  }
}
