package io.cade.proxy.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

// Closing an embedded channel is done when it returns; HTTP is shown byte by byte.
@SuppressWarnings({"FutureReturnValueIgnored", "StringConcatToTextBlock"})
class ResponseDecoderTest {
  private final ResponseDecoder decoder = new ResponseDecoder(64, 256);
  private final EmbeddedChannel channel = new EmbeddedChannel(decoder);

  @AfterEach
  void nothingIsLeft() {
    channel.finishAndReleaseAll();
  }

  /** What came out: status, then body parts, then "." for the end; "!" for a failure. */
  private String seen() {
    StringBuilder text = new StringBuilder();
    for (Object part = channel.readInbound(); part != null; part = channel.readInbound()) {
      switch (part) {
        case HttpResponse head ->
            text.append(head.decoderResult().isFailure() ? "!" : head.status().toString() + "|");
        case HttpContent content -> {
          text.append(content.content().toString(StandardCharsets.ISO_8859_1));
          if (content instanceof LastHttpContent last) {
            last.trailingHeaders().forEach(t -> text.append('{').append(t.getKey()).append('}'));
            text.append('.');
          }
        }
        case ByteBuf unasked -> text.append("unasked ").append(unasked.readableBytes());
        default -> text.append(part);
      }
      ReferenceCountUtil.release(part);
    }
    return text.toString();
  }

  private String read(String bytes) {
    channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1));
    return seen();
  }

  private String answer(String bytes) {
    decoder.expect(false);
    return read(bytes);
  }

  @Test
  void bodyEndsWhereItsLengthSays() {
    assertThat(answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")).isEqualTo("200 OK|abc.");
    assertThat(answer("HTTP/1.1 404 Not here\r\nContent-Length: 0\r\n\r\n"))
        .isEqualTo("404 Not here|.");
  }

  @Test
  void chunksAndTheirTrailersAreRead() {
    assertThat(
            answer(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
                    + "3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n"))
        .isEqualTo("200 OK|abc0123456789{X-Sum}.");
  }

  @Test
  void withoutLengthTheEndOfTheConnectionIsTheEnd() {
    assertThat(answer("HTTP/1.0 200 OK\r\n\r\nabc")).isEqualTo("200 OK|abc");
    channel.close();
    assertThat(seen()).isEqualTo(".");
  }

  @Test
  void truncatedBodyHasNoEnd() {
    assertThat(answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc")).isEqualTo("200 OK|abc");
    channel.close();
    assertThat(seen()).isEmpty();
  }

  @Test
  void answersThatNeverHaveABodyEndWithTheirHead() {
    decoder.expect(true);
    assertThat(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")).isEqualTo("200 OK|.");
    assertThat(answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"))
        .isEqualTo("304 Not Modified|.");
    assertThat(answer("HTTP/1.1 204 No Content\r\n\r\n")).isEqualTo("204 No Content|.");
  }

  @Test
  void interimAnswersComeBeforeTheFinalOne() {
    assertThat(
            answer(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                    + "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"))
        .isEqualTo("100 Continue|.103 Early Hints|.200 OK|x.");
  }

  @Test
  void bytesThatNobodyAskedForAreNoAnswer() {
    assertThat(read("HTTP/1.1 200 OK\r\n")).isEqualTo("unasked 17");
    assertThat(answer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP"))
        .isEqualTo("200 OK|x.unasked 4");
    decoder.expect(true);
    assertThat(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"))
        .isEqualTo("200 OK|.unasked 2");
  }

  @Test
  void afterASwitchNothingIsTakenForHttp() {
    assertThat(answer("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n\u0001\u0002"))
        .isEqualTo("101 Switching|.");
    channel.pipeline().remove(decoder);
    assertThat(seen()).isEqualTo("unasked 2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 099 No\r\n\r\n",
        "HTTP/1.1 200 OK\nContent-Length: 1\n\nx",
        "HTTP/1.1 200 OK\r\nA: 1\r\n folded\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: no name\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: nul\0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
      })
  void whatIsNoProperHeadIsAFailure(String bytes) {
    assertThat(answer(bytes)).isEqualTo("!");
    assertThat(read("HTTP/1.1 200 OK\r\n\r\n")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\nabc\r\n",
        "-1\r\nabc\r\n",
        "0x3\r\nabc\r\n",
        " 3\r\nabc\r\n",
        "3 \r\nabc\r\n",
        "3\nabc\r\n",
        "3;\0\r\nabc\r\n",
        "1000000000000000\r\nabc\r\n",
        "g\r\n",
        "0\r\nbad trailer\r\n\r\n",
        "0\r\nA: 1\n\r\n"
      })
  void chunksThatReadersCouldTakeDifferentlyAreAFailure(String chunks) {
    assertThat(answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks))
        .isEqualTo("200 OK|!");
  }

  @Test
  void chunkThatIsLongerThanItSaysIsAFailure() {
    assertThat(answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n"))
        .isEqualTo("200 OK|abc!");
  }

  @Test
  void headsBeyondTheLimitsAreAFailure() {
    assertThat(answer("HTTP/1.1 200 " + "x".repeat(64))).isEqualTo("!");
    EmbeddedChannel other = new EmbeddedChannel();
    ResponseDecoder second = new ResponseDecoder(64, 256);
    other.pipeline().addLast(second);
    second.expect(false);
    other.writeInbound(
        Unpooled.copiedBuffer(
            "HTTP/1.1 200 OK\r\nA: " + "x".repeat(260), StandardCharsets.US_ASCII));
    HttpResponse failed = other.readInbound();
    assertThat(failed.decoderResult().isFailure()).isTrue();
    other.finishAndReleaseAll();
  }

  @Test
  void cutIntoSingleBytesItReadsTheSame() {
    String bytes =
        "HTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "3\r\nabc\r\n0\r\nT: 1\r\n\r\n";
    String whole = answer(bytes);
    decoder.expect(false);
    StringBuilder parts = new StringBuilder();
    for (int i = 0; i < bytes.length(); i++) {
      parts.append(read(bytes.substring(i, i + 1)));
    }
    assertThat(parts.toString()).isEqualTo(whole).isEqualTo("103 Early|.200 OK|abc{T}.");
  }
}
