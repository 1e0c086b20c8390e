package io.cade.engine.datagram.raw;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.MacAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FramesTest {
  private static final MacAddress A = new MacAddress("02:00:00:00:00:0a");
  private static final MacAddress B = new MacAddress("02:00:00:00:00:0b");
  private static final int SERVER = 0x0a4d0101;
  private static final int CLIENT = 0x0a4d0103;

  private static UdpFrame frame(byte[] payload) {
    return new UdpFrame(A, B, SERVER, 67, CLIENT, 68, payload);
  }

  @Test
  void whatWasWrittenIsReadAgain() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      byte[] payload = new byte[random.nextInt(1473)];
      random.nextBytes(payload);
      byte[] bytes = frame(payload).encode();
      assertThat(bytes).hasSize(payload.length + UdpFrame.HEADERS);
      assertThat(UdpFrame.read(bytes, bytes.length, true))
          .isInstanceOfSatisfying(
              UdpFrame.Read.Good.class,
              good -> {
                assertThat(good.frame().payload()).isEqualTo(payload);
                assertThat(good.frame().to()).isEqualTo(A);
                assertThat(good.frame().from()).isEqualTo(B);
                assertThat(good.frame().sourceAddress()).isEqualTo(SERVER);
                assertThat(good.frame().sourcePort()).isEqualTo(67);
                assertThat(good.frame().destinationAddress()).isEqualTo(CLIENT);
                assertThat(good.frame().destinationPort()).isEqualTo(68);
              });
    }
  }

  @Test
  void paddingOfShortFramesIsNoPayload() {
    byte[] bytes = new byte[60];
    byte[] encoded = frame(new byte[] {1, 2, 3}).encode();
    System.arraycopy(encoded, 0, bytes, 0, encoded.length);
    bytes[59] = 77;
    assertThat(UdpFrame.read(bytes, 60, true))
        .isInstanceOfSatisfying(
            UdpFrame.Read.Good.class,
            g -> assertThat(g.frame().payload()).containsExactly(1, 2, 3));
  }

  @Test
  void everyFlippedBitOfHeadersAndPayloadIsNoticed() {
    byte[] good = frame("payload".getBytes(StandardCharsets.US_ASCII)).encode();
    for (int bit = 14 * 8; bit < good.length * 8; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(UdpFrame.read(bad, bad.length, true))
          .as("bit " + bit)
          .isInstanceOf(UdpFrame.Read.Bad.class);
    }
  }

  @Test
  void aChecksumLeftToTheNetworkCardIsNotHeldAgainstTheFrame() {
    byte[] bytes = frame(new byte[] {1, 2, 3}).encode();
    bytes[40] ^= 1;
    assertThat(UdpFrame.read(bytes, bytes.length, true))
        .isEqualTo(new UdpFrame.Read.Bad(UdpFrame.Fault.BAD_CHECKSUM));
    assertThat(UdpFrame.read(bytes, bytes.length, false)).isInstanceOf(UdpFrame.Read.Good.class);
  }

  @Test
  void noLengthAndNoNoiseMakesItFail() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    byte[] good = frame(new byte[300]).encode();
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = good.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        bytes[random.nextInt(60)] = (byte) random.nextInt();
      }
      int length = random.nextInt(bytes.length + 1);
      assertThat(UdpFrame.read(bytes, length, false)).isNotNull();
      assertThat(ArpFrame.read(bytes, length)).isNotNull();
    }
  }

  @Test
  void aProbeAsksForAnAddressWithoutClaimingOne() {
    byte[] probe = ArpFrame.probe(A, CLIENT).encode();
    assertThat(HexFormat.of().formatHex(probe))
        .isEqualTo(
            "ffffffffffff"
                + "02000000000a"
                + "0806"
                + "0001080006040001"
                + "02000000000a"
                + "00000000"
                + "000000000000"
                + "0a4d0103");
    assertThat(ArpFrame.read(probe, probe.length)).contains(ArpFrame.probe(A, CLIENT));
  }

  @Test
  void anAddressIsInUseWhenSomebodyElseHasItOrProbesForIt() {
    ArpFrame reply = new ArpFrame(ArpFrame.Operation.REPLY, B, CLIENT, A, 0);
    assertThat(reply.claims(CLIENT, A)).isTrue();
    assertThat(reply.claims(SERVER, A)).isFalse();
    assertThat(ArpFrame.probe(B, CLIENT).claims(CLIENT, A)).isTrue();
    assertThat(ArpFrame.probe(A, CLIENT).claims(CLIENT, A)).isFalse();
    // Somebody who only wants to talk to it.
    assertThat(new ArpFrame(ArpFrame.Operation.REQUEST, B, SERVER, A, CLIENT).claims(CLIENT, A))
        .isFalse();
  }
}
