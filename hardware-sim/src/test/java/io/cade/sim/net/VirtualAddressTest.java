package io.cade.sim.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Balancer cards on one switch share an address: real processes, each on a machine of its own, that
 * are killed and come back, and a visitor who notices as little as may be.
 */
@Timeout(120)
class VirtualAddressTest {
  private static final String VIRTUAL = "10.78.0.100";
  private static final long INTERVAL_MILLIS = 1000;

  /** Three intervals and the skew time of priority 100. */
  private static final long DOWN_MILLIS = 3 * INTERVAL_MILLIS + 610;

  /** What a loaded machine may take beyond that for noticing, and for a connection. */
  private static final long SLACK_MILLIS = INTERVAL_MILLIS;

  @TempDir Path folder;

  private final List<AutoCloseable> open = new ArrayList<>();
  private NetworkNamespace wires;
  private NetworkNamespace visitor;
  private Machine one;
  private Machine two;

  /** A machine with a cable to the switch. */
  private record Machine(NetworkNamespace net, String address, String mac) {
    boolean hasVirtual() throws Exception {
      return net.ip("-4", "address", "show", "dev", "eth0").contains(VIRTUAL + "/32");
    }
  }

  @BeforeEach
  void lay() throws Exception {
    NetworkNamespace.requirePossible();
    wires = made("switch");
    wires.bridge("br0");
    one = machine("one", 2);
    two = machine("two", 3);
    visitor = machine("visitor", 9).net();
    serve(machine("proxy", 4).net());
  }

  @AfterEach
  void clear() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private NetworkNamespace made(String label) throws Exception {
    NetworkNamespace net = NetworkNamespace.create(label);
    open.add(net);
    return net;
  }

  private Machine machine(String label, int number) throws Exception {
    NetworkNamespace net = made(label);
    wires.cable("to" + number, net, "eth0");
    wires.ip("link", "set", "to" + number, "master", "br0");
    String mac = "02:00:00:78:00:0" + number;
    net.mac("eth0", mac);
    String address = "10.78.0." + number;
    net.address("eth0", address + "/24");
    return new Machine(net, address, mac);
  }

  /** Stands for a proxy card: answers with the balancer's address. */
  private void serve(NetworkNamespace net) throws Exception {
    ServerSocket listener =
        net.inside(() -> new ServerSocket(8080, 50, InetAddress.ofLiteral("10.78.0.4")));
    open.add(listener);
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          while (!listener.isClosed()) {
            try {
              Socket socket = listener.accept();
              Thread.ofVirtual().start(() -> answer(socket));
            } catch (IOException e) {
              return; // closed
            }
          }
        });
  }

  private static void answer(Socket socket) {
    try (socket) {
      String by = socket.getInetAddress().getHostAddress();
      int header = 28;
      while (socket.getInputStream().readNBytes(header + 1).length == header + 1) {
        header = 0; // one letter at a time from now on
        socket.getOutputStream().write((by + "\n").getBytes(US_ASCII));
      }
    } catch (IOException e) {
      // the visitor, or his balancer, is gone
    }
  }

  private Process balancer(Machine on, int priority, boolean preempt) throws Exception {
    Path file = folder.resolve(on.address() + ".yaml");
    Files.writeString(
        file,
        """
        role: balancer
        position: "0.%s"
        stateDirectory: %s
        http: %s:80
        proxiesHttp: 10.78.0.4:8080
        health: {kind: tcp, interval: 100ms, timeout: 500ms}
        timeouts: {drain: 100ms}
        virtualAddress: {id: 51, addresses: %s, interface: eth0, priority: %d, preempt: %s}
        """
            .formatted(
                on.address().substring(8),
                folder.resolve("state-" + on.address()),
                VIRTUAL,
                VIRTUAL,
                priority,
                preempt));
    Process process =
        on.net()
            .start(
                folder.resolve(on.address() + ".log"),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "io.cade.proxy.app.ProxyMain",
                "--config",
                file.toString());
    return process;
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private void await(String what, Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        StringBuilder logs = new StringBuilder();
        for (Machine machine : List.of(one, two)) {
          Path log = folder.resolve(machine.address() + ".log");
          logs.append(Files.exists(log) ? Files.readString(log) : "").append('\n');
        }
        throw new AssertionError("not in time: " + what + "\n" + logs);
      }
    }
  }

  private Socket connect() throws Exception {
    return visitor.inside(() -> {
      Socket socket = new Socket();
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral(VIRTUAL), 80), 300);
      socket.setSoTimeout(1000);
      return socket;
    });
  }

  /** Which balancer serves now; empty when none does. */
  private String visit() throws Exception {
    try (Socket socket = connect()) {
      return ask(socket);
    } catch (java.util.concurrent.ExecutionException | IOException e) {
      return "";
    }
  }

  private static String ask(Socket socket) throws IOException {
    socket.getOutputStream().write('?');
    StringBuilder line = new StringBuilder();
    for (int c = socket.getInputStream().read();
        c >= 0 && c != '\n';
        c = socket.getInputStream().read()) {
      line.append((char) c);
    }
    return line.toString();
  }

  private boolean visitorKnows(Machine machine) throws Exception {
    return visitor.ip("neigh", "show", VIRTUAL).contains(machine.mac());
  }

  private static void kill(Process process) throws Exception {
    // "ip netns exec" becomes the program: this is the balancer itself.
    assertThat(process.destroyForcibly().waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  /** Watches, until the condition holds, for how long both machines have the address at once. */
  private long overlapUntil(String what, Condition condition) throws Exception {
    long[] both = {0, 0};
    Predicate<Machine> has =
        machine -> {
          try {
            return machine.hasVirtual();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        };
    await(
        what,
        () -> {
          long before = System.nanoTime();
          if (has.test(one) && has.test(two)) {
            both[0] = both[0] == 0 ? before : both[0];
            both[1] = System.nanoTime();
          }
          return condition.holds();
        });
    return TimeUnit.NANOSECONDS.toMillis(both[1] - both[0]);
  }

  @Test
  void addressMovesWhenItsHolderIsKilledAndComesBackWithIt() throws Exception {
    Process holder = balancer(one, 200, true);
    await("one serves", () -> visit().equals(one.address()));
    balancer(two, 100, true);
    await("two stands by", () -> log(two).contains(": backup"));
    assertThat(visitorKnows(one)).isTrue();
    assertThat(two.hasVirtual()).isFalse();

    long killed = System.nanoTime();
    kill(holder);
    // Nothing is asked meanwhile: what the visitor learns, it learns from the announcement.
    long overlap = overlapUntil("announcement of two is heard", () -> visitorKnows(two));
    assertThat(visit()).isEqualTo(two.address());
    assertThat(millisSince(killed)).isLessThan(DOWN_MILLIS + SLACK_MILLIS);
    // The kernel has taken it away from a machine where nobody keeps it.
    overlap += overlapUntil("one has lost it", () -> !one.hasVirtual());
    assertThat(overlap).isLessThanOrEqualTo(INTERVAL_MILLIS);

    balancer(one, 200, true);
    overlap = overlapUntil("one has it again", () -> visitorKnows(one) && !two.hasVirtual());
    assertThat(overlap).isLessThanOrEqualTo(INTERVAL_MILLIS);
    await("one serves again", () -> visit().equals(one.address()));
  }

  private String log(Machine machine) throws IOException {
    return Files.readString(folder.resolve(machine.address() + ".log"));
  }

  @Test
  void withoutPreemptionTheFormerHolderStandsByAndAStopIsHardlyNoticed() throws Exception {
    Process holder = balancer(one, 200, false);
    await("one serves", () -> visit().equals(one.address()));
    Process second = balancer(two, 100, false);
    await("two stands by", () -> log(two).contains(": backup"));
    kill(holder);
    await("two serves", () -> visit().equals(two.address()));

    balancer(one, 200, false);
    await("one stands by", () -> log(one).contains(": backup"));
    await("one has lost it", () -> !one.hasVirtual());
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DOWN_MILLIS + SLACK_MILLIS);
    while (System.nanoTime() < end) {
      assertThat(visit()).isEqualTo(two.address());
    }
    try (Socket lasting = connect()) {
      assertThat(ask(lasting)).isEqualTo(two.address());
      long stopped = System.nanoTime();
      second.destroy();
      await("one serves", () -> visit().equals(one.address()));
      // It resigns: priority 200 waits 56/256 of an interval.
      assertThat(millisSince(stopped)).isLessThan(2 * INTERVAL_MILLIS);
      assertThat(second.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(two.hasVirtual()).isFalse();
      // What had been connected to the former holder ends, instead of hanging.
      assertThat(ends(lasting)).isTrue();
    }
  }

  private static boolean ends(Socket socket) {
    try {
      return ask(socket).isEmpty();
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void holderWhoseCableIsCutIsReplacedAndYieldsWhenItIsBack() throws Exception {
    balancer(one, 200, true);
    await("one serves", () -> visit().equals(one.address()));
    balancer(two, 100, true);
    await("two stands by", () -> log(two).contains(": backup"));
    wires.ip("link", "set", "to2", "down");
    await("two serves", () -> visit().equals(two.address()));
    await("one has given it up", () -> !one.hasVirtual());
    wires.ip("link", "set", "to2", "up");
    await("one serves", () -> visit().equals(one.address()));
    await("two has given it up", () -> !two.hasVirtual());
  }

  @Test
  void keepalivedSharesTheAddressWithABalancer() throws Exception {
    String keepalived = Tool.require("keepalived", "keepalived");
    Path file = folder.resolve("keepalived.conf");
    Files.writeString(
        file,
        """
        global_defs { vrrp_version 3 }
        vrrp_instance shared {
          state BACKUP
          interface eth0
          virtual_router_id 51
          priority 100
          advert_int 1
          virtual_ipaddress { %s/32 }
        }
        """
            .formatted(VIRTUAL));
    two.net()
        .start(
            folder.resolve(two.address() + ".log"),
            keepalived,
            "--dont-fork",
            "--log-console",
            "--vrrp",
            "--use-file=" + file,
            "--pid=" + folder.resolve("keepalived.pid"),
            "--vrrp_pid=" + folder.resolve("vrrp.pid"));
    await("keepalived has it", two::hasVirtual);
    Process ours = balancer(one, 200, true);
    await("keepalived has heard of a higher priority", () -> !two.hasVirtual());
    await("one serves", () -> visit().equals(one.address()));
    ours.destroy(); // resigns
    await("keepalived has it", two::hasVirtual);
    assertThat(one.hasVirtual()).isFalse();
    balancer(one, 50, true);
    await("one stands by", () -> log(one).contains(": backup"));
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2 * DOWN_MILLIS);
    while (System.nanoTime() < end) {
      assertThat(one.hasVirtual()).isFalse();
    }
  }
}
