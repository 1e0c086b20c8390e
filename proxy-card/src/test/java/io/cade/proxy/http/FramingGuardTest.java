package io.cade.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FramingGuardTest {
  private static final String GET = "GET / HTTP/1.1\r\n";
  private static final String HOST = "Host: www.shop.example\r\n";

  private static Inspection inspect(String head) {
    byte[] bytes = (head + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    return FramingGuard.inspect(bytes, bytes.length);
  }

  private static void refused(FramingFault fault, String head) {
    assertThat(inspect(head)).as(head).isEqualTo(fault);
  }

  private static HeadFacts accepted(String head) {
    assertThat(inspect(head)).as(head).isInstanceOf(HeadFacts.class);
    return (HeadFacts) inspect(head);
  }

  @Test
  void plainRequestPasses() {
    HeadFacts facts = accepted(GET + HOST);
    assertThat(facts.host()).isEqualTo("www.shop.example");
    assertThat(facts.version()).isEqualTo(Version.HTTP_1_1);
    assertThat(facts.hasBody()).isFalse();
  }

  @Test
  void hostIsComparedInLowerCaseWithoutPortAndTrailingDot() {
    assertThat(accepted(GET + "Host: WWW.Shop.Example.:8080\r\n").host())
        .isEqualTo("www.shop.example");
    assertThat(accepted(GET + "host:\t[::1]:80 \r\n").host()).isEqualTo("[::1]");
  }

  @Test
  void lengthTogetherWithCodingIsRefusedInEitherOrder() {
    String length = "Content-Length: 4\r\n";
    String coding = "Transfer-Encoding: chunked\r\n";
    refused(FramingFault.LENGTH_AND_CODING, GET + HOST + length + coding);
    refused(FramingFault.LENGTH_AND_CODING, GET + HOST + coding + length);
  }

  @Test
  void severalLengthsAreRefusedEvenWhenEqual() {
    String length = "Content-Length: 4\r\n";
    refused(FramingFault.LENGTH_SEVERAL, GET + HOST + length + length);
    refused(FramingFault.LENGTH_INVALID, GET + HOST + "Content-Length: 4, 4\r\n");
  }

  @Test
  void oddLengthsAreRefused() {
    for (String odd :
        new String[] {"", "+4", "-4", "0x4", "4e0", "4 4", "4;", "\u00b2", "1234567890123456789"}) {
      refused(FramingFault.LENGTH_INVALID, GET + HOST + "Content-Length: " + odd + "\r\n");
    }
  }

  @Test
  void codingsOtherThanChunkedAloneAreRefused() {
    for (String odd :
        new String[] {
          "xchunked",
          "chunked, identity",
          "identity",
          "gzip, chunked",
          "chunked;q=1",
          "chunked,",
          ""
        }) {
      refused(FramingFault.CODING_UNKNOWN, GET + HOST + "Transfer-Encoding: " + odd + "\r\n");
    }
    String chunked = "Transfer-Encoding: chunked\r\n";
    refused(FramingFault.CODING_SEVERAL, GET + HOST + chunked + chunked);
    refused(FramingFault.CODING_WITH_HTTP_1_0, "GET / HTTP/1.0\r\n" + HOST + chunked);
    assertThat(accepted(GET + HOST + "transfer-encoding: CHUNKED\r\n").hasBody()).isTrue();
  }

  @Test
  void noHostOrSeveralOrMalformedOnesAreRefused() {
    refused(FramingFault.HOST_MISSING, GET);
    refused(FramingFault.HOST_SEVERAL, GET + HOST + HOST);
    for (String odd :
        new String[] {
          "",
          "a b",
          "a,b",
          "user@a",
          "a/b",
          "a:",
          "a:8x",
          "a:123456",
          ":80",
          ".",
          "[::1",
          "[::g]",
          "a%2eb",
          "a\u00e4"
        }) {
      refused(FramingFault.HOST_INVALID, GET + "Host: " + odd + "\r\n");
    }
  }

  @Test
  void foldedHeadersAreRefused() {
    refused(FramingFault.FOLDED_HEADER, GET + HOST + "X: a\r\n b\r\n");
    refused(FramingFault.FOLDED_HEADER, GET + HOST + "X: a\r\n\tContent-Length: 5\r\n");
    refused(FramingFault.FOLDED_HEADER, GET + " " + HOST);
  }

  @Test
  void headerNamesWithSpacesOrStrangeBytesAreRefused() {
    for (String odd :
        new String[] {
          "Content-Length : 5",
          "Content Length: 5",
          ": 5",
          "NoColon",
          "X\u00e4: 1",
          "X\0: 1",
          "X(a): 1",
          "Transfer-Encoding\u000b: chunked"
        }) {
      refused(FramingFault.HEADER_NAME, GET + HOST + odd + "\r\n");
    }
  }

  @Test
  void controlCharactersInValuesAreRefused() {
    refused(FramingFault.CONTROL_CHARACTER, GET + HOST + "X: a\0b\r\n");
    refused(FramingFault.CONTROL_CHARACTER, GET + HOST + "X: a\u007f\r\n");
    refused(FramingFault.CONTROL_CHARACTER, GET + HOST + "Transfer-Encoding: \u000bchunked\r\n");
    refused(FramingFault.BARE_CR, GET + HOST + "X: a\rContent-Length: 5\r\n");
    accepted(GET + HOST + "X: tab\tand \u00e4 are allowed\r\n");
  }

  @Test
  void requestLinesOfAnyOtherFormAreRefused() {
    for (String odd :
        new String[] {
          "GET  / HTTP/1.1",
          "GET / HTTP/1.1 ",
          " GET / HTTP/1.1",
          "GET /a b HTTP/1.1",
          "GET /",
          "GET\t/ HTTP/1.1",
          "G@T / HTTP/1.1",
          "GET /\u00e4 HTTP/1.1",
          "GET /\0 HTTP/1.1"
        }) {
      refused(FramingFault.REQUEST_LINE, odd + "\r\n" + HOST);
    }
    refused(FramingFault.TARGET, "GET /a#b HTTP/1.1\r\n" + HOST);
    refused(FramingFault.TARGET, "GET a HTTP/1.1\r\n" + HOST);
    refused(FramingFault.TARGET, "GET * HTTP/1.1\r\n" + HOST);
    accepted("OPTIONS * HTTP/1.1\r\n" + HOST);
  }

  @Test
  void otherVersionsAreRefused() {
    refused(FramingFault.VERSION, "GET / HTTP/2.0\r\n" + HOST);
    refused(FramingFault.VERSION, "GET / HTTP/1.2\r\n" + HOST);
    refused(FramingFault.REQUEST_LINE, "GET / http/1.1\r\n" + HOST);
  }

  @Test
  void connectAndTraceAreNotAllowed() {
    refused(FramingFault.METHOD_NOT_ALLOWED, "CONNECT a:80 HTTP/1.1\r\n" + HOST);
    refused(FramingFault.METHOD_NOT_ALLOWED, "TRACE / HTTP/1.1\r\n" + HOST);
  }

  @Test
  void absoluteTargetMustNameTheHostOfItsHostHeader() {
    HeadFacts facts = accepted("GET http://www.shop.example?a=1 HTTP/1.1\r\n" + HOST);
    assertThat(facts.originTarget()).isEqualTo("/?a=1");
    refused(FramingFault.TARGET_HOST_MISMATCH, "GET http://evil.example/ HTTP/1.1\r\n" + HOST);
  }

  @Test
  void tooManyHeadersAreRefused() {
    refused(
        FramingFault.TOO_MANY_HEADERS, GET + HOST + "X: 1\r\n".repeat(FramingGuard.MAX_HEADERS));
    accepted(GET + HOST + "X: 1\r\n".repeat(FramingGuard.MAX_HEADERS - 1));
  }
}
