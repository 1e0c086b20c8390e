package io.cade.engine.dhcp;

import com.sun.management.OperatingSystemMXBean;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.datagram.NettyDatagramLoop;
import io.cade.engine.dhcp.decide.ChassisSubnets;
import io.cade.engine.dhcp.decide.Outcome;
import io.cade.engine.dhcp.policy.DhcpPolicy;
import io.cade.engine.dhcp.policy.Identification;
import io.cade.engine.dhcp.policy.Network;
import io.cade.engine.dhcp.policy.Parameters;
import io.cade.engine.dhcp.policy.Strangers;
import io.cade.engine.dhcp.policy.Subnet;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.store.EngineState;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What the server itself costs, without sockets: 280 cards of the inventory behind a relay agent,
 * as perfdhcp's clients are. Arguments: a directory on the disk to be measured, seconds for each
 * figure.
 */
final class DhcpPathBench {
  private static final int CARDS = 280;
  private static final int WINDOW = 256;

  /** Takes answers and lets the next request go. */
  private static final class Sink implements Wire {
    final Semaphore window = new Semaphore(WINDOW);
    long answers;

    @Override
    public void send(byte[] payload, Destination to) {
      answers++;
      window.release();
    }

    @Override
    public Ipv4Address address() {
      return Rig.SERVER;
    }

    @Override
    public String name() {
      return "sink";
    }

    @Override
    public CompletableFuture<Boolean> inUse(Ipv4Address address) {
      return CompletableFuture.completedFuture(false);
    }

    @Override
    public void close() {
      // Nothing to give back.
    }
  }

  private WireReceiver receiver = (on, from, bytes) -> {};
  private final Sink sink = new Sink();

  private DhcpPathBench() {}

  public static void main(String[] args) throws Exception {
    Path parent = Path.of(args.length > 0 ? args[0] : System.getProperty("java.io.tmpdir"));
    int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    new DhcpPathBench().run(Files.createTempDirectory(parent, "dhcp-bench"), seconds);
  }

  private void run(Path directory, int seconds) throws Exception {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (EngineState state = EngineState.open(directory, InstantSource.system())) {
      NettyDatagramLoop loop = new NettyDatagramLoop(group.next());
      DhcpService service = start(loop, state.writer());
      for (String round : List.of("warm", "")) {
        discover(loop, seconds, round);
        request(loop, seconds, round);
      }
      service
          .outcomes()
          .forEach((outcome, count) -> {
            if (count > 0 && outcome != Outcome.OFFERED && outcome != Outcome.ACKED) {
              System.out.println(outcome + " " + count);
            }
          });
      service.close();
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  private DhcpService start(NettyDatagramLoop loop, ChangeWriter writer) {
    Map<MacAddress, CardPosition> inventory = new HashMap<>();
    for (int i = 0; i < CARDS; i++) {
      inventory.put(MacAddress.of(mac(i)), new CardPosition(1 + i / 14, 1 + i % 14));
    }
    Subnet relays =
        new Subnet(
            Network.parse("127.9.0.0/24"), Optional.empty(), Optional.empty(), Parameters.NONE);
    DhcpPolicy policy =
        Rig.policy(
            new Identification(inventory, Map.of()),
            Strangers.IGNORED,
            List.of(relays),
            Parameters.NONE,
            false);
    WireOpener opener =
        (l, to) -> {
          receiver = to;
          return CompletableFuture.completedFuture(sink);
        };
    return DhcpService.start(
            loop,
            writer,
            InstantSource.system(),
            new ChassisSubnets(Ipv4Address.of(127, 1, 0, 0), 20),
            DhcpConfig.of(Rig.SERVER.port(67), Rig.SERVER, "agent.json")
                .withPolicy(policy, Duration.ofHours(1), Rig.SERVER),
            List.of(opener))
        .join();
  }

  /** All on the loop's thread, one after the other. */
  private void discover(NettyDatagramLoop loop, int seconds, String round) throws Exception {
    List<byte[]> messages = new ArrayList<>();
    for (int i = 0; i < CARDS; i++) {
      messages.add(message(i, Packets.option(53, "01"), Packets.option(55, "01 03 06 0c 0f 1c")));
    }
    CountDownLatch done = new CountDownLatch(1);
    loop.execute(() -> {
      long began = System.nanoTime();
      long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      long end = began + TimeUnit.SECONDS.toNanos(seconds);
      long count = 0;
      while (System.nanoTime() < end) {
        for (byte[] m : messages) {
          receiver.received(sink, Rig.POOL_WIRE.port(67), m);
        }
        count += CARDS;
      }
      cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu;
      figure(round, "dhcp.path.discover", (System.nanoTime() - began) / (double) count, "ns");
      figure(round, "dhcp.path.discover_cpu", cpu / (double) count, "ns");
      done.countDown();
    });
    done.await();
    sink.window.drainPermits();
    sink.window.release(WINDOW);
  }

  /** A window of requests on their way through the log. */
  private void request(NettyDatagramLoop loop, int seconds, String round)
      throws InterruptedException, IOException {
    List<byte[]> messages = new ArrayList<>();
    for (int i = 0; i < CARDS; i++) {
      messages.add(
          message(
              i,
              Packets.option(53, "03"),
              Packets.option(54, "7f000001"),
              Packets.option(50, "7f01%02x%02x".formatted(1 + i / 14, 1 + i % 14)),
              Packets.option(55, "01 03 06 0c 0f 1c")));
    }
    long began = System.nanoTime();
    long end = began + TimeUnit.SECONDS.toNanos(seconds);
    long before = sink.answers;
    OperatingSystemMXBean process =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long cpu = process.getProcessCpuTime();
    int transaction = 0;
    for (int i = 0; System.nanoTime() < end; i = (i + 1) % CARDS) {
      byte[] m = messages.get(i).clone();
      transaction++;
      m[4] = (byte) (transaction >> 24);
      m[5] = (byte) (transaction >> 16);
      m[6] = (byte) (transaction >> 8);
      m[7] = (byte) transaction;
      sink.window.acquire();
      loop.execute(() -> receiver.received(sink, Rig.POOL_WIRE.port(67), m));
    }
    sink.window.acquire(WINDOW);
    double perSecond = (sink.answers - before) * 1e9 / (System.nanoTime() - began);
    sink.window.release(WINDOW);
    figure(round, "dhcp.path.requests", perSecond, "1/s");
    figure(
        round,
        "dhcp.path.request_cpu",
        (process.getProcessCpuTime() - cpu) / (double) (sink.answers - before),
        "ns");
  }

  private static byte[] message(int card, byte[]... options) {
    byte[] m = Packets.message(card, 0, options);
    System.arraycopy(mac(card), 0, m, 28, 6);
    Packets.address(m, 24, 127, 9, 0, 1);
    return m;
  }

  private static byte[] mac(int i) {
    return new byte[] {0, 0x0c, 1, 2, (byte) (i >> 8), (byte) i};
  }

  private static void figure(String round, String name, double value, String unit) {
    if (round.isEmpty()) {
      System.out.println(String.format(Locale.ROOT, "figure %s %.0f %s", name, value, unit));
    }
  }
}
