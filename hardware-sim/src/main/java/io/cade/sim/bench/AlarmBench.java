package io.cade.sim.bench;

import io.cade.engine.change.Decision;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.ReceiverCursor;
import io.cade.engine.observe.ReceiverStandings;
import io.cade.engine.snmp.NotificationPump;
import io.cade.engine.store.EngineState;
import io.cade.mib.AlarmNotification;
import io.cade.mib.MibOids;
import io.cade.mib.snmp.Notifier;
import io.cade.mib.snmp.NotifierConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A storm of 10,000 alarms, and a queue of 100,000 that has waited for its receiver: durable log
 * and store, SNMPv2c informs, and net-snmp's snmptrapd, which writes each to its log. How fast
 * snmptrapd acknowledges informs that cost their sender nothing is measured beside it: no sender
 * can be faster.
 */
final class AlarmBench {
  private static final int STORM = 10_000;
  private static final int WINDOW = 32;
  private static final int IN_ONE_CHANGE = 280;
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final Pattern SEQUENCE =
      Pattern.compile(
          Pattern.quote(MibOids.CADE_ALARM_NOTIFICATION_SEQUENCE + ".0 = Counter64: ") + "(\\d+)");

  private final PrintStream out;

  AlarmBench(PrintStream out) {
    this.out = out;
  }

  void run(boolean quick) throws IOException, InterruptedException {
    try (Workspace workspace = Workspace.create()) {
      double peer;
      try (Trapd trapd = Trapd.start(workspace.root())) {
        peer = receiverAlone(trapd, quick ? 5_000 : 20_000);
      }
      double storm = seconds(workspace, STORM, false);
      int queued = quick ? 20_000 : Cabinet.MAX_NOTIFICATIONS;
      double queue = seconds(workspace, queued, true);
      BenchMain.figure(out, "alarm.storm_seconds", storm, "s");
      BenchMain.figure(out, "alarm.notifications_per_second", STORM / storm, "1/s");
      BenchMain.figure(out, "alarm.queue_notifications", queued, "1");
      BenchMain.figure(out, "alarm.queue_seconds", queue, "s");
      BenchMain.figure(out, "alarm.queue_notifications_per_second", queued / queue, "1/s");
      BenchMain.figure(out, "peer.snmptrapd.informs_per_second", peer, "1/s");
      BenchMain.ratio(out, "alarm.notifications", "snmptrapd", STORM / storm / peer);
      BenchMain.ratio(out, "alarm.queue_notifications", "snmptrapd", queued / queue / peer);
    }
  }

  /**
   * From the first alarm, or from the receiver's return, until the last is acknowledged and that is
   * durable.
   *
   * @param away whether the alarms are raised first and the receiver comes then
   */
  private double seconds(Workspace workspace, int alarms, boolean away)
      throws IOException, InterruptedException {
    Path folder = Files.createDirectories(workspace.root().resolve("engine" + alarms + away));
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try (Trapd trapd = Trapd.start(workspace.root());
        EngineState state = EngineState.open(folder, InstantSource.system());
        Notifier notifier =
            new Notifier(
                new NotifierConfig(
                    trapd.address(),
                    new NotifierConfig.Inform2c("alarms"),
                    Duration.ofSeconds(1),
                    1),
                () -> Duration.ZERO)) {
      known(state);
      CountDownLatch there = new CountDownLatch(1);
      state
          .writer()
          .listen((_, after) -> {
            if (delivered(after) >= alarms) {
              there.countDown();
            }
          });
      if (away) {
        raise(state, alarms);
      }
      long began = System.nanoTime();
      try (NotificationPump pump =
          new NotificationPump(
              state.writer(),
              List.of(new NotificationPump.Receiver("noc", notifier::send, WINDOW, null, false)),
              timer,
              new ReceiverStandings(),
              InstantSource.system())) {
        pump.start();
        if (!away) {
          raise(state, alarms);
        }
        if (!there.await(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
          throw new IOException("only " + delivered(state.writer().current()) + " arrived");
        }
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      long found = trapd.distinct();
      if (found != alarms) {
        throw new IOException("snmptrapd has " + found + " of " + alarms + " notifications");
      }
      out.printf("%d notifications, each of them in snmptrapd's log%n", alarms);
      return seconds;
    } finally {
      timer.shutdownNow();
    }
  }

  private static void known(EngineState state) throws IOException, InterruptedException {
    await(
        state
            .writer()
            .submit((_, _) ->
                Decision.of(true, new Change.AlarmChange.ReceiversKnown(List.of("noc")))));
  }

  private static void raise(EngineState state, int alarms)
      throws IOException, InterruptedException {
    for (int i = 0; i < alarms; i += IN_ONE_CHANGE) {
      List<Change> changes = new ArrayList<>();
      for (int k = i; k < Math.min(i + IN_ONE_CHANGE, alarms); k++) {
        // Never the same twice: this is about how many, not about flapping.
        AlarmKey key = new AlarmKey(AlarmType.CARD_LOST, "card " + k % STORM + " " + k / STORM);
        changes.add(new Change.AlarmRaised(key, key.type().severity(), "no report for 15 s"));
      }
      await(state.writer().submit((_, _) -> new Decision<>(changes, true)));
    }
  }

  private static void await(CompletableFuture<Boolean> done)
      throws IOException, InterruptedException {
    try {
      done.get();
    } catch (ExecutionException e) {
      throw new IOException("alarms were not made durable: " + e.getCause(), e);
    }
  }

  private static long delivered(Cabinet cabinet) {
    ReceiverCursor cursor = cabinet.alarmState().receivers().get("noc");
    return cursor == null ? 0 : cursor.delivered();
  }

  /** Acknowledgements a second for an inform that is sent as it is, over and over. */
  private static double receiverAlone(Trapd trapd, int informs) throws IOException {
    byte[] inform = captured();
    int at = idOffset(inform);
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      socket.setSoTimeout(2_000);
      DatagramPacket answer = new DatagramPacket(new byte[4096], 4096);
      long began = System.nanoTime();
      int sent = 0;
      int got = 0;
      while (got < informs) {
        while (sent < informs && sent - got < WINDOW) {
          inform[at] = (byte) (sent >> 16 & 0x7f);
          inform[at + 1] = (byte) (sent >> 8);
          inform[at + 2] = (byte) sent;
          socket.send(new DatagramPacket(inform, inform.length, trapd.address()));
          sent++;
        }
        try {
          answer.setLength(4096);
          socket.receive(answer);
          got++;
        } catch (SocketTimeoutException e) {
          throw new IOException("snmptrapd acknowledged only " + got + " of " + sent, e);
        }
      }
      return informs / ((System.nanoTime() - began) / 1e9);
    }
  }

  /** An inform as our own sender makes it, with a request id of three octets. */
  private static byte[] captured() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Notifier notifier =
            new Notifier(
                new NotifierConfig(
                    new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort()),
                    new NotifierConfig.Inform2c("alarms"),
                    Duration.ofSeconds(1),
                    0),
                () -> Duration.ZERO)) {
      socket.setSoTimeout(5_000);
      var _ =
          notifier.send(
              new AlarmNotification(
                  1,
                  AlarmNotification.Kind.TEST,
                  null,
                  "card 1.3 is FAILED: no report for 15 s, as long as that of an alarm"));
      DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
      socket.receive(packet);
      return Arrays.copyOf(packet.getData(), packet.getLength());
    }
  }

  /**
   * Where the last three octets of the request id are: after the headers of message and PDU,
   * version and community.
   */
  private static int idOffset(byte[] message) throws IOException {
    int at = header(message, 0);
    at += 3; // version
    at = header(message, at) + message[at + 1]; // community
    at = header(message, at); // PDU
    int length = message[at + 1];
    if (message[at] != 2 || length < 3) {
      throw new IOException("the request id has " + length + " octets only");
    }
    return at + 2 + length - 3;
  }

  private static int header(byte[] message, int at) {
    return at + (message[at + 1] >= 0 ? 2 : 2 + (message[at + 1] & 0x7f));
  }

  /** net-snmp's receiver in the foreground. */
  private record Trapd(Process process, InetSocketAddress address, Path log)
      implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/snmptrapd");

    static Trapd start(Path folder) throws IOException, InterruptedException {
      Path own = Files.createTempDirectory(folder, "trapd");
      int port;
      try (DatagramSocket probe = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
        port = probe.getLocalPort();
      }
      Path configuration =
          Files.writeString(
              own.resolve("snmptrapd.conf"), "disableAuthorization yes\nformat2 %v\\n\n");
      Path log = own.resolve("log");
      ProcessBuilder builder =
          new ProcessBuilder(
                  Files.isExecutable(PROGRAM) ? PROGRAM.toString() : "snmptrapd",
                  "-f",
                  "-n",
                  "-Lf",
                  log.toString(),
                  "-On",
                  "-m",
                  "",
                  "-C",
                  "-c",
                  configuration.toString(),
                  "-p",
                  own.resolve("pid").toString(),
                  "udp:127.0.0.1:" + port)
              .redirectErrorStream(true)
              .redirectOutput(own.resolve("said").toFile());
      builder.environment().put("SNMP_PERSISTENT_DIR", own.resolve("persistent").toString());
      Process process;
      try {
        process = builder.start();
      } catch (IOException e) {
        throw new IOException("needs snmptrapd (package snmptrapd): " + e.getMessage(), e);
      }
      Trapd trapd =
          new Trapd(process, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), log);
      for (int i = 0; i < 200 && isFree(port); i++) {
        if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
          throw new IOException("snmptrapd ended: " + Files.readString(own.resolve("said")));
        }
      }
      return trapd;
    }

    private static boolean isFree(int port) {
      try (DatagramSocket socket =
          new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
        return socket.isBound();
      } catch (IOException e) {
        return false;
      }
    }

    /** Different sequence numbers that it has been told. */
    long distinct() throws IOException {
      try (var lines = Files.lines(log)) {
        return lines
            .map(SEQUENCE::matcher)
            .filter(Matcher::find)
            .map(m -> Long.parseLong(m.group(1)))
            .distinct()
            .count();
      }
    }

    @Override
    public void close() {
      process.destroy();
      try {
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
