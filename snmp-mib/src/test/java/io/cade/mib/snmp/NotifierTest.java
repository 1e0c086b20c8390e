package io.cade.mib.snmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.mib.AlarmNotification;
import io.cade.mib.MibOids;
import io.cade.mib.PerceivedSeverity;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.snmp4j.CommandResponder;
import org.snmp4j.CommandResponderEvent;
import org.snmp4j.MessageDispatcherImpl;
import org.snmp4j.MessageException;
import org.snmp4j.PDU;
import org.snmp4j.Snmp;
import org.snmp4j.mp.MPv2c;
import org.snmp4j.mp.StatusInformation;
import org.snmp4j.smi.Address;
import org.snmp4j.smi.UdpAddress;
import org.snmp4j.smi.VariableBinding;
import org.snmp4j.transport.DefaultUdpTransportMapping;

/** Notifications to a receiver on SNMP4J, and to none (SPEC S2). */
@Timeout(60)
class NotifierTest {
  private static final NotifierConfig.Protocol INFORM = new NotifierConfig.Inform2c("alarms");

  /** Keeps what it gets, and acknowledges informs if told to. */
  private static final class Receiver implements AutoCloseable, CommandResponder {
    final BlockingQueue<PDU> received = new LinkedBlockingQueue<>();
    private final Snmp snmp;
    private final DefaultUdpTransportMapping socket;
    private final AtomicInteger ignored;

    /**
     * @param ignored how many informs to leave unanswered first
     */
    Receiver(int ignored) throws IOException {
      this.ignored = new AtomicInteger(ignored);
      socket = new DefaultUdpTransportMapping(new UdpAddress("127.0.0.1/0"));
      var dispatcher = new MessageDispatcherImpl();
      dispatcher.addMessageProcessingModel(new MPv2c());
      snmp = new Snmp(dispatcher, socket);
      snmp.addCommandResponder(this);
      snmp.listen();
    }

    InetSocketAddress address() {
      UdpAddress a = socket.getListenAddress();
      return new InetSocketAddress(a.getInetAddress(), a.getPort());
    }

    @Override
    public <A extends Address> void processPdu(CommandResponderEvent<A> event) {
      received.add(event.getPDU());
      if (event.getPDU().getType() != PDU.INFORM || ignored.getAndDecrement() > 0) {
        return;
      }
      PDU response = new PDU(event.getPDU());
      response.setType(PDU.RESPONSE);
      try {
        event
            .getMessageDispatcher()
            .returnResponsePdu(
                event.getMessageProcessingModel(),
                event.getSecurityModel(),
                event.getSecurityName(),
                event.getSecurityLevel(),
                response,
                event.getMaxSizeResponsePDU(),
                event.getStateReference(),
                new StatusInformation());
      } catch (MessageException e) {
        throw new AssertionError(e);
      }
    }

    PDU take() throws InterruptedException {
      PDU pdu = received.poll(20, TimeUnit.SECONDS);
      if (pdu == null) {
        throw new AssertionError("nothing received");
      }
      return pdu;
    }

    @Override
    public void close() throws IOException {
      snmp.close();
    }
  }

  @Test
  void informCarriesWhatTheMibSaysAndIsAcknowledged() throws Exception {
    try (var receiver = new Receiver(0);
        var notifier = notifier(receiver.address(), INFORM, 3000, 0)) {
      assertThat(outcome(notifier.send(raised(5)))).isEqualTo(new Delivery.Acknowledged());
      PDU pdu = receiver.take();
      assertThat(pdu.getType()).isEqualTo(PDU.INFORM);
      assertThat(pdu.getVariableBindings())
          .extracting(NotifierTest::line)
          .containsExactly(
              "1.3.6.1.2.1.1.3.0=6100",
              "1.3.6.1.6.3.1.1.4.1.0=" + MibOids.CADE_ALARM_RAISED,
              MibOids.CADE_ALARM_NOTIFICATION_ALARM + ".0=17",
              MibOids.CADE_ALARM_TYPE + ".17=card-missing",
              MibOids.CADE_ALARM_SOURCE + ".17=card 1.3",
              MibOids.CADE_ALARM_SEVERITY + ".17=4",
              MibOids.CADE_ALARM_PROBABLE_CAUSE + ".17=62",
              MibOids.CADE_ALARM_TEXT + ".17=Card 1.3 was pulled: put a card in chassis 1, slot 3",
              MibOids.CADE_ALARM_NOTIFICATION_SEQUENCE + ".0=5");
    }
  }

  @Test
  void clearedNotificationHasTheSeverityCleared() throws Exception {
    try (var receiver = new Receiver(0);
        var notifier = notifier(receiver.address(), INFORM, 3000, 0)) {
      var cleared =
          new AlarmNotification(
              6,
              AlarmNotification.Kind.CLEARED,
              FixtureView.alarm(4_000_000_000L, PerceivedSeverity.MAJOR));
      assertThat(outcome(notifier.send(cleared))).isEqualTo(new Delivery.Acknowledged());
      assertThat(receiver.take().getVariableBindings())
          .extracting(NotifierTest::line)
          .contains(
              "1.3.6.1.6.3.1.1.4.1.0=" + MibOids.CADE_ALARM_CLEARED,
              MibOids.CADE_ALARM_SEVERITY + ".4000000000=1");
    }
  }

  @Test
  void trapIsSentAndNotConfirmed() throws Exception {
    try (var receiver = new Receiver(0);
        var notifier = notifier(receiver.address(), new NotifierConfig.Trap2c("alarms"), 3000, 0)) {
      assertThat(outcome(notifier.send(raised(1)))).isEqualTo(new Delivery.Unconfirmed());
      assertThat(receiver.take().getType()).isEqualTo(PDU.TRAP);
    }
  }

  @Test
  void lostInformIsSentAgainWithTheSameNumbers() throws Exception {
    try (var receiver = new Receiver(2);
        var notifier = notifier(receiver.address(), INFORM, 100, 5)) {
      assertThat(outcome(notifier.send(raised(8)))).isEqualTo(new Delivery.Acknowledged());
      PDU first = receiver.take();
      PDU second = receiver.take();
      assertThat(second.getRequestID()).isEqualTo(first.getRequestID());
      assertThat(second.getVariableBindings()).isEqualTo(first.getVariableBindings());
    }
  }

  @Test
  void silentReceiverIsAFailureAfterAllAttempts() throws Exception {
    try (var nobody = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        var notifier =
            notifier(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), nobody.getLocalPort()),
                INFORM,
                30,
                2)) {
      assertThat(outcome(notifier.send(raised(1))))
          .isInstanceOfSatisfying(
              Delivery.Failed.class,
              f -> assertThat(f.reason()).contains("127.0.0.1", "3 attempts"));
    }
  }

  @Test
  void burstIsAcknowledgedOneByOne() throws Exception {
    try (var receiver = new Receiver(0);
        var notifier = notifier(receiver.address(), INFORM, 3000, 3)) {
      var outcomes = new ArrayList<CompletionStage<Delivery>>();
      for (long n = 1; n <= 200; n++) {
        outcomes.add(notifier.send(raised(n)));
      }
      for (CompletionStage<Delivery> outcome : outcomes) {
        assertThat(outcome(outcome)).isEqualTo(new Delivery.Acknowledged());
      }
      var numbers = new ArrayList<Long>();
      receiver.received.forEach(p -> numbers.add(p.get(8).getVariable().toLong()));
      assertThat(numbers).containsAll(LongStream.rangeClosed(1, 200).boxed().toList());
    }
  }

  @Test
  void moreThanTheLimitAtOnceFailAtOnceAndPlacesComeBack() throws Exception {
    try (var nobody = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        var notifier =
            notifier(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), nobody.getLocalPort()),
                INFORM,
                1000,
                0)) {
      var waiting = new ArrayList<CompletionStage<Delivery>>();
      for (int i = 1; i <= Notifier.MAX_OUTSTANDING; i++) {
        waiting.add(notifier.send(raised(i)));
      }
      var oneMore = notifier.send(raised(999)).toCompletableFuture();
      assertThat(oneMore).isCompletedWithValueMatching(d -> d instanceof Delivery.Failed);
      for (CompletionStage<Delivery> w : waiting) {
        outcome(w);
      }
      assertThat(notifier.send(raised(1000)).toCompletableFuture()).isNotDone();
    }
  }

  @Test
  void closingFailsWhatWaits() throws Exception {
    try (var nobody = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      var notifier =
          notifier(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), nobody.getLocalPort()),
              INFORM,
              60_000,
              0);
      var waiting = notifier.send(raised(1));
      notifier.close();
      assertThat(outcome(waiting)).isInstanceOf(Delivery.Failed.class);
      assertThat(outcome(notifier.send(raised(2)))).isInstanceOf(Delivery.Failed.class);
    }
  }

  @Test
  void configurationRefusesWhatCannotWork() {
    var receiver = new InetSocketAddress(InetAddress.getLoopbackAddress(), 162);
    for (Runnable wrong :
        List.<Runnable>of(
            () ->
                config(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), INFORM, 100, 1),
            () -> config(InetSocketAddress.createUnresolved("noc.example", 162), INFORM, 100, 1),
            () -> config(receiver, INFORM, 1, 1),
            () -> config(receiver, INFORM, 100, 11))) {
      assertThatThrownBy(wrong::run).isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(config(receiver, INFORM, 100, 1).toString()).doesNotContain("alarms");
  }

  static AlarmNotification raised(long sequence) {
    return new AlarmNotification(
        sequence, AlarmNotification.Kind.RAISED, FixtureView.alarm(17, PerceivedSeverity.MAJOR));
  }

  static NotifierConfig config(
      InetSocketAddress receiver, NotifierConfig.Protocol protocol, int millis, int retries) {
    return new NotifierConfig(receiver, protocol, Duration.ofMillis(millis), retries);
  }

  static Notifier notifier(
      InetSocketAddress receiver, NotifierConfig.Protocol protocol, int millis, int retries)
      throws IOException {
    return new Notifier(config(receiver, protocol, millis, retries), () -> Duration.ofSeconds(61));
  }

  static Delivery outcome(CompletionStage<Delivery> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static String line(VariableBinding binding) {
    String value =
        binding.getVariable() instanceof org.snmp4j.smi.TimeTicks t
            ? Long.toString(t.toLong())
            : binding.getVariable().toString();
    return binding.getOid().toDottedString() + "=" + value;
  }
}
