package io.cade.mib.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.mib.AlarmNotification;
import io.cade.mib.PerceivedSeverity;
import io.cade.mib.Tools;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Notifications to net-snmp's snmptrapd, which prints them by the names of the MIB. */
@Timeout(60)
class SnmptrapdTest {
  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  Path folder;

  /**
   * The program in the foreground with files of its own; one line of output for each notification.
   */
  private static final class Snmptrapd implements AutoCloseable {
    final InetSocketAddress address;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Process process;

    Snmptrapd(Path folder) throws IOException, InterruptedException {
      this(folder, "");
    }

    /**
     * @param more lines of its configuration
     */
    Snmptrapd(Path folder, String more) throws IOException, InterruptedException {
      String program = Tools.need("snmptrapd", "snmptrapd");
      int port;
      try (var probe = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
        port = probe.getLocalPort();
      }
      address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      SnmpUser user = AgentContract.USER;
      Path configuration =
          Files.writeString(
              folder.resolve("snmptrapd.conf"),
              """
              disableAuthorization yes
              createUser %s SHA-256 "%s" AES "%s"
              """
                      .formatted(user.name(), user.authPassphrase(), user.privPassphrase())
                  + more);
      var builder =
          new ProcessBuilder(
                  List.of(
                      program,
                      "-f",
                      "-C",
                      "-c",
                      configuration.toString(),
                      "-Lo",
                      "-n",
                      "-Oqs",
                      "-M",
                      Tools.mibPath(),
                      "-m",
                      "ALL",
                      "-F",
                      "%P|%v\\n",
                      "udp:127.0.0.1:" + port))
              .redirectErrorStream(true);
      builder.environment().put("SNMP_PERSISTENT_DIR", folder.toString());
      process = builder.start();
      process.getOutputStream().close();
      Thread.ofVirtual().start(this::read);
      String started = next("NET-SNMP version");
      assertThat(started).contains("NET-SNMP");
    }

    private void read() {
      try (BufferedReader reader = process.inputReader()) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          lines.add(line);
        }
      } catch (IOException e) {
        lines.add("reading ended: " + e.getMessage());
      }
    }

    /** The next line with this text in it, within 20 seconds. */
    String next(String text) throws InterruptedException {
      var seen = new StringBuilder();
      while (true) {
        String line = lines.poll(20, TimeUnit.SECONDS);
        if (line == null) {
          throw new AssertionError("snmptrapd did not say " + text + " but: " + seen);
        }
        if (line.contains(text)) {
          return line;
        }
        seen.append(line).append('\n');
      }
    }

    @Override
    public void close() throws InterruptedException {
      process.destroy();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }

  @Test
  void informsOfVersion2cArriveAndAreAcknowledged() throws Exception {
    try (var snmptrapd = new Snmptrapd(folder);
        var notifier =
            NotifierTest.notifier(
                snmptrapd.address, new NotifierConfig.Inform2c("alarms"), 2000, 3)) {
      roundOfTwo(snmptrapd, notifier);
    }
  }

  @Test
  void informsOfVersion3ArriveEncryptedAndAreAcknowledged() throws Exception {
    try (var snmptrapd = new Snmptrapd(folder);
        var notifier =
            NotifierTest.notifier(
                snmptrapd.address, new NotifierConfig.Inform3(AgentContract.USER), 2000, 3)) {
      roundOfTwo(snmptrapd, notifier);
    }
  }

  @Test
  void trapsOfVersion1ArriveWithEnterpriseAndNumber() throws Exception {
    try (var snmptrapd = new Snmptrapd(folder);
        var notifier =
            NotifierTest.notifier(
                snmptrapd.address,
                new NotifierConfig.Trap1("alarms", java.net.InetAddress.ofLiteral("127.0.0.1")),
                2000,
                0)) {
      assertThat(NotifierTest.outcome(notifier.send(NotifierTest.raised(41))))
          .isEqualTo(new Delivery.Unconfirmed());
      assertThat(snmptrapd.next("cadeAlarmNotificationSequence32.0 41"))
          .contains("TRAP, SNMP v1", "cadeAlarmType.17 card-missing");
    }
  }

  /** The receiver knows the user of a trap by the engine that sends it (RFC 3414 1.5.1). */
  @Test
  void trapsOfVersion3ArriveWhereTheEngineIsKnownAndOnlyThere() throws Exception {
    Path known = Files.createDirectory(folder.resolve("known"));
    Path unknown = Files.createDirectory(folder.resolve("unknown"));
    byte[] engineId = EngineIdentity.startedIn(known, new SecureRandom()).engineId();
    SnmpUser user = new SnmpUser("sender", "an auth passphrase", "a privacy passphrase");
    String create =
        "createUser -e 0x%s %s SHA-256 \"%s\" AES \"%s\"%n"
            .formatted(
                HexFormat.of().formatHex(engineId),
                user.name(),
                user.authPassphrase(),
                user.privPassphrase());
    try (var snmptrapd = new Snmptrapd(folder, create);
        var stranger =
            NotifierTest.notifier(
                snmptrapd.address, new NotifierConfig.Trap3(user, unknown), 2000, 0);
        var notifier =
            NotifierTest.notifier(
                snmptrapd.address, new NotifierConfig.Trap3(user, known), 2000, 0)) {
      assertThat(NotifierTest.outcome(stranger.send(NotifierTest.raised(40))))
          .isEqualTo(new Delivery.Unconfirmed());
      assertThat(NotifierTest.outcome(notifier.send(NotifierTest.raised(41))))
          .isEqualTo(new Delivery.Unconfirmed());
      // The first that arrives is the second that was sent.
      assertThat(snmptrapd.next("cadeAlarmRaised"))
          .contains(
              "TRAP", "v3", "cadeAlarmNotificationSequence.0 41", "cadeAlarmSeverity.17 major");
    }
  }

  @Test
  void informOfAUserThatTheReceiverDoesNotKnowFails() throws Exception {
    var stranger = new SnmpUser("stranger", "another passphrase", "and another one");
    try (var snmptrapd = new Snmptrapd(folder);
        var notifier =
            NotifierTest.notifier(
                snmptrapd.address, new NotifierConfig.Inform3(stranger), 300, 0)) {
      assertThat(NotifierTest.outcome(notifier.send(NotifierTest.raised(1))))
          .isInstanceOf(Delivery.Failed.class);
    }
  }

  private static void roundOfTwo(Snmptrapd snmptrapd, Notifier notifier) throws Exception {
    assertThat(NotifierTest.outcome(notifier.send(NotifierTest.raised(41))))
        .isEqualTo(new Delivery.Acknowledged());
    assertThat(snmptrapd.next("cadeAlarmRaised"))
        .contains(
            "INFORM",
            "snmpTrapOID.0 cadeAlarmRaised",
            "cadeAlarmNotificationAlarm.0 17",
            "cadeAlarmType.17 card-missing",
            "cadeAlarmSeverity.17 major",
            "cadeAlarmProbableCause.17 replaceableUnitMissing",
            "put a card in chassis 1, slot 3",
            "cadeAlarmNotificationSequence.0 41");
    var cleared =
        new AlarmNotification(
            42, AlarmNotification.Kind.CLEARED, FixtureView.alarm(17, PerceivedSeverity.MAJOR));
    assertThat(NotifierTest.outcome(notifier.send(cleared))).isEqualTo(new Delivery.Acknowledged());
    assertThat(snmptrapd.next("cadeAlarmCleared"))
        .contains("cadeAlarmSeverity.17 cleared", "cadeAlarmNotificationSequence.0 42");
  }
}
