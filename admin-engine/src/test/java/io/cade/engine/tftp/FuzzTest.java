package io.cade.engine.tftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.boottree.TreeFixture;
import io.cade.engine.datagram.VirtualNetwork;
import io.cade.engine.dhcp.wire.Ipv4Address;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Seeded mutations of real packets against codec and server. {@code -Dcade.fuzz.inputs=10000000}
 * for a long run, {@code -Dcade.fuzz.seed=N} to repeat one.
 */
class FuzzTest {
  private static final int INPUTS = Integer.getInteger("cade.fuzz.inputs", 100_000);
  private static final long SEED = Long.getLong("cade.fuzz.seed", System.nanoTime());
  private static final InetSocketAddress SERVER = Ipv4Address.of(127, 0, 0, 1).port(69);
  private static final InetSocketAddress CARD = Ipv4Address.of(127, 1, 1, 3).port(2000);

  private static final List<byte[]> CORPUS =
      List.of(
          text("\0\1pxelinux.0\0octet\0blksize\0" + "1456\0tsize\0" + "0\0"),
          text("\0\1boot.ipxe\0octet\0tsize\0" + "0\0blksize\0" + "1432\0windowsize\0" + "64\0"),
          text("\0\1f\0netascii\0"),
          text("\0\2crash/core\0octet\0tsize\0" + "100000\0timeout\0" + "3\0"),
          text("\0\3\0\1content"),
          text("\0\4\0\0"),
          text("\0\4\0\1"),
          text("\0\5\0\10Illegal options\0"),
          text("\0\6blksize\0" + "1456\0tsize\0" + "74\0"));

  @Test
  void noInputBreaksTheCodecAndWhatItReadsItWritesAlike() {
    System.out.println("seed " + SEED);
    Random random = new Random(SEED);
    long good = 0;
    for (int i = 0; i < INPUTS; i++) {
      byte[] input = mutated(random);
      TftpPacket packet = TftpCodec.decode(input);
      if (packet instanceof TftpPacket.Malformed) {
        continue;
      }
      good++;
      byte[] written = TftpCodec.encode(packet);
      if (!same(TftpCodec.decode(written), packet)) {
        throw new AssertionError("seed " + SEED + " input " + i + ": " + Arrays.toString(input));
      }
    }
    assertThat(good).as("mutations that are still packets").isGreaterThan(INPUTS / 20);
  }

  @Test
  void whatIsWrittenIsReadAlike() {
    System.out.println("seed " + SEED);
    Random random = new Random(SEED);
    for (int i = 0; i < INPUTS / 10; i++) {
      TftpPacket packet = packet(random);
      assertThat(same(TftpCodec.decode(TftpCodec.encode(packet)), packet))
          .as(() -> "seed " + SEED + ": " + packet)
          .isTrue();
    }
  }

  @Test
  void noInputBreaksTheServerOrBringsItAnotherCardsFile() {
    System.out.println("seed " + SEED);
    Random random = new Random(SEED);
    byte[] mine = new byte[3000];
    Arrays.fill(mine, (byte) 'm');
    byte[] other = new byte[3000];
    Arrays.fill(other, (byte) 'x');
    VirtualNetwork network = new VirtualNetwork(Instant.EPOCH, VirtualNetwork.perfect());
    TftpServer server =
        TftpServer.start(
                network,
                TreeFixture.with(
                    Map.of(
                        "1.3/f", mine,
                        "1.3/boot.ipxe", mine,
                        "1.3/pxelinux.0", mine,
                        "1.4/f", other,
                        "1.4/secret", other)),
                Runnable::run,
                TftpConfig.of(SERVER))
            .join();
    InetSocketAddress[] lastFrom = {SERVER};
    var port =
        network
            .open(
                CARD,
                65_507,
                (from, bytes) -> {
                  lastFrom[0] = from;
                  if (TftpCodec.decode(bytes) instanceof TftpPacket.Data d) {
                    for (byte b : d.bytes()) {
                      if (b == 'x') {
                        throw new AssertionError("seed " + SEED + ": another card's file");
                      }
                    }
                  }
                })
            .join();
    for (int i = 0; i < INPUTS; i++) {
      // To the server's port, or to a transfer under way.
      port.send(mutated(random), random.nextBoolean() ? SERVER : lastFrom[0]);
      network.run(Duration.ofMillis(random.nextInt(20) == 0 ? 2000 : 1));
    }
    network.run(Duration.ofMinutes(5));
    Map<TftpOutcome, Long> outcomes = server.outcomes();
    assertThat(outcomes.get(TftpOutcome.REFUSED_MALFORMED)).isPositive();
    long ended =
        outcomes.getOrDefault(TftpOutcome.COMPLETED, 0L)
            + outcomes.getOrDefault(TftpOutcome.GAVE_UP, 0L)
            + outcomes.getOrDefault(TftpOutcome.ABORTED_BY_CLIENT, 0L);
    assertThat(ended).as("transfers that began have ended").isPositive();
    System.out.println(outcomes);
  }

  private static byte[] mutated(Random random) {
    byte[] input = CORPUS.get(random.nextInt(CORPUS.size())).clone();
    int changes = random.nextInt(5);
    for (int c = 0; c < changes; c++) {
      input =
          switch (random.nextInt(7)) {
            case 0 -> flip(input, random);
            case 1 -> Arrays.copyOf(input, random.nextInt(input.length + 1));
            case 2 -> insert(input, random.nextInt(40), random);
            case 3 -> splice(input, CORPUS.get(random.nextInt(CORPUS.size())), random);
            case 4 -> replace(input, "../", random);
            case 5 -> replace(input, "1.4/f\0", random);
            default -> replace(input, "99999999999999999999\0", random);
          };
    }
    return input;
  }

  private static byte[] flip(byte[] in, Random random) {
    if (in.length > 0) {
      in[random.nextInt(in.length)] = (byte) random.nextInt(256);
    }
    return in;
  }

  private static byte[] insert(byte[] in, int count, Random random) {
    byte[] more = new byte[count];
    random.nextBytes(more);
    return join(in, random.nextInt(in.length + 1), more);
  }

  private static byte[] splice(byte[] in, byte[] with, Random random) {
    return join(in, random.nextInt(in.length + 1), with);
  }

  private static byte[] replace(byte[] in, String with, Random random) {
    return join(in, Math.min(in.length, 2 + random.nextInt(4)), text(with));
  }

  private static byte[] join(byte[] in, int at, byte[] more) {
    byte[] out = Arrays.copyOf(in, Math.min(600, in.length + more.length));
    int fits = Math.min(more.length, out.length - at);
    System.arraycopy(more, 0, out, Math.min(at, out.length), Math.max(0, fits));
    if (at + more.length < out.length) {
      System.arraycopy(in, at, out, at + more.length, out.length - at - more.length);
    }
    return out;
  }

  private static TftpPacket packet(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> new TftpPacket.ReadRequest(word(random), "octet", options(random));
      case 1 -> new TftpPacket.WriteRequest(word(random), "netascii", options(random));
      case 2 -> {
        byte[] bytes = new byte[random.nextInt(1500)];
        random.nextBytes(bytes);
        yield new TftpPacket.Data(random.nextInt(65_536), bytes);
      }
      case 3 -> new TftpPacket.Ack(random.nextInt(65_536));
      case 4 -> new TftpPacket.Failure(random.nextInt(9), word(random));
      default -> {
        Map<String, String> options = options(random);
        options.put("tsize", "1");
        yield new TftpPacket.OptionAck(options);
      }
    };
  }

  private static Map<String, String> options(Random random) {
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      options.put("o" + random.nextInt(100), word(random));
    }
    return options;
  }

  private static String word(Random random) {
    StringBuilder word = new StringBuilder();
    for (int i = 1 + random.nextInt(20); i > 0; i--) {
      word.append((char) (1 + random.nextInt(255)));
    }
    return word.toString();
  }

  private static boolean same(TftpPacket a, TftpPacket b) {
    return (a instanceof TftpPacket.Data x && b instanceof TftpPacket.Data y)
        ? x.block() == y.block() && Arrays.equals(x.bytes(), y.bytes())
        : a.equals(b);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
