package io.cade.engine.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.change.Decision;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Change;
import io.cade.engine.model.PendingNotification;
import io.cade.engine.model.ReceiverCursor;
import io.cade.engine.model.Severity;
import io.cade.engine.observe.ReceiverStandings;
import io.cade.engine.store.EngineState;
import io.cade.mib.MibOids;
import io.cade.mib.snmp.Notifier;
import io.cade.mib.snmp.NotifierConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand alarms at once: real log and store, real sender, real datagrams, bad network. */
@Timeout(180)
final class AlarmStormTest {
  private static final int STORM = 10_000;
  private static final int WINDOW = 32;

  @TempDir private Path directory;

  /**
   * Takes informs of SNMPv2c and acknowledges them: the response is the inform with another tag
   * (RFC 3416 section 4.2.7). Written here, so that a fault of the sender's library shows.
   */
  private static final class Noc implements AutoCloseable {
    private static final byte[] SEQUENCE = encoded(MibOids.CADE_ALARM_NOTIFICATION_SEQUENCE);
    private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    final ConcurrentSkipListMap<Long, Integer> got = new ConcurrentSkipListMap<>();
    final CountDownLatch all;
    private final int loseEvery;
    volatile boolean away;

    /** Every so many-eth inform is lost on its way, and every so many-eth acknowledgement. */
    Noc(int enough, int loseEvery) throws IOException {
      this.all = new CountDownLatch(enough);
      this.loseEvery = loseEvery;
      socket.setReceiveBufferSize(1 << 20);
      Thread.ofPlatform().daemon().name("noc").start(this::take);
    }

    InetSocketAddress address() {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }

    private void take() {
      DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
      long number = 0;
      while (!socket.isClosed()) {
        try {
          packet.setLength(4096);
          socket.receive(packet);
          number++;
          if (away || number % loseEvery == 0) {
            continue;
          }
          long sequence = sequence(packet.getData(), packet.getLength());
          if (got.merge(sequence, 1, Integer::sum) == 1) {
            all.countDown();
          }
          if (number % loseEvery != 1) {
            answer(packet);
          }
        } catch (IOException e) {
          return;
        }
      }
    }

    private void answer(DatagramPacket packet) throws IOException {
      byte[] data = packet.getData();
      // After the outer header: version (3 octets), community (2 and its length), then the PDU.
      int at = data[1] >= 0 ? 2 : 2 + (data[1] & 0x7f);
      at += 3;
      at += 2 + data[at + 1];
      assertThat(data[at]).as("an inform").isEqualTo((byte) 0xa6);
      data[at] = (byte) 0xa2;
      socket.send(packet);
    }

    private static long sequence(byte[] data, int length) {
      for (int i = 0; i + SEQUENCE.length + 3 < length; i++) {
        int k = 0;
        while (k < SEQUENCE.length && data[i + k] == SEQUENCE[k]) {
          k++;
        }
        if (k == SEQUENCE.length && data[i + k] == 0 && data[i + k + 1] == 0x46) {
          long value = 0;
          for (int n = 0; n < data[i + k + 2]; n++) {
            value = (value << 8) | (data[i + k + 3 + n] & 0xff);
          }
          return value;
        }
      }
      throw new AssertionError("no sequence number in the inform");
    }

    /** The octets of an OID's tail, without its first two arcs; all of them are small enough. */
    private static byte[] encoded(String oid) {
      var out = new ByteArrayOutputStream();
      String[] arcs = oid.split("\\.");
      for (int i = 2; i < arcs.length; i++) {
        int arc = Integer.parseInt(arcs[i]);
        for (int shift = 28; shift > 0; shift -= 7) {
          if (arc >>> shift != 0) {
            out.write((arc >>> shift & 0x7f) | 0x80);
          }
        }
        out.write(arc & 0x7f);
      }
      return out.toByteArray();
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  private static void storm(EngineState state, int from, int count) throws Exception {
    for (int i = from; i < from + count; i += 500) {
      List<Change> changes = new ArrayList<>();
      for (int k = i; k < i + 500; k++) {
        changes.add(
            new Change.AlarmRaised(
                new AlarmKey(AlarmType.CARD_LOST, "card " + k), Severity.MAJOR, "gone"));
      }
      state.writer().submit((_, _) -> new Decision<>(changes, true)).get();
    }
  }

  private static void awaitDelivered(EngineState state, long upTo) throws Exception {
    CountDownLatch there = new CountDownLatch(1);
    state
        .writer()
        .listen((_, after) -> {
          if (delivered(after) >= upTo) {
            there.countDown();
          }
        });
    if (delivered(state.writer().current()) < upTo) {
      assertThat(there.await(120, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static long delivered(Cabinet cabinet) {
    ReceiverCursor cursor = cabinet.alarmState().receivers().get("noc");
    return cursor == null ? -1 : cursor.delivered();
  }

  private static long missed(Cabinet cabinet, String receiver) {
    return Objects.requireNonNull(cabinet.alarmState().receivers().get(receiver)).missed();
  }

  @Test
  void noneOfTenThousandIsLostOnABadNetworkWithTheReceiverAwayFirst() throws Exception {
    ReceiverStandings standings = new ReceiverStandings();
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try (EngineState state = EngineState.open(directory, InstantSource.system());
        Noc noc = new Noc(STORM, 400);
        Notifier notifier =
            new Notifier(
                new NotifierConfig(
                    noc.address(),
                    new NotifierConfig.Inform2c("alarms"),
                    Duration.ofMillis(200),
                    2),
                () -> Duration.ofSeconds(1));
        NotificationPump pump =
            new NotificationPump(
                state.writer(),
                List.of(new NotificationPump.Receiver("noc", notifier::send, WINDOW, null, false)),
                timer,
                standings,
                InstantSource.system())) {
      noc.away = true;
      pump.start();
      storm(state, 0, STORM / 2);
      assertThat(state.writer().current().notifications())
          .as("all of them wait")
          .hasSize(STORM / 2);
      noc.away = false;
      storm(state, STORM / 2, STORM / 2);
      assertThat(noc.all.await(120, TimeUnit.SECONDS)).isTrue();
      awaitDelivered(state, STORM);
      assertThat(noc.got.keySet())
          .containsExactlyElementsOf(LongStream.rangeClosed(1, STORM).boxed().toList());
      Cabinet after = state.writer().current();
      assertThat(after.alarms()).hasSize(STORM);
      assertThat(after.notifications())
          .as("what everybody has is not kept")
          .hasSize(Cabinet.MIN_NOTIFICATIONS);
      assertThat(missed(after, "noc")).isZero();
    } finally {
      timer.shutdownNow();
    }
  }

  @Test
  void aFullLogGivesUpTheOldestAndTheReceiverSeesWhatItMissed() {
    CabinetBuilder builder = new CabinetBuilder(Cabinet.empty());
    Instant at = Instant.EPOCH;
    builder.apply(new Change.AlarmChange.ReceiversKnown(List.of("here", "noc")), at);
    for (int i = 1; i <= Cabinet.MAX_NOTIFICATIONS + 7; i++) {
      builder.apply(
          new Change.AlarmChange.NotificationPosted(
              PendingNotification.Kind.TEST, "", null, List.of()),
          at);
      if (i % 1_000 == 0) {
        builder.apply(new Change.AlarmChange.NotificationsDelivered("here", i), at);
      }
    }
    Cabinet full = builder.freeze(1);
    assertThat(full.notifications()).hasSize(Cabinet.MAX_NOTIFICATIONS);
    assertThat(full.notifications().firstKey()).isEqualTo(8);
    assertThat(missed(full, "noc")).isEqualTo(7);
    assertThat(missed(full, "here")).isZero();
    assertThat(AlarmTables.log(full).bumped()).isEqualTo(7);
    CabinetBuilder later = new CabinetBuilder(full);
    later.apply(
        new Change.AlarmChange.NotificationsDelivered("noc", full.nextNotification() - 1), at);
    Cabinet emptied = later.freeze(2);
    assertThat(missed(emptied, "noc")).as("it is told for good").isEqualTo(7);
    assertThat(emptied.notifications()).hasSizeLessThanOrEqualTo(Cabinet.MIN_NOTIFICATIONS + 7);
  }
}
