package io.cade.engine.dhcp.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.dhcp.wire.Decoded.Reason;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DhcpCodecTest {
  private static final MacAddress MAC = new MacAddress("02:00:00:01:03:00");

  @Test
  void whatIsWrittenIsReadBackTheSame() {
    long seed = System.nanoTime();
    System.out.println("DhcpCodecTest.whatIsWrittenIsReadBackTheSame seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      DhcpMessage message = random(random);
      assertThat(decode(DhcpCodec.encode(message, DhcpCodec.MAX_BYTES)))
          .as("seed %d, message %d", seed, i)
          .isEqualTo(message);
    }
  }

  @Test
  void whatDoesNotFitIsLeftOutWholeAndTheRestIsTrue() {
    long seed = System.nanoTime();
    System.out.println("DhcpCodecTest.whatDoesNotFit seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    int overloaded = 0;
    for (int i = 0; i < 20_000; i++) {
      DhcpMessage message = random(random);
      if (message.options().get(82).filter(o -> o.length() > 100).isPresent()) {
        continue;
      }
      byte[] bytes = DhcpCodec.encode(message, 548);
      assertThat(bytes.length).isLessThanOrEqualTo(548);
      DhcpMessage read = decode(bytes);
      assertThat(message.options().all()).containsAllEntriesOf(read.options().all());
      assertThat(read.options().get(82)).isEqualTo(message.options().get(82));
      if (bytes[108] != 0 && message.bootFile().isEmpty()) {
        overloaded++;
      }
    }
    assertThat(overloaded).as("messages that needed the boot file field").isPositive();
  }

  @Test
  void noMutilatedMessageThrows() {
    long seed = System.nanoTime();
    System.out.println("DhcpCodecTest.noMutilatedMessageThrows seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    int understood = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = DhcpCodec.encode(random(random), DhcpCodec.MAX_BYTES);
      if (random.nextInt(4) == 0) {
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      }
      for (int flips = random.nextInt(8); flips > 0 && bytes.length > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      if (DhcpCodec.decode(bytes) instanceof Decoded.Message) {
        understood++;
      }
    }
    assertThat(understood).isPositive();
  }

  @Test
  void aDatagramShorterThanTheFixedPartIsTooShort() {
    assertThat(DhcpCodec.decode(new byte[239])).isEqualTo(new Decoded.Malformed(Reason.TOO_SHORT));
    assertThat(DhcpCodec.decode(new byte[0])).isEqualTo(new Decoded.Malformed(Reason.TOO_SHORT));
  }

  @Test
  void aDatagramOverTheLimitIsTooLong() {
    assertThat(DhcpCodec.decode(new byte[4097])).isEqualTo(new Decoded.Malformed(Reason.TOO_LONG));
  }

  @Test
  void aWrongCookieIsRefused() {
    byte[] bytes = discover();
    bytes[236]++;
    assertMalformed(bytes, Reason.BAD_COOKIE);
  }

  @Test
  void aHardwareAddressLongerThanItsFieldIsRefused() {
    byte[] bytes = discover();
    bytes[2] = (byte) 255;
    assertMalformed(bytes, Reason.BAD_HARDWARE_LENGTH);
  }

  @Test
  void anOptionThatReachesBeyondTheEndIsTruncated() {
    assertMalformed(withOptions(53, 1, 1, 12, 60, 'a'), Reason.TRUNCATED_OPTION);
    assertMalformed(withOptions(53, 1, 1, 12), Reason.TRUNCATED_OPTION);
  }

  @Test
  void anOptionOfFixedLengthWithAnotherOneIsRefused() {
    assertMalformed(withOptions(53, 2, 1, 1, 255), Reason.BAD_OPTION_LENGTH);
    assertMalformed(withOptions(53, 1, 1, 50, 3, 1, 2, 3, 255), Reason.BAD_OPTION_LENGTH);
    // Twice four bytes are eight (RFC 3396), not two addresses to choose from.
    assertMalformed(
        withOptions(54, 4, 1, 2, 3, 4, 54, 4, 1, 2, 3, 5, 255), Reason.BAD_OPTION_LENGTH);
  }

  @Test
  void anOverloadThatOverloadsItselfEndsThere() {
    byte[] bytes = withOptions(53, 1, 1, 52, 1, 1, 255);
    byte[] file = {52, 1, 2, (byte) 255};
    System.arraycopy(file, 0, bytes, 108, file.length);
    assertMalformed(bytes, Reason.BAD_OVERLOAD);
    assertMalformed(withOptions(52, 1, 4, 255), Reason.BAD_OVERLOAD);
    assertMalformed(withOptions(52, 0, 255), Reason.BAD_OVERLOAD);
    assertMalformed(withOptions(52, 1, 1, 52, 1, 1, 255), Reason.BAD_OVERLOAD);
  }

  @Test
  void optionsInFileAndServerNameAreJoinedInTheOrderOfTheRfc() {
    byte[] bytes = withOptions(53, 1, 1, 12, 1, 'a', 52, 1, 3, 255);
    byte[] file = {12, 1, 'b', (byte) 255};
    byte[] name = {12, 1, 'c', 60, 1, 'v', (byte) 255};
    System.arraycopy(file, 0, bytes, 108, file.length);
    System.arraycopy(name, 0, bytes, 44, name.length);
    DhcpMessage message = decode(bytes);
    assertThat(message.options().get(12)).contains(Octets.ofText("abc"));
    assertThat(message.options().get(60)).contains(Octets.ofText("v"));
    assertThat(message.bootFile()).isEmpty();
    assertThat(message.serverName()).isEmpty();
  }

  @Test
  void aMissingEndAndPaddingAreForgiven() {
    assertThat(decode(withOptions(0, 0, 53, 1, 1)).type()).contains(MessageType.DISCOVER);
  }

  @Test
  void relayInformationIsTheLastOption() {
    DhcpMessage message =
        DhcpMessage.fromClient(
            MAC,
            7,
            0,
            DhcpOptions.builder()
                .put(82, RelayInformation.ofCircuit("1/3").encode())
                .put(MessageType.DISCOVER)
                .build());
    byte[] bytes = DhcpCodec.encode(message, 548);
    assertThat(Arrays.copyOfRange(bytes, 240, 252))
        .containsExactly(53, 1, 1, 82, 5, 1, 3, '1', '/', '3', 255, 0);
  }

  @Test
  void aMessageIsNeverShorterThanBootpsThreeHundredBytes() {
    assertThat(discover()).hasSize(300);
  }

  @Test
  void relayInformationWithBrokenSubOptionsIsNotRead() {
    assertThat(RelayInformation.parse(Octets.of(new byte[] {1, 5, '1'}))).isEmpty();
    assertThat(RelayInformation.parse(Octets.of(new byte[] {1}))).isEmpty();
    assertThat(RelayInformation.parse(Octets.of(new byte[] {1, 1, 'a', 1, 1, 'b'}))).isEmpty();
    RelayInformation both =
        new RelayInformation(Map.of(1, Octets.ofText("1/3"), 2, Octets.ofText("hub")));
    assertThat(RelayInformation.parse(both.encode())).contains(both);
  }

  @Test
  void circuitIdsAreReadOnlyInTheirOneForm() {
    assertThat(CircuitId.parse(Octets.ofText("1/3"))).contains(new CardPosition(1, 3));
    assertThat(CircuitId.parse(Octets.ofText("20/14"))).contains(new CardPosition(20, 14));
    for (String bad :
        new String[] {"", "1", "0/1", "1/0", "01/3", "21/1", "1/15", "1/3\0", "a/b"}) {
      assertThat(CircuitId.parse(Octets.ofText(bad))).as(bad).isEmpty();
    }
  }

  private static byte[] discover() {
    return DhcpCodec.encode(
        DhcpMessage.fromClient(MAC, 1, 0, DhcpOptions.builder().put(MessageType.DISCOVER).build()),
        548);
  }

  private static byte[] withOptions(int... options) {
    byte[] bytes = Arrays.copyOf(discover(), 240 + options.length);
    for (int i = 0; i < options.length; i++) {
      bytes[240 + i] = (byte) options[i];
    }
    return bytes;
  }

  private static void assertMalformed(byte[] bytes, Reason reason) {
    assertThat(DhcpCodec.decode(bytes)).isEqualTo(new Decoded.Malformed(reason));
  }

  private static DhcpMessage decode(byte[] bytes) {
    Decoded decoded = DhcpCodec.decode(bytes);
    assertThat(decoded).isInstanceOf(Decoded.Message.class);
    return ((Decoded.Message) decoded).message();
  }

  private static DhcpMessage random(SplittableRandom r) {
    DhcpOptions.Builder options = DhcpOptions.builder();
    for (int n = r.nextInt(12); n > 0; n--) {
      int code = 1 + r.nextInt(254);
      int length =
          switch (code) {
            case 1, 50, 51, 54, 58, 59, 118 -> 4;
            case 80 -> 0;
            case 93 -> 2 * r.nextInt(4);
            case 53 -> 1;
            case 57 -> 2;
            case 52 -> -1;
            default -> r.nextInt(8) == 0 ? r.nextInt(600) : r.nextInt(40);
          };
      if (length >= 0 && n * 600 < 3600) {
        options.put(code, Octets.of(bytes(r, length)));
      }
    }
    return new DhcpMessage(
        r.nextBoolean(),
        r.nextInt(256),
        Octets.of(bytes(r, r.nextInt(17))),
        r.nextInt(256),
        r.nextInt(),
        r.nextInt(65536),
        r.nextBoolean(),
        new Ipv4Address(r.nextInt()),
        new Ipv4Address(r.nextInt()),
        new Ipv4Address(r.nextInt()),
        new Ipv4Address(r.nextInt()),
        r.nextInt(3) > 0 ? "" : text(r, r.nextInt(64)),
        r.nextInt(3) > 0 ? "" : text(r, r.nextInt(128)),
        options.build());
  }

  private static byte[] bytes(SplittableRandom r, int length) {
    byte[] bytes = new byte[length];
    r.nextBytes(bytes);
    return bytes;
  }

  private static String text(SplittableRandom r, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) (1 + r.nextInt(255)));
    }
    return text.toString();
  }
}
