package io.cade.proxy.http;

import static io.cade.proxy.testing.FrameVisitor.ACK;
import static io.cade.proxy.testing.FrameVisitor.CONTINUATION;
import static io.cade.proxy.testing.FrameVisitor.DATA;
import static io.cade.proxy.testing.FrameVisitor.END_HEADERS;
import static io.cade.proxy.testing.FrameVisitor.END_STREAM;
import static io.cade.proxy.testing.FrameVisitor.GOAWAY;
import static io.cade.proxy.testing.FrameVisitor.HEADERS;
import static io.cade.proxy.testing.FrameVisitor.PADDED;
import static io.cade.proxy.testing.FrameVisitor.PING;
import static io.cade.proxy.testing.FrameVisitor.PREFACE;
import static io.cade.proxy.testing.FrameVisitor.PRIORITY;
import static io.cade.proxy.testing.FrameVisitor.PUSH_PROMISE;
import static io.cade.proxy.testing.FrameVisitor.RST_STREAM;
import static io.cade.proxy.testing.FrameVisitor.SETTINGS;
import static io.cade.proxy.testing.FrameVisitor.WINDOW_UPDATE;
import static io.cade.proxy.testing.FrameVisitor.block;
import static io.cade.proxy.testing.FrameVisitor.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.testing.FrameVisitor;
import io.cade.proxy.testing.FrameVisitor.Answer;
import io.cade.proxy.testing.FrameVisitor.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** RFC 9113, section by section, with frames written by hand. */
// Lines of HTTP end with CRLF, which a text block would only hide.
@SuppressWarnings("StringConcatToTextBlock")
@Timeout(60)
class Rfc9113Test extends FrameTests {
  // ---- 3 starting HTTP/2

  @Test // 3.4
  void serverSaysItsSettingsFirst() throws IOException {
    try (FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      Frame first = visitor.next();
      assertThat(first.type()).isEqualTo(SETTINGS);
      assertThat(first.flags() & ACK).isZero();
    }
  }

  @Test // 3.4
  void garbageBehindThePrefaceEndsTheConnection() throws IOException {
    try (FrameVisitor visitor =
        new FrameVisitor(new Socket(rig.http.getAddress(), rig.http.getPort()))) {
      visitor.raw(PREFACE).frame(PING, 0, 0, new byte[8]); // must be SETTINGS
      assertThat(visitor.await(GOAWAY).error()).isEqualTo(PROTOCOL_ERROR);
      assertThat(visitor.ends()).isTrue();
    }
  }

  @Test // 3.2: RFC 9113 has dropped the Upgrade of RFC 7540
  void upgradeToH2cIsNotOffered() throws Exception {
    try (io.cade.proxy.testing.Visitor visitor = rig.visitor()) {
      visitor.send(
          "GET / HTTP/1.1\r\nHost: www.shop.example\r\nConnection: Upgrade, HTTP2-Settings\r\n"
              + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
      assertThat(visitor.answer().status()).isEqualTo(200);
      assertThat(card.requests.getLast().head())
          .doesNotContainIgnoringCase("upgrade")
          .doesNotContainIgnoringCase("http2-settings");
    }
  }

  // ---- 4 frames

  @Test // 4.1
  void framesOfUnknownTypeAreIgnored() throws IOException {
    try (FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      visitor.frame(0xbe, 0xff, 0, (byte) 1).get(1, "/");
      assertThat(visitor.answer(1).status()).isEqualTo(200);
    }
  }

  @Test // 4.1
  void reservedBitAndUnknownFlagsAreIgnored() throws IOException {
    try (FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      byte[] head =
          FrameVisitor.bytes(
              HEADERS, END_HEADERS | END_STREAM | 0x40, 1 | (1 << 31), block(request("GET", "/")));
      assertThat(visitor.raw(head).answer(1).status()).isEqualTo(200);
    }
  }

  @Test // 4.2
  void frameLargerThanAllowedIsASizeError() throws IOException {
    connectionError(
        visitor ->
            visitor.headers(1, false, request("POST", "/")).frame(DATA, 0, 1, new byte[16_385]),
        FRAME_SIZE_ERROR);
  }

  @Test // 4.3
  void headerBlockThatCannotBeDecodedIsACompressionError() throws IOException {
    connectionError(
        visitor -> visitor.frame(HEADERS, END_HEADERS | END_STREAM, 1, bytes("00 85 f2 b2 4a")),
        COMPRESSION_ERROR,
        PROTOCOL_ERROR);
  }

  @Test // 4.3
  void otherFramesWithinAHeaderBlockEndTheConnection() throws IOException {
    connectionError(
        visitor ->
            visitor
                .frame(HEADERS, END_STREAM, 1, block(request("GET", "/")))
                .frame(PING, 0, 0, new byte[8]),
        PROTOCOL_ERROR);
    connectionError(
        visitor ->
            visitor
                .frame(HEADERS, END_STREAM, 1, block(request("GET", "/")))
                .frame(CONTINUATION, END_HEADERS, 3),
        PROTOCOL_ERROR);
  }

  // ---- 5 streams

  @Test // 5.1
  void framesOnAnIdleStreamEndTheConnection() throws IOException {
    connectionError(visitor -> visitor.frame(DATA, 0, 1, new byte[4]), PROTOCOL_ERROR);
    connectionError(visitor -> visitor.frame(RST_STREAM, 0, 1, number(8)), PROTOCOL_ERROR);
    connectionError(visitor -> visitor.frame(WINDOW_UPDATE, 0, 1, number(8)), PROTOCOL_ERROR);
  }

  @Test // 5.1
  void dataBehindTheEndOfAStreamIsRefused() throws IOException {
    try (FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      visitor.get(1, "/never").data(1, true, "more");
      Answer answer = visitor.answer(1);
      assertThat(answer.error()).isIn(STREAM_CLOSED, PROTOCOL_ERROR);
    }
  }

  @Test // 5.1.1
  void streamsOfVisitorsHaveOddAndGrowingNumbers() throws IOException {
    connectionError(visitor -> visitor.get(2, "/"), PROTOCOL_ERROR);
    try (FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      // The number between may have been a stream that is over: its frames mean nothing any more.
      visitor.get(5, "/never").get(3, "/skipped").get(7, "/");
      assertThat(visitor.answer(7).status()).isEqualTo(200);
      assertThat(card.requests).noneMatch(request -> request.target().equals("/skipped"));
    }
  }

  @Test // 5.1.2
  void moreStreamsThanAnnouncedAreRefused() throws IOException {
    try (FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      // The limit binds once the visitor has heard of it.
      visitor.await(SETTINGS);
      visitor.frame(SETTINGS, ACK, 0);
      for (int i = 0; i <= Http2Visitor.MAX_STREAMS; i++) {
        visitor.get(1 + 2 * i, "/never");
      }
      Frame reset = visitor.await(RST_STREAM);
      assertThat(reset.stream()).isEqualTo(1 + 2 * Http2Visitor.MAX_STREAMS);
      assertThat(reset.error()).isIn(REFUSED_STREAM, PROTOCOL_ERROR);
    }
  }

  @Test // 5.3.1
  void streamThatDependsOnItselfIsRefused() throws IOException {
    connectionError(
        visitor -> {
          ByteArrayOutputStream payload = new ByteArrayOutputStream();
          payload.writeBytes(bytes("00000001 10"));
          payload.writeBytes(block(request("GET", "/never")));
          visitor.frame(HEADERS, END_HEADERS | END_STREAM | 0x20, 1, payload.toByteArray());
        },
        PROTOCOL_ERROR);
  }

  // ---- 6 definitions of frames

  @Test // 6.1
  void dataWithoutAStreamOrPaddedBeyondItsEndEndsTheConnection() throws IOException {
    connectionError(visitor -> visitor.frame(DATA, 0, 0, new byte[4]), PROTOCOL_ERROR);
    connectionError(
        visitor ->
            visitor
                .headers(1, false, request("POST", "/"))
                .frame(DATA, PADDED, 1, (byte) 9, (byte) 0, (byte) 0),
        PROTOCOL_ERROR);
  }

  @Test // 6.1
  void paddingOfDataIsNoContent() throws IOException {
    try (FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      visitor.headers(1, false, request("POST", "/padded", "content-length", "2"));
      visitor.frame(DATA, PADDED | END_STREAM, 1, bytes("03 6869 000000"));
      assertThat(visitor.answer(1).status()).isEqualTo(200);
      assertThat(card.requests.getLast().text()).isEqualTo("hi");
    }
  }

  @Test // 6.2
  void headersWithoutAStreamEndTheConnection() throws IOException {
    connectionError(visitor -> visitor.get(0, "/"), PROTOCOL_ERROR);
  }

  @Test // 6.3, 6.4, 6.5, 6.7, 6.9
  void framesOfAWrongSizeEndTheConnection() throws IOException {
    connectionError(visitor -> visitor.frame(PING, 0, 0, new byte[6]), FRAME_SIZE_ERROR);
    connectionError(visitor -> visitor.frame(SETTINGS, 0, 0, new byte[3]), FRAME_SIZE_ERROR);
    connectionError(visitor -> visitor.frame(SETTINGS, ACK, 0, new byte[6]), FRAME_SIZE_ERROR);
    connectionError(visitor -> visitor.frame(WINDOW_UPDATE, 0, 0, new byte[3]), FRAME_SIZE_ERROR);
    connectionError(
        visitor -> visitor.get(1, "/never").frame(RST_STREAM, 0, 1, new byte[3]), FRAME_SIZE_ERROR);
    try (FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      visitor.frame(PRIORITY, 0, 1, new byte[4]);
      Frame frame = visitor.next();
      while (frame.type() != GOAWAY && frame.type() != RST_STREAM) {
        frame = visitor.next();
      }
      assertThat(frame.error()).isEqualTo(FRAME_SIZE_ERROR);
    }
  }

  @Test // 6.5.2
  void settingsBeyondTheirRangeEndTheConnection() throws IOException {
    connectionError(
        visitor -> visitor.frame(SETTINGS, 0, 0, bytes("0002 00000002")), PROTOCOL_ERROR);
    connectionError(
        visitor -> visitor.frame(SETTINGS, 0, 0, bytes("0004 80000000")),
        FLOW_CONTROL_ERROR,
        PROTOCOL_ERROR);
    connectionError(
        visitor -> visitor.frame(SETTINGS, 0, 0, bytes("0005 00003fff")), PROTOCOL_ERROR);
  }

  @Test // 6.5.2, 6.5.3
  void unknownSettingsAreIgnoredAndAllAreAcknowledged() throws IOException {
    try (FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      visitor.frame(SETTINGS, 0, 0, bytes("00ff 00000001"));
      int acks = 0;
      while (acks < 2) {
        acks += visitor.await(SETTINGS).flags() & ACK;
      }
    }
  }

  @Test // 6.6
  void pushFromAVisitorEndsTheConnection() throws IOException {
    connectionError(
        visitor -> visitor.get(1, "/never").frame(PUSH_PROMISE, END_HEADERS, 1, number(2)),
        PROTOCOL_ERROR);
  }

  @Test // 6.7
  void pingIsAnsweredWithItsOwnBytes() throws IOException {
    try (FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      visitor.frame(PING, 0, 0, bytes("0102030405060708"));
      Frame pong = visitor.await(PING);
      assertThat(pong.flags() & ACK).isEqualTo(ACK);
      assertThat(pong.payload()).isEqualTo(bytes("0102030405060708"));
      visitor.frame(PING, 0, 1, new byte[8]);
      assertThat(visitor.await(GOAWAY).error()).isEqualTo(PROTOCOL_ERROR);
    }
  }

  @Test // 6.9, 6.9.1
  void windowsGrowByMoreThanNothingAndNotForever() throws IOException {
    connectionError(visitor -> visitor.frame(WINDOW_UPDATE, 0, 0, number(0)), PROTOCOL_ERROR);
    connectionError(
        visitor ->
            visitor
                .frame(WINDOW_UPDATE, 0, 0, number(Integer.MAX_VALUE))
                .frame(WINDOW_UPDATE, 0, 0, number(Integer.MAX_VALUE)),
        FLOW_CONTROL_ERROR);
    streamError(
        visitor ->
            visitor
                .get(1, "/never")
                .frame(WINDOW_UPDATE, 0, 1, number(Integer.MAX_VALUE))
                .frame(WINDOW_UPDATE, 0, 1, number(Integer.MAX_VALUE)),
        FLOW_CONTROL_ERROR);
  }

  @Test // 6.9.2
  void initialWindowChangesTheStreamsThatAreOpen() throws IOException {
    try (FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      visitor.frame(SETTINGS, 0, 0, bytes("0004 00000003")).get(1, "/");
      assertThat(visitor.await(DATA).text()).isEqualTo("hel");
      visitor.frame(SETTINGS, 0, 0, bytes("0004 00000005"));
      assertThat(visitor.await(DATA).text()).isEqualTo("lo");
    }
  }

  @Test // 6.10
  void continuationWithoutAHeaderBlockEndsTheConnection() throws IOException {
    connectionError(
        visitor -> visitor.get(1, "/never").frame(CONTINUATION, END_HEADERS, 1, new byte[0]),
        PROTOCOL_ERROR);
  }

  // ---- 8 HTTP in frames

  @Test // 8.1
  void trailersThatDoNotEndTheStreamAreMalformed() throws IOException {
    streamError(
        visitor ->
            visitor
                .headers(1, false, request("POST", "/never"))
                .data(1, false, "a")
                .headers(1, false, "x-a", "1"),
        PROTOCOL_ERROR);
  }

  @Test // 8.1.1
  void contentOfAnotherLengthThanAnnouncedIsMalformed() throws IOException {
    streamError(
        visitor ->
            visitor
                .headers(1, false, request("POST", "/", "content-length", "5"))
                .data(1, true, "abc"),
        PROTOCOL_ERROR);
    streamError(
        visitor ->
            visitor
                .headers(1, false, request("POST", "/", "content-length", "2"))
                .data(1, true, "abc"),
        PROTOCOL_ERROR);
    malformed(request("POST", "/", "content-length", "5"));
    malformed(request("GET", "/", "content-length", "0", "content-length", "1"));
    malformed(request("GET", "/", "content-length", "+0"));
  }

  @Test // 8.2.1
  void fieldsThatCouldBecomeOtherLinesAreMalformed() throws IOException {
    for (String value :
        new String[] {"a\r\nX: b", "a\nb", "a\rb", "a\0b", " a", "a ", "\ta", "a\u007f"}) {
      malformed(request("GET", "/", "x-one", value));
    }
    for (String name :
        new String[] {"X-One", "x one", "x:one", "", "x\r\none", "x\0one", "x-\u00e9", "x(one)"}) {
      malformed(request("GET", "/", name, "a"));
    }
  }

  @Test // 8.2.2
  void headersOfAConnectionAreMalformed() throws IOException {
    for (String name :
        new String[] {
          "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"
        }) {
      malformed(request("GET", "/", name, name.equals("transfer-encoding") ? "chunked" : "x"));
    }
    malformed(request("GET", "/", "te", "trailers, gzip"));
  }

  @Test // 8.3
  void pseudoHeadersAreKnownOnesOnceEachAndFirst() throws IOException {
    malformed(request("GET", "/", ":status", "200"));
    malformed(request("GET", "/", ":unknown", "x"));
    malformed(request("GET", "/", "x-one", "1", ":path", "/other"));
    for (String[] again :
        new String[][] {{":method", "GET"}, {":scheme", "http"}, {":path", "/"}}) {
      String[] fields = request("GET", "/", again);
      malformed(fields);
    }
  }

  @Test // 8.3.1
  void requestNeedsMethodSchemeAndPath() throws IOException {
    malformed(":scheme", "http", ":path", "/", ":authority", "www.shop.example");
    malformed(":method", "GET", ":path", "/", ":authority", "www.shop.example");
    malformed(":method", "GET", ":scheme", "http", ":authority", "www.shop.example");
    malformed(request("GET", ""));
    malformed(request("GET", "index.html"));
    malformed(request("GET", "*"));
    malformed(request("G ET", "/"));
    malformed(request("GET / HTTP/1.1\r\nX:", "/"));
    malformed(request("GET", "/ HTTP/1.1\r\nHost: other.example\r\n\r\nGET /"));
    malformed(request("GET", "/a b"));
    malformed(request("GET", "/a#b"));
    malformed(request("GET", "/\u00e9"));
  }

  @Test // 8.3.1
  void hostMustNotContradictTheAuthority() throws IOException {
    malformed(request("GET", "/", "host", "other.example"));
    malformed(request("GET", "/", "host", "www.shop.example", "host", "www.shop.example"));
    try (FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      visitor.headers(1, true, request("GET", "/", "host", "www.shop.example"));
      assertThat(visitor.answer(1).status()).isEqualTo(200);
      visitor.headers(
          3, true, ":method", "GET", ":scheme", "http", ":path", "/", "host", "www.shop.example");
      assertThat(visitor.answer(3).status()).isEqualTo(200);
      visitor.headers(5, true, ":method", "GET", ":scheme", "http", ":path", "/");
      assertThat(visitor.answer(5).status()).isEqualTo(400);
      visitor.headers(
          7, true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a@b.example");
      assertThat(visitor.answer(7).status()).isEqualTo(400);
    }
  }

  @Test // 8.3.1, trailers
  void pseudoHeadersInTrailersAreMalformed() throws IOException {
    streamError(
        visitor ->
            visitor
                .headers(1, false, request("POST", "/never"))
                .data(1, false, "a")
                .headers(1, true, ":path", "/other"),
        PROTOCOL_ERROR);
  }

  @Test // 8.5; RFC 8441 3
  void connectIsRefusedInBothForms() throws IOException {
    try (FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      visitor.headers(1, false, ":method", "CONNECT", ":authority", "127.0.0.1:22");
      Answer plain = visitor.answer(1);
      assertThat(plain.status() == 405 || plain.error() == PROTOCOL_ERROR).isTrue();
      visitor.headers(3, false, request("CONNECT", "/chat", ":protocol", "websocket"));
      assertThat(visitor.answer(3).error()).isEqualTo(PROTOCOL_ERROR);
      visitor.headers(5, true, request("TRACE", "/"));
      assertThat(visitor.answer(5).status()).isEqualTo(405);
    }
  }
}
