package io.cade.proxy.http;

import static io.cade.proxy.testing.FrameVisitor.END_HEADERS;
import static io.cade.proxy.testing.FrameVisitor.END_STREAM;
import static io.cade.proxy.testing.FrameVisitor.HEADERS;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.testing.FrameVisitor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** RFC 7541, section by section, with header blocks written by hand. */
@Timeout(60)
class Rfc7541Test extends FrameTests {
  @Test // 2.3.3
  void indexThatDoesNotExistIsACompressionError() throws IOException {
    connectionError(
        visitor -> visitor.frame(HEADERS, END_HEADERS | END_STREAM, 1, bytes("ff 80 01")),
        COMPRESSION_ERROR);
    connectionError(
        visitor -> visitor.frame(HEADERS, END_HEADERS | END_STREAM, 1, bytes("80")),
        COMPRESSION_ERROR);
  }

  @Test // 4.2
  void tableThatGrowsBeyondTheSettingIsACompressionError() throws IOException {
    connectionError(
        visitor -> visitor.frame(HEADERS, END_HEADERS | END_STREAM, 1, bytes("3f e2 1f 82")),
        COMPRESSION_ERROR,
        PROTOCOL_ERROR);
  }

  @Test // 5.1
  void integerWithoutEndIsACompressionError() throws IOException {
    connectionError(
        visitor ->
            visitor.frame(
                HEADERS, END_HEADERS | END_STREAM, 1, bytes("ff ff ff ff ff ff ff ff ff ff ff ff")),
        COMPRESSION_ERROR);
  }

  @Test // 5.2
  void badPaddingAndEndSymbolOfHuffmanCodesAreCompressionErrors() throws IOException {
    for (String value : new String[] {"00 01 61 82 1f 00", "00 01 61 84 ff ff ff ff"}) {
      connectionError(
          visitor -> visitor.frame(HEADERS, END_HEADERS | END_STREAM, 1, bytes(value)),
          COMPRESSION_ERROR);
    }
  }

  @Test // 6.1, 6.2.1, C.3
  void tableIsKeptFromOneRequestToTheNext() throws IOException {
    try (FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      ByteArrayOutputStream first = new ByteArrayOutputStream();
      first.writeBytes(bytes("82 86 84")); // GET, http, /
      first.writeBytes(bytes("41 10")); // :authority, kept
      first.writeBytes("www.shop.example".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      visitor.frame(HEADERS, END_HEADERS | END_STREAM, 1, first.toByteArray());
      assertThat(visitor.answer(1).status()).isEqualTo(200);
      visitor.frame(HEADERS, END_HEADERS | END_STREAM, 3, bytes("82 86 84 be"));
      assertThat(visitor.answer(3).status()).isEqualTo(200);
    }
  }
}
