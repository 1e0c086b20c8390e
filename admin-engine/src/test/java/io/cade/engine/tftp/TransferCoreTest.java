package io.cade.engine.tftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.tftp.TransferCore.Event;
import io.cade.engine.tftp.TransferCore.Step;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TransferCoreTest {
  private static final long MS = 1_000_000;
  private static final int ANY_PATH = 65_464;
  private static final TftpConfig CONFIG = TftpConfig.of(Ipv4Address.of(127, 0, 0, 1).port(1069));

  private long now;

  @Test
  void withoutOptionsTheFirstBlockIsSentAtOnce() {
    TransferCore core = core(700, Map.of());
    assertThat(blocks(step(core, new Event.Start()))).containsExactly(1);
    assertThat(blocks(ack(core, 1))).containsExactly(2);
    assertThat(ack(core, 2).end()).contains(TftpOutcome.COMPLETED);
  }

  @Test
  void withOptionsTheAnswerToThemWaitsForItsAcknowledgement() {
    TransferCore core = core(700, Map.of("blksize", "1024", "tsize", "0"));
    assertThat(step(core, new Event.Start()).send())
        .contains(new TftpPacket.OptionAck(Map.of("blksize", "1024", "tsize", "700")));
    assertThat(blocks(ack(core, 0))).containsExactly(1);
    assertThat(ack(core, 1).end()).contains(TftpOutcome.COMPLETED);
  }

  @Test
  void aFileThatFillsItsLastBlockEndsWithAnEmptyOne() {
    TransferCore core = core(1024, Map.of());
    step(core, new Event.Start());
    ack(core, 1);
    assertThat(ack(core, 2).window()).contains(new TransferCore.Window(3, 1, 512, 0));
    assertThat(ack(core, 3).end()).contains(TftpOutcome.COMPLETED);
  }

  @Test
  void anEmptyFileIsOneEmptyBlock() {
    TransferCore core = core(0, Map.of());
    assertThat(blocks(step(core, new Event.Start()))).containsExactly(1);
    assertThat(ack(core, 1).end()).contains(TftpOutcome.COMPLETED);
  }

  @Test
  void inLockStepADuplicateAcknowledgementSendsNothing() {
    TransferCore core = core(5000, Map.of());
    step(core, new Event.Start());
    ack(core, 1);
    now += 500 * MS;
    assertThat(ack(core, 1).window()).isEmpty();
    assertThat(ack(core, 1).window()).isEmpty();
    assertThat(blocks(ack(core, 2))).containsExactly(3);
  }

  @Test
  void anAcknowledgementOfWhatWasNotSentIsIgnored() {
    TransferCore core = core(5000, Map.of());
    step(core, new Event.Start());
    assertThat(ack(core, 7).window()).isEmpty();
    assertThat(blocks(ack(core, 1))).containsExactly(2);
  }

  @Test
  void aWindowIsSentAtOnceAndGoesOnFromWhatWasReceived() {
    TransferCore core = core(512 * 20, Map.of("windowsize", "4"));
    step(core, new Event.Start());
    assertThat(blocks(ack(core, 0))).containsExactly(1, 2, 3, 4);
    assertThat(blocks(ack(core, 2))).containsExactly(3, 4, 5, 6);
    assertThat(blocks(ack(core, 6))).containsExactly(7, 8, 9, 10);
  }

  @Test
  void aRepeatedAcknowledgementMeansAGapOnceAWindowAndNotBeforeARoundTrip() {
    TransferCore core = core(512 * 20, Map.of("windowsize", "4"));
    step(core, new Event.Start());
    now += 10 * MS;
    ack(core, 0);
    now += 10 * MS;
    ack(core, 4);
    assertThat(ack(core, 4).window()).as("a copy made by the network").isEmpty();
    now += 10 * MS;
    assertThat(blocks(ack(core, 4))).containsExactly(5, 6, 7, 8);
    now += 10 * MS;
    assertThat(ack(core, 4).window()).as("once is enough").isEmpty();
  }

  @Test
  void blockNumbersRollOverToZero() {
    long size = 8L * 70_000;
    TransferCore core = core(size, Map.of("blksize", "8", "windowsize", "64"));
    step(core, new Event.Start());
    Step step = ack(core, 0);
    long received = 0;
    while (step.end().isEmpty()) {
      List<Integer> blocks = blocks(step);
      for (int block : blocks) {
        assertThat(block).isEqualTo((int) (++received & 0xffff));
      }
      step = ack(core, (int) (received & 0xffff));
    }
    assertThat(step.end()).contains(TftpOutcome.COMPLETED);
    assertThat(received).isEqualTo(70_001);
  }

  @Test
  void aBlockThatIsNotAcknowledgedIsSentAgainEverMoreSlowlyAndThenGivenUp() {
    TransferCore core = core(5000, Map.of());
    Step step = step(core, new Event.Start());
    long[] pauses = new long[8];
    for (int i = 0; i < 8; i++) {
      long before = now;
      now = step.wakeAtNanos();
      pauses[i] = (now - before) / MS;
      step = step(core, new Event.Tick());
      assertThat(blocks(step)).containsExactly(1);
    }
    assertThat(pauses).containsExactly(1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000);
    now = step.wakeAtNanos();
    step = step(core, new Event.Tick());
    assertThat(step.end()).contains(TftpOutcome.GAVE_UP);
    assertThat(step.send()).containsInstanceOf(TftpPacket.Failure.class);
  }

  @Test
  void theTimeoutFollowsTheRoundTripsSeen() {
    TransferCore core = core(50_000, Map.of());
    step(core, new Event.Start());
    now += 100 * MS;
    assertThat(ack(core, 1).wakeAtNanos() - now).isEqualTo((100 + 4 * 50) * MS);
    now += MS;
    ack(core, 2);
    for (int block = 3; block < 40; block++) {
      now += MS;
      ack(core, block);
    }
    now += MS;
    assertThat(ack(core, 40).wakeAtNanos() - now).isEqualTo(RoundTrip.MIN_TIMEOUT_NANOS);
  }

  @Test
  void theRoundTripOfWhatWasSentTwiceIsNotMeasured() {
    TransferCore core = core(50_000, Map.of());
    Step step = step(core, new Event.Start());
    now = step.wakeAtNanos();
    step(core, new Event.Tick());
    now += MS;
    assertThat(ack(core, 1).wakeAtNanos() - now).as("not the pause of before").isEqualTo(2000 * MS);
    now += 100 * MS;
    assertThat(ack(core, 2).wakeAtNanos() - now).isEqualTo((100 + 4 * 50) * MS);
  }

  @Test
  void anAcknowledgementFromBeforeTheWindowDoesNothing() {
    TransferCore core = core(512 * 40, Map.of("windowsize", "4"));
    step(core, new Event.Start());
    now += 10 * MS;
    ack(core, 0);
    now += 10 * MS;
    ack(core, 4);
    now += 10 * MS;
    ack(core, 8);
    now += 10 * MS;
    assertThat(ack(core, 4).window()).isEmpty();
    assertThat(blocks(ack(core, 12))).containsExactly(13, 14, 15, 16);
  }

  @Test
  void theClientsTimeoutIsObeyed() {
    TransferCore core = core(5000, Map.of("timeout", "3"));
    Step step = step(core, new Event.Start());
    assertThat(step.wakeAtNanos() - now).isEqualTo(3000 * MS);
    now = step.wakeAtNanos();
    assertThat(step(core, new Event.Tick()).wakeAtNanos() - now).isEqualTo(3000 * MS);
  }

  @Test
  void aTickTooEarlyDoesNothing() {
    TransferCore core = core(5000, Map.of());
    step(core, new Event.Start());
    now += 999 * MS;
    assertThat(step(core, new Event.Tick()).window()).isEmpty();
  }

  @Test
  void theClientsErrorEndsTheTransferWithoutAWord() {
    TransferCore core = core(5000, Map.of("tsize", "0"));
    step(core, new Event.Start());
    Step step = step(core, new Event.Received(new TftpPacket.Failure(8, "only the size")));
    assertThat(step.end()).contains(TftpOutcome.ABORTED_BY_CLIENT);
    assertThat(step.send()).isEmpty();
  }

  @Test
  void valuesOutsideTheirRangeAreNotAgreedTo() {
    Negotiation agreed =
        Negotiation.forRead(
            Map.of("blksize", "7", "windowsize", "0", "timeout", "256", "tsize", "x", "what", "1"),
            10,
            ANY_PATH,
            CONFIG);
    assertThat(agreed).isEqualTo(new Negotiation(512, 1, Optional.empty(), Map.of()));
    assertThat(
            Negotiation.forRead(Map.of("blksize", "99999999999999999999"), 1, ANY_PATH, CONFIG)
                .blockBytes())
        .isEqualTo(512);
  }

  @Test
  void windowsAreBoundedInBlocksAndBytes() {
    assertThat(Negotiation.forRead(Map.of("windowsize", "65535"), 1, ANY_PATH, CONFIG).accepted())
        .containsExactly(Map.entry("windowsize", "64"));
    Negotiation large =
        Negotiation.forRead(Map.of("windowsize", "64", "blksize", "65464"), 1, ANY_PATH, CONFIG);
    assertThat(large.window()).isEqualTo(4);
    assertThat(large.accepted()).containsEntry("windowsize", "4");
  }

  @Test
  void packetsAreReadBackAsWritten() {
    for (TftpPacket packet :
        List.of(
            new TftpPacket.ReadRequest("a/b", "octet", Map.of("blksize", "8")),
            new TftpPacket.WriteRequest("log/x", "netascii", Map.of("tsize", "7")),
            new TftpPacket.Ack(65535),
            new TftpPacket.Failure(5, "who"),
            new TftpPacket.OptionAck(Map.of("tsize", "1")))) {
      assertThat(TftpCodec.decode(TftpCodec.encode(packet))).isEqualTo(packet);
    }
  }

  @Test
  void brokenPacketsAreValues() {
    for (byte[] bad :
        List.of(
            new byte[0],
            new byte[] {0, 9, 0, 0},
            new byte[] {0, 1, 'a', 0},
            new byte[] {0, 1, 'a', 0, 'o'},
            new byte[] {0, 1, 'a', 0, 'o', 0, 'x', 0},
            new byte[] {0, 6, 'a', 0},
            Arrays.copyOf(new byte[] {0, 1}, 513))) {
      assertThat(TftpCodec.decode(bad)).isInstanceOf(TftpPacket.Malformed.class);
    }
  }

  @Test
  void blocksFitThePath() {
    Negotiation agreed =
        Negotiation.forRead(Map.of("blksize", "9000"), 1, TftpConfig.blockFor(1500), CONFIG);
    assertThat(agreed.accepted()).containsExactly(Map.entry("blksize", "1468"));
    assertThat(
            Negotiation.forRead(Map.of("blksize", "1432"), 1, TftpConfig.blockFor(1500), CONFIG)
                .blockBytes())
        .isEqualTo(1432);
    assertThat(Negotiation.forRead(Map.of("blksize", "9000"), 1, 100, CONFIG).blockBytes())
        .as("512 is what everybody takes")
        .isEqualTo(512);
  }

  private static TransferCore core(long size, Map<String, String> options) {
    return new TransferCore(size, Negotiation.forRead(options, size, ANY_PATH, CONFIG), CONFIG);
  }

  private Step step(TransferCore core, Event event) {
    return core.step(event, now);
  }

  private Step ack(TransferCore core, int block) {
    return step(core, new Event.Received(new TftpPacket.Ack(block)));
  }

  private static List<Integer> blocks(Step step) {
    return step.window().stream()
        .flatMap(w -> LongStream.range(w.firstBlock(), w.firstBlock() + w.blocks()).boxed())
        .map(block -> (int) (block & 0xffff))
        .toList();
  }
}
