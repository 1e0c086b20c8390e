package io.cade.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.relay.ProxyHeaderReader.Header;
import io.cade.proxy.relay.ProxyHeaderReader.Incomplete;
import io.cade.proxy.relay.ProxyHeaderReader.Malformed;
import io.cade.proxy.relay.ProxyHeaderReader.None;
import io.cade.proxy.relay.ProxyHeaderReader.Result;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class ProxyHeaderReaderTest {
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
  private static final String IPV4 = "cb007107 7f000001 04d2 0050";

  private static Result read(String line) {
    return ProxyHeaderReader.read(Unpooled.copiedBuffer(line, StandardCharsets.ISO_8859_1));
  }

  private static Result readHex(String hex) {
    return ProxyHeaderReader.read(Unpooled.wrappedBuffer(bytes(hex)));
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  @Test
  void visitorOfBothVersionsAndFamiliesIsRead() {
    assertThat(read("PROXY TCP4 203.0.113.7 127.0.0.1 1234 80\r\nGET"))
        .isEqualTo(new Header(new InetSocketAddress("203.0.113.7", 1234)));
    assertThat(read("PROXY TCP6 2001:db8::7 ::1 1234 80\r\n"))
        .isEqualTo(new Header(new InetSocketAddress("2001:db8::7", 1234)));
    assertThat(readHex(SIGNATURE + "21 11 000c" + IPV4))
        .isEqualTo(new Header(new InetSocketAddress("203.0.113.7", 1234)));
    assertThat(
            readHex(
                SIGNATURE
                    + "21 21 0024 20010db8000000000000000000000007"
                    + "00000000000000000000000000000001 04d2 0050"))
        .isEqualTo(new Header(new InetSocketAddress("2001:db8::7", 1234)));
  }

  @Test
  void whatFollowsTheHeaderStays() {
    ByteBuf in = Unpooled.copiedBuffer("PROXY UNKNOWN whatever\r\nGET", StandardCharsets.US_ASCII);
    assertThat(ProxyHeaderReader.read(in)).isEqualTo(new Header(null));
    assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("GET");
  }

  @Test
  void balancerThatSpeaksForItselfTellsNoVisitor() {
    assertThat(readHex(SIGNATURE + "20 00 0000")).isEqualTo(new Header(null));
    assertThat(readHex(SIGNATURE + "21 31 0000")).isEqualTo(new Header(null));
  }

  @Test
  void everythingElseIsNoHeader() {
    assertThat(read("POST / HTTP/1.1\r\n")).isEqualTo(new None());
    assertThat(read("\r\n\r\nGET")).isEqualTo(new None());
    assertThat(read("PRI * HTTP/2.0\r\n")).isEqualTo(new None());
  }

  @Test
  void headerCutAnywhereIsWaitedFor() {
    String line = "PROXY TCP4 203.0.113.7 127.0.0.1 1234 80\r\n";
    for (int cut = 1; cut < line.length(); cut++) {
      assertThat(read(line.substring(0, cut))).isEqualTo(new Incomplete());
    }
    byte[] v2 = bytes(SIGNATURE + "21 11 000c" + IPV4);
    for (int cut = 1; cut < v2.length; cut++) {
      ByteBuf in = Unpooled.wrappedBuffer(v2, 0, cut);
      assertThat(ProxyHeaderReader.read(in)).isEqualTo(new Incomplete());
      assertThat(in.readableBytes()).isEqualTo(cut);
    }
  }

  @Test
  void lineThatTwoReadersCouldReadDifferentlyIsRefused() {
    for (String line :
        new String[] {
          "PROXY TCP4 203.0.113.7 127.0.0.1 1234 80\n",
          "PROXY TCP4 203.0.113.7\r127.0.0.1 1234 80\r\n",
          "PROXY TCP4  203.0.113.7 127.0.0.1 1234 80\r\n",
          "PROXY TCP4 203.0.113.7 127.0.0.1 1234\r\n",
          "PROXY TCP4 203.0.113.7 127.0.0.1 1234 80 9\r\n",
          "PROXY TCP4 203.0.113.256 127.0.0.1 1234 80\r\n",
          "PROXY TCP4 203.0.7 127.0.0.1 1234 80\r\n",
          "PROXY TCP4 0xcb007107 127.0.0.1 1234 80\r\n",
          "PROXY TCP4 2001:db8::7 127.0.0.1 1234 80\r\n",
          "PROXY TCP6 203.0.113.7 ::1 1234 80\r\n",
          "PROXY TCP6 fe80::1%lo ::1 1234 80\r\n",
          "PROXY TCP4 203.0.113.7 127.0.0.1 65536 80\r\n",
          "PROXY TCP4 203.0.113.7 127.0.0.1 +1 80\r\n",
          "PROXY TCP4 203.0.113.7 127.0.0.1 01234 80\r\n",
          "PROXY TCP5 203.0.113.7 127.0.0.1 1234 80\r\n",
          "PROXY TCP4 visitor.example 127.0.0.1 1234 80\r\n",
          "PROXY UNKNOWN " + "x".repeat(200),
        }) {
      assertThat(read(line)).as(line).isInstanceOf(Malformed.class);
    }
  }

  @Test
  void binaryHeaderOfAnotherFormIsRefused() {
    for (String header :
        new String[] {
          "31 11 000c" + IPV4, // version 3
          "22 11 000c" + IPV4, // command unknown
          "21 11 0008 cb007107 7f000001", // addresses cut off
          "21 11 ffff" + IPV4, // too long
          "21 11 000e" + IPV4 + "04 00", // extension without a size
          "21 11 000f" + IPV4 + "04 0001", // extension beyond the end
          "21 11 0010" + IPV4 + "03 0001 00", // checksum of one byte
        }) {
      assertThat(readHex(SIGNATURE + header)).as(header).isInstanceOf(Malformed.class);
    }
  }

  @Test
  void checksumIsChecked() {
    byte[] header = bytes(SIGNATURE + "21 11 0017" + IPV4 + "04 0001 00 03 0004 00000000");
    CRC32C crc = new CRC32C();
    crc.update(header);
    String good =
        HexFormat.of().formatHex(header, 0, header.length - 4)
            + HexFormat.of().toHexDigits((int) crc.getValue());
    assertThat(readHex(good)).isInstanceOf(Header.class);
    assertThat(
            readHex(
                good.substring(0, good.length() - 1)
                    + "z".replace('z', good.endsWith("0") ? '1' : '0')))
        .isInstanceOf(Malformed.class);
  }
}
