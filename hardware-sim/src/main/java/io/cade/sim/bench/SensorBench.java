package io.cade.sim.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.cade.agent.hw.CardBus;
import io.cade.agent.hw.ChassisBus;
import io.cade.agent.hw.FruBoardInfo;
import io.cade.agent.hw.Reading;
import io.cade.sim.chassis.ChassisPhysics;
import io.cade.sim.chassis.ChassisSettings;
import io.cade.sim.control.ControlClient;
import io.cade.sim.control.ControlReply;
import io.cade.sim.device.I2cWire;
import io.cade.sim.device.NackException;
import io.cade.sim.pi4j.SimulatedBuses;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * What reading all sensors of a full cabinet every second costs, through drivers, Pi4J and chip
 * models; and how long a change takes from the chip to the notification on the wire of a
 * demonstration with all its processes.
 */
final class SensorBench {
  private static final int CHASSIS = 20;
  private static final int SLOTS = 14;
  private static final int WARM_UP = 30;
  private static final Duration READY_LIMIT = Duration.ofMinutes(2);
  private static final int PATIENCE_MILLIS = 40_000;

  private final Path launcher;
  private final PrintStream out;

  SensorBench(Path launcher, PrintStream out) {
    this.launcher = launcher;
    this.out = out;
  }

  void run(boolean quick) throws IOException, InterruptedException {
    reading(quick ? 5 : 15);
    notifying(quick ? 8 : 100);
  }

  /** CPU time of the one thread that reads, so that it is the whole stack's and nothing else's. */
  private void reading(int seconds) throws IOException, InterruptedException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    try (SimulatedBuses buses = new SimulatedBuses()) {
      List<CardBus> cards = new ArrayList<>();
      List<ChassisBus> chassis = new ArrayList<>();
      List<ChassisPhysics> physics = new ArrayList<>();
      InstantSource clock = InstantSource.fixed(Instant.EPOCH);
      for (int c = 1; c <= CHASSIS; c++) {
        ChassisPhysics p =
            ChassisPhysics.attach(
                buses, c, ChassisSettings.defaults(), board("CH" + c), new Random(c));
        physics.add(p);
        for (int s = 1; s <= SLOTS; s++) {
          p.insert(s, board("CB" + c + s));
          cards.add(CardBus.open(buses.context(), SimulatedBuses.cardBus(c, s), clock));
        }
        chassis.add(ChassisBus.open(buses.context(), SimulatedBuses.chassisBus(c), clock));
      }
      int readings = 0;
      for (int i = 0; i < WARM_UP; i++) {
        readings = round(cards, chassis);
      }
      physics.forEach(p -> p.advance(Duration.ofSeconds(1)));
      long transfers = transfers(buses);
      int good = 0;
      long spent = 0;
      for (int i = 0; i < seconds; i++) {
        long began = System.nanoTime();
        long before = threads.getCurrentThreadCpuTime();
        good += round(cards, chassis);
        spent += threads.getCurrentThreadCpuTime() - before;
        TimeUnit.NANOSECONDS.sleep(
            Math.max(0, Duration.ofSeconds(1).toNanos() - (System.nanoTime() - began)));
      }
      if (good != readings * seconds) {
        throw new IOException("some sensors could not be read");
      }
      long each = (transfers(buses) - transfers) / seconds;
      BenchMain.figure(out, "sensors.readings", readings, "readings/s");
      BenchMain.figure(out, "sensors.transfers", each, "transfers/s");
      BenchMain.figure(out, "sensors.cpu_percent", spent / 1e7 / seconds, "%");
      BenchMain.figure(out, "sensors.model_cpu_percent", model(buses, each, threads) / 1e7, "%");
    }
  }

  private static int round(List<CardBus> cards, List<ChassisBus> chassis) {
    int good = 0;
    for (CardBus card : cards) {
      good += (int) card.readings().stream().filter(Reading::isOk).count();
    }
    for (ChassisBus bus : chassis) {
      good += (int) bus.readings().stream().filter(Reading::isOk).count();
    }
    return good;
  }

  private static long transfers(SimulatedBuses buses) {
    long all = 0;
    for (int c = 1; c <= CHASSIS; c++) {
      all += buses.wire(SimulatedBuses.chassisBus(c)).transfers();
      for (int s = 1; s <= SLOTS; s++) {
        all += buses.wire(SimulatedBuses.cardBus(c, s)).transfers();
      }
    }
    return all;
  }

  /** CPU nanoseconds of as many transfers without drivers and Pi4J: what only a simulation pays. */
  private static long model(SimulatedBuses buses, long transfers, ThreadMXBean threads)
      throws NackException {
    I2cWire wire = buses.wire(SimulatedBuses.cardBus(1, 1));
    byte[] pointer = {2};
    long spent = 0;
    for (int turn = 0; turn < 5; turn++) {
      long before = threads.getCurrentThreadCpuTime();
      for (long i = 0; i < transfers; i++) {
        wire.transfer(CardBus.RAIL_12V_ADDRESS, pointer, 2);
      }
      spent = threads.getCurrentThreadCpuTime() - before;
    }
    return spent;
  }

  private static FruBoardInfo board(String serial) {
    return new FruBoardInfo(null, "Cade", "Board", serial, "P-1", "v1", List.of());
  }

  /** A card is warmed beyond a limit; the clock runs until the notification is here. */
  private void notifying(int samples) throws IOException, InterruptedException {
    try (Workspace workspace = Workspace.create();
        Running demo = Running.demo(launcher, workspace, 2)) {
      demo.awaitReady(READY_LIMIT);
      JsonNode endpoints = Running.endpoints(workspace);
      String trap = endpoints.path("trap").asText();
      int port = Integer.parseInt(trap.substring(trap.lastIndexOf(':') + 1));
      try (DatagramSocket receiver =
          new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
        receiver.setSoTimeout(PATIENCE_MILLIS);
        Path sim = workspace.state().resolve("sim");
        Random random = new Random(1);
        List<Double> millis = new ArrayList<>();
        // Nobody listened while the engine started: it pauses between its attempts.
        receive(receiver);
        drain(receiver);
        for (int i = 0; i < samples; i++) {
          String card = (1 + i % 2) + "." + (1 + i / 2 % SLOTS);
          // Anywhere within the second between two looks.
          TimeUnit.MILLISECONDS.sleep(random.nextInt(1_000));
          long began = System.nanoTime();
          ask(sim, "heat", card, "78");
          await(receiver, "card " + card + " board.temperature");
          millis.add((System.nanoTime() - began) / 1e6);
          ask(sim, "heat", card, "off");
          await(receiver, "card " + card + " board.temperature");
          drain(receiver);
        }
        millis.sort(Double::compare);
        BenchMain.figure(out, "sensors.change_to_trap_p50", millis.get(millis.size() / 2), "ms");
        BenchMain.figure(
            out,
            "sensors.change_to_trap_p99",
            millis.get((int) Math.ceil(millis.size() * 0.99) - 1),
            "ms");
      }
    }
  }

  private static void ask(Path sim, String... words) throws IOException {
    ControlReply reply = ControlClient.ask(sim, List.of(words));
    if (!reply.ok()) {
      throw new IOException(reply.message());
    }
  }

  /** Waits for a notification that names the source; acknowledges every inform meanwhile. */
  private static void await(DatagramSocket receiver, String source) throws IOException {
    byte[] wanted = source.getBytes(StandardCharsets.US_ASCII);
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (System.nanoTime() < end) {
      byte[] message = receive(receiver);
      if (contains(message, wanted)) {
        return;
      }
    }
    throw new IOException("no notification about " + source + " within 40 s");
  }

  /** Takes what is under way, until nothing has come for half a second. */
  private static void drain(DatagramSocket receiver) throws IOException {
    receiver.setSoTimeout(500);
    try {
      while (true) {
        receive(receiver);
      }
    } catch (SocketTimeoutException e) {
      receiver.setSoTimeout(PATIENCE_MILLIS);
    }
  }

  private static byte[] receive(DatagramSocket receiver) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
    receiver.receive(packet);
    byte[] message = Arrays.copyOf(packet.getData(), packet.getLength());
    int tag = pduAt(message);
    if (tag > 0 && (message[tag] & 0xff) == 0xa6) {
      // A response to an inform is the same PDU with another tag (RFC 3416 §4.2.7).
      byte[] response = message.clone();
      response[tag] = (byte) 0xa2;
      receiver.send(new DatagramPacket(response, response.length, packet.getSocketAddress()));
    }
    return message;
  }

  /** Where the PDU of a message with a community begins; 0 when it is none. */
  private static int pduAt(byte[] message) {
    if (message.length < 8 || message[0] != 0x30) {
      return 0;
    }
    int at = 2 + ((message[1] & 0x80) != 0 ? message[1] & 0x7f : 0);
    at += 2 + message[at + 1];
    if (message[at] != 0x04) {
      return 0;
    }
    at += 2 + (message[at + 1] & 0x7f);
    return at < message.length ? at : 0;
  }

  private static boolean contains(byte[] message, byte[] wanted) {
    return new String(message, StandardCharsets.ISO_8859_1)
        .contains(new String(wanted, StandardCharsets.US_ASCII));
  }
}
