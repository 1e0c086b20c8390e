package io.cade.sim.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snmp4j.smi.OID;

/**
 * What reading costs the SNMP agent, beside net-snmp's {@code snmpd} where it is installed: GETs
 * and walks by SNMPv2c, GETs by SNMPv3 with authentication and encryption (SHA-256, AES-128). Each
 * agent is a process of its own on one core, and is asked by the same generator on the other; the
 * agents take turns. Ours has a full cabinet (280 cards, 3,000 sensors with their limits, 1,000
 * services, 560 disks), is asked for instances from all over it, and knows four communities with
 * views and source networks. snmpd is asked for the scalars of its system group, which are its
 * cheapest; it walks what it has of its own, once all of mib-2 and once only the tables it holds in
 * memory, and the better rate counts.
 */
final class SnmpBench {
  private static final String COMMUNITY = "bench-community";
  private static final String USER = "bench";
  private static final String PASSPHRASE = "a passphrase of the bench";
  private static final int UNDER_WAY = 16;
  private static final int WALKERS = 8;
  private static final int PREPARED = 256;

  /** 1.3.6.1.4.1.32473.1: the cabinet. */
  private static final byte[] CADE = {0x2B, 6, 1, 4, 1, (byte) 0x81, (byte) 0xFD, 0x59, 1};

  private static final byte[] MIB_2 = {0x2B, 6, 1, 2, 1};
  private static final byte[] SYSTEM = {0x2B, 6, 1, 2, 1, 1};
  private static final byte[] SNMP_V2 = {0x2B, 6, 1, 6, 3};

  private final PrintStream out;

  SnmpBench(PrintStream out) {
    this.out = out;
  }

  /** An agent under test. */
  private record Agent(
      String label, Process process, List<InetSocketAddress> addresses, List<byte[]> walks)
      implements AutoCloseable {
    InetSocketAddress address() {
      return addresses.getFirst();
    }

    @Override
    public void close() throws IOException, InterruptedException {
      process.getOutputStream().close();
      process.destroy();
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }

  /** Rate and processor time of one kind of request; the best of its turns. */
  private static final class Score {
    double perSecond;
    double micros = Double.MAX_VALUE;

    void add(SnmpLoad.Done done, Duration spent) {
      perSecond = Math.max(perSecond, done.perSecond());
      micros = Math.min(micros, spent.toNanos() / 1e3 / done.objects());
    }
  }

  private static final class Scores {
    final Score get = new Score();
    final Score walk = new Score();
    final Score v3 = new Score();
  }

  void run(boolean quick) throws IOException, InterruptedException {
    try (Workspace workspace = Workspace.create();
        Agent ours = ours(workspace.root());
        Closing snmpd = new Closing(snmpd(workspace.root()))) {
      List<Agent> agents = snmpd.agent == null ? List.of(ours) : List.of(ours, snmpd.agent);
      List<Scores> scores = agents.stream().map(a -> new Scores()).toList();
      warm(ours, quick ? 2 : 8);
      int turns = quick ? 2 : 4;
      Duration time = quick ? Duration.ofSeconds(1) : Duration.ofSeconds(3);
      for (int turn = 0; turn < turns; turn++) {
        for (int i = 0; i < agents.size(); i++) {
          measure(agents.get(i), scores.get(i), time);
        }
      }
      report(agents, scores);
      growth(ours, quick ? 3 : 8);
    }
  }

  /** Closes an agent that may not be there. */
  private record Closing(@Nullable Agent agent) implements AutoCloseable {
    @Override
    public void close() throws IOException, InterruptedException {
      if (agent != null) {
        agent.close();
      }
    }
  }

  private Agent ours(Path root) throws IOException {
    List<String> command =
        pinned(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC",
                "-Xms32m",
                "-Xmx320m",
                "-cp",
                System.getProperty("java.class.path"),
                SnmpSubject.class.getName(),
                root.toString(),
                COMMUNITY,
                USER,
                PASSPHRASE));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("READY ")) {
        List<InetSocketAddress> addresses =
            Arrays.stream(line.substring(6).split(" ", -1))
                .map(port -> at(Integer.parseInt(port)))
                .toList();
        return new Agent("agent", process, addresses, List.of(CADE));
      }
    }
    process.destroy();
    throw new IOException("the agent did not start");
  }

  private @Nullable Agent snmpd(Path root) throws IOException, InterruptedException {
    if (!installed("snmpd")) {
      out.println("without snmpd, which is not installed");
      return null;
    }
    int port;
    try (var free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path folder = Files.createDirectory(root.resolve("snmpd"));
    Path config =
        Files.writeString(
            folder.resolve("snmpd.conf"),
            """
            agentaddress udp:127.0.0.1:%d
            rocommunity %s 127.0.0.0/8
            createUser %s SHA-256 "%s" AES "%s"
            rouser %s priv
            """
                .formatted(port, COMMUNITY, USER, PASSPHRASE, PASSPHRASE, USER));
    ProcessBuilder builder =
        new ProcessBuilder(
                pinned(
                    List.of(
                        program("snmpd"), "-f", "-C", "-c", config.toString(), "-Ln", "-m", "")))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile());
    builder.environment().put("SNMP_PERSISTENT_DIR", folder.toString());
    Process process = builder.start();
    var agent = new Agent("snmpd", process, List.of(at(port)), List.of(MIB_2, SNMP_V2));
    for (int attempt = 0; attempt < 20; attempt++) {
      try (var load = new SnmpLoad(agent.address())) {
        load.once(COMMUNITY, SYSTEM);
        return agent;
      } catch (IOException e) {
        if (!process.isAlive()) {
          break;
        }
        TimeUnit.MILLISECONDS.sleep(200);
      }
    }
    agent.close();
    throw new IOException("snmpd does not answer: " + Files.readString(folder.resolve("log")));
  }

  private static void warm(Agent agent, int seconds) throws IOException {
    for (InetSocketAddress address : agent.addresses()) {
      try (var load = new SnmpLoad(address)) {
        load.walk(COMMUNITY, CADE, WALKERS, Duration.ofSeconds(seconds));
        load.send(gets(load, CADE), UNDER_WAY, Duration.ofSeconds(seconds));
        if (address.equals(agent.address())) {
          load.send(
              Snmp3Capture.gets(address, USER, PASSPHRASE, names(load, CADE)),
              UNDER_WAY,
              Duration.ofSeconds(2L * seconds));
        }
      }
    }
  }

  private static void measure(Agent agent, Scores scores, Duration time) throws IOException {
    byte[] tree = agent.label().equals("snmpd") ? SYSTEM : CADE;
    try (var load = new SnmpLoad(agent.address())) {
      List<byte[]> gets = gets(load, tree);
      timed(agent, scores.get, () -> load.send(gets, UNDER_WAY, time));
      for (byte[] root : agent.walks()) {
        timed(agent, scores.walk, () -> load.walk(COMMUNITY, root, WALKERS, time));
      }
      List<byte[]> v3 = Snmp3Capture.gets(agent.address(), USER, PASSPHRASE, names(load, tree));
      timed(agent, scores.v3, () -> load.send(v3, UNDER_WAY, time));
    }
  }

  private interface Load {
    SnmpLoad.Done run() throws IOException;
  }

  private static void timed(Agent agent, Score score, Load load) throws IOException {
    Duration before = spent(agent);
    SnmpLoad.Done done = load.run();
    score.add(done, spent(agent).minus(before));
  }

  private static Duration spent(Agent agent) {
    return agent.process().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private void report(List<Agent> agents, List<Scores> scores) throws IOException {
    try (var load = new SnmpLoad(agents.getFirst().address())) {
      out.printf(
          Locale.ROOT,
          "the cabinet has %d objects; load average %s%n",
          load.once(COMMUNITY, CADE).size(),
          Files.readString(Path.of("/proc/loadavg")).strip());
    }
    for (int i = 0; i < agents.size(); i++) {
      String prefix = i == 0 ? "snmp." : "snmp." + agents.get(i).label() + "_";
      Scores s = scores.get(i);
      BenchMain.figure(out, prefix + "get_per_second", s.get.perSecond, "1/s");
      BenchMain.figure(out, prefix + "cpu_per_get", s.get.micros, "us");
      BenchMain.figure(out, prefix + "walk_objects_per_second", s.walk.perSecond, "1/s");
      BenchMain.figure(out, prefix + "cpu_per_walked_object", s.walk.micros, "us");
      BenchMain.figure(out, prefix + "v3_get_per_second", s.v3.perSecond, "1/s");
      BenchMain.figure(out, prefix + "cpu_per_v3_get", s.v3.micros, "us");
    }
    Scores us = scores.getFirst();
    for (int i = 1; i < agents.size(); i++) {
      String peer = agents.get(i).label();
      Scores them = scores.get(i);
      ratio("get_per_second", peer, us.get.perSecond / them.get.perSecond);
      ratio("cpu_per_get", peer, us.get.micros / them.get.micros);
      ratio("walk_objects_per_second", peer, us.walk.perSecond / them.walk.perSecond);
      ratio("cpu_per_walked_object", peer, us.walk.micros / them.walk.micros);
      ratio("v3_get_per_second", peer, us.v3.perSecond / them.v3.perSecond);
      ratio("cpu_per_v3_get", peer, us.v3.micros / them.v3.micros);
    }
  }

  private void ratio(String name, String peer, double value) {
    BenchMain.ratio(out, "snmp." + name, peer, value);
  }

  /** How long one walker takes over cabinets of one, two and four times the size. */
  private void growth(Agent agent, int walks) throws IOException {
    double[] best = new double[agent.addresses().size()];
    int[] objects = new int[best.length];
    Arrays.fill(best, Double.MAX_VALUE);
    for (int walk = 0; walk < walks; walk++) {
      for (int i = 0; i < best.length; i++) {
        try (var load = new SnmpLoad(agent.addresses().get(i))) {
          long began = System.nanoTime();
          objects[i] = load.once(COMMUNITY, CADE).size();
          best[i] = Math.min(best[i], (System.nanoTime() - began) / 1e6);
        }
      }
    }
    for (int i = 0; i < best.length; i++) {
      int size = SnmpSubject.SIZES.get(i);
      out.printf(Locale.ROOT, "one walk over %d objects takes %.0f ms%n", objects[i], best[i]);
      BenchMain.figure(
          out, "snmp.walk_nanos_per_object_" + size + "x", best[i] * 1e6 / objects[i], "ns");
    }
  }

  private static List<String> pinned(List<String> command) {
    if (!installed("taskset") || Runtime.getRuntime().availableProcessors() < 2) {
      return command;
    }
    var all = new ArrayList<String>(List.of("taskset", "-c", "0"));
    all.addAll(command);
    return all;
  }

  private static InetSocketAddress at(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static String program(String name) {
    String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
    return Stream.of(path.split(":", -1))
        .map(folder -> Path.of(folder).resolve(name))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Path::toString)
        .orElse(name);
  }

  private static boolean installed(String program) {
    String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
    return Stream.of(path.split(":", -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder).resolve(program)));
  }

  private static List<byte[]> gets(SnmpLoad load, byte[] root) throws IOException {
    List<byte[]> names = some(load.once(COMMUNITY, root));
    return IntStream.range(0, names.size())
        .mapToObj(i -> SnmpLoad.get(COMMUNITY, 1000 + i, names.get(i)))
        .toList();
  }

  private static List<OID> names(SnmpLoad load, byte[] root) throws IOException {
    return some(load.once(COMMUNITY, root)).stream().map(SnmpBench::oid).toList();
  }

  /** So many, from all over. */
  private static List<byte[]> some(List<byte[]> found) {
    // Of the system group the scalars: a table costs snmpd more.
    List<byte[]> all = found.stream().filter(n -> n.length != SYSTEM.length + 4).toList();
    int count = Math.min(PREPARED, all.size());
    return IntStream.range(0, count)
        .mapToObj(i -> all.get((int) ((long) i * all.size() / count)))
        .toList();
  }

  private static OID oid(byte[] contents) {
    var arcs = new ArrayList<Integer>(List.of(contents[0] / 40, contents[0] % 40));
    int arc = 0;
    for (int i = 1; i < contents.length; i++) {
      arc = arc << 7 | (contents[i] & 0x7F);
      if (contents[i] >= 0) {
        arcs.add(arc);
        arc = 0;
      }
    }
    return new OID(arcs.stream().mapToInt(Integer::intValue).toArray());
  }
}
