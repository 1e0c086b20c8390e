package io.cade.proxy.vrrp;

import static io.cade.proxy.vrrp.VrrpMachineTest.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.proxy.vrrp.VrrpReading.Heard;
import io.cade.proxy.vrrp.VrrpReading.Refused;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class VrrpReaderTest {
  private static final Inet4Address OWN = address("192.0.2.2");
  private static final Inet4Address OTHER = address("192.0.2.3");
  private static final Inet4Address GROUP = address("224.0.0.18");
  private static final List<Inet4Address> VIRTUAL =
      List.of(address("192.0.2.100"), address("192.0.2.101"));
  private static final VrrpPacket PACKET = new VrrpPacket(51, 150, 100, VIRTUAL);

  private final VrrpReader reader =
      new VrrpReader(new VrrpSettings(51, VIRTUAL, 100, true, Duration.ofSeconds(1)), OWN);

  /** With an IP header as the kernel gives it. */
  private static byte[] datagram(byte[] message, Inet4Address from, int ttl) {
    return ByteBuffer.allocate(20 + message.length)
        .put(new byte[] {0x45, (byte) 0xc0})
        .putShort((short) (20 + message.length))
        .putInt(0)
        .put((byte) ttl)
        .put((byte) 112)
        .putShort((short) 0)
        .put(from.getAddress())
        .put(GROUP.getAddress())
        .put(message)
        .array();
  }

  private VrrpReading read(byte[] datagram) {
    return reader.datagram(datagram, datagram.length);
  }

  /** A message that was changed before its checksum was set. */
  private VrrpReading changed(Consumer<byte[]> change) {
    byte[] message = PACKET.encode(OTHER, GROUP);
    message[6] = 0;
    message[7] = 0;
    change.accept(message);
    int sum = ~VrrpPacket.fold(VrrpPacket.sum(message, 0, message.length));
    message[6] = (byte) (sum >> 8);
    message[7] = (byte) sum;
    return read(datagram(message, OTHER, 255));
  }

  @Test
  void whatIsSentIsUnderstood() {
    assertThat(read(datagram(PACKET.encode(OTHER, GROUP), OTHER, 255)))
        .isEqualTo(new Heard(PACKET, OTHER, true));
  }

  @Test
  void encodingIsThatOfTheRfc() {
    VrrpPacket one = new VrrpPacket(51, 150, 100, VIRTUAL.subList(0, 1));
    byte[] message = one.encode(OTHER, GROUP);
    assertThat(HexFormat.of().formatHex(message, 0, 6)).isEqualTo("313396010064");
    assertThat(HexFormat.of().formatHex(message, 8, 12)).isEqualTo("c0000264");
    // RFC 1071 by hand: pseudo-header c000 0203 e000 0012 0070 000c, message without its checksum.
    int sum = 0xc000 + 0x0203 + 0xe000 + 0x0012 + 0x0070 + 0x000c;
    sum += 0x3133 + 0x9601 + 0x0064 + 0xc000 + 0x0264;
    sum = (sum & 0xffff) + (sum >> 16);
    assertThat(HexFormat.of().formatHex(message, 6, 8)).isEqualTo("%04x".formatted(~sum & 0xffff));
  }

  @Test
  void bothChecksumsAreTaken() {
    assertThat(changed(message -> {})).isEqualTo(new Heard(PACKET, OTHER, true));
  }

  @Test
  void otherAddressesAreHeededButTold() {
    assertThat(changed(message -> message[8 + 3] = 99))
        .isInstanceOfSatisfying(Heard.class, heard -> assertThat(heard.expected()).isFalse());
  }

  @Test
  void badInputIsRefusedWithItsReason() {
    byte[] good = PACKET.encode(OTHER, GROUP);
    assertThat(read(datagram(good, OTHER, 254))).isEqualTo(new Refused(VrrpFault.TTL));
    assertThat(read(datagram(PACKET.encode(OWN, GROUP), OWN, 255)))
        .isEqualTo(new Refused(VrrpFault.OWN_ADDRESS));
    assertThat(changed(m -> m[0] = 0x21)).isEqualTo(new Refused(VrrpFault.VERSION));
    assertThat(changed(m -> m[0] = 0x32)).isEqualTo(new Refused(VrrpFault.TYPE));
    assertThat(changed(m -> m[1] = 52)).isEqualTo(new Refused(VrrpFault.OTHER_ID));
    assertThat(changed(m -> m[3] = 1)).isEqualTo(new Refused(VrrpFault.LENGTH));
    assertThat(changed(m -> m[3] = 3)).isEqualTo(new Refused(VrrpFault.LENGTH));
    assertThat(changed(m -> m[5] = 0)).isEqualTo(new Refused(VrrpFault.CONTENT));
    byte[] damaged = good.clone();
    damaged[2]++;
    assertThat(read(datagram(damaged, OTHER, 255))).isEqualTo(new Refused(VrrpFault.CHECKSUM));
    byte[] none = {0x31, 51, 100, 0, 0, 100, 0, 0};
    int sum = ~VrrpPacket.fold(VrrpPacket.sum(none, 0, 8));
    none[6] = (byte) (sum >> 8);
    none[7] = (byte) sum;
    assertThat(read(datagram(none, OTHER, 255))).isEqualTo(new Refused(VrrpFault.CONTENT));
  }

  @Test
  void reservedBitsAreOverlooked() {
    assertThat(changed(m -> m[4] |= (byte) 0xf0)).isEqualTo(new Heard(PACKET, OTHER, true));
  }

  @Test
  void everyCutDatagramIsRefused() {
    byte[] whole = datagram(PACKET.encode(OTHER, GROUP), OTHER, 255);
    for (int length = 0; length < whole.length; length++) {
      assertThat(reader.datagram(whole, length)).isEqualTo(new Refused(VrrpFault.LENGTH));
    }
  }

  @Test
  void noBytesBreakTheReader() {
    long seed = 20_260_101;
    Random random = new Random(seed);
    byte[] good = datagram(PACKET.encode(OTHER, GROUP), OTHER, 255);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = good.clone();
      for (int k = random.nextInt(4); k >= 0; k--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      assertThat(reader.datagram(bytes, random.nextInt(bytes.length + 1)))
          .as("seed %s", seed)
          .isNotNull();
    }
  }

  @Test
  void impossiblePacketsCannotBeMade() {
    assertThatThrownBy(() -> new VrrpPacket(0, 1, 1, VIRTUAL))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new VrrpPacket(1, 256, 1, VIRTUAL))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new VrrpPacket(1, 1, 4096, VIRTUAL))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new VrrpPacket(1, 1, 1, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
