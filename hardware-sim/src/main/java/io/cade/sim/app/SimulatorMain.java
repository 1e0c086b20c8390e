package io.cade.sim.app;

import io.cade.agent.config.ConfigProblems;
import io.cade.agent.core.AgentTimings;
import io.cade.agent.gateway.HttpEngineChannels;
import io.cade.agent.run.AgentPlatform;
import io.cade.agent.run.OsServiceProcesses;
import io.cade.agent.run.ServiceRuntimes;
import io.cade.engine.datagram.NettyDatagramLoop;
import io.cade.sim.cabinet.SimulatedCabinet;
import io.cade.sim.control.ControlServer;
import io.cade.sim.firmware.CardFirmware;
import io.cade.sim.firmware.FirmwareConfig;
import io.cade.sim.hub.Backplane;
import io.cade.sim.hub.ChassisHub;
import io.cade.sim.pi4j.SimulatedBuses;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The simulator process: {@code --config FILE [--exit-on-stdin-eof]}. Exit codes: 0 done, 1 failed,
 * 2 usage or configuration.
 */
public final class SimulatorMain {
  private static final String USAGE = "usage: simulator --config FILE [--exit-on-stdin-eof]";

  private SimulatorMain() {}

  public static void main(String[] args) {
    Path file = null;
    boolean watchInput = false;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--config" -> file = ++i < args.length ? Path.of(args[i]) : null;
        case "--exit-on-stdin-eof" -> watchInput = true;
        default -> fail(2, "unknown argument '" + args[i] + "'; " + USAGE);
      }
    }
    if (file == null) {
      fail(2, USAGE);
      return;
    }
    try {
      run(SimulatorConfig.read(file), watchInput);
    } catch (ConfigProblems e) {
      fail(2, e.getMessage());
    } catch (Exception e) {
      fail(1, e instanceof IOException ? e.getMessage() : String.valueOf(e));
    }
  }

  private static void run(SimulatorConfig config, boolean watchInput) throws Exception {
    Files.createDirectories(config.stateDirectory());
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    try {
      SimulatedCabinet cabinet = build(config, parts);
      cabinet.start();
      parts.push(ControlServer.open(config.stateDirectory(), new TechnicianDesk(cabinet)));
      System.out.printf(
          "READY simulator: %d chassis of %d cards%n", config.chassis(), config.cards());
      awaitEnd(watchInput, parts);
    } finally {
      close(parts);
    }
  }

  private static SimulatedCabinet build(SimulatorConfig config, Deque<AutoCloseable> parts)
      throws Exception {
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    parts.push(() -> loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly());
    NettyDatagramLoop loop = new NettyDatagramLoop(loops.next());
    Backplane backplane = new Backplane(config.portOffset());
    for (int c = 1; c <= config.chassis(); c++) {
      parts.push(ChassisHub.connect(loop, c, backplane).get(10, TimeUnit.SECONDS));
    }
    SimulatedBuses buses = new SimulatedBuses();
    parts.push(buses);
    ExecutorService executor =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("sim-", 0).factory());
    parts.push(executor::shutdownNow);
    AgentPlatform agents =
        new AgentPlatform(
            new HttpEngineChannels(executor, HttpEngineChannels.Timeouts.standard()),
            new OsServiceProcesses(ServiceRuntimes.ofThisProcess()),
            InstantSource.system(),
            new SecureRandom(),
            // Whoever watches a demonstration does not wait a minute for a difference.
            AgentTimings.standard().withDeviceLookInterval(Duration.ofSeconds(5)));
    // A second between tries instead of four: the loopback network needs no patience.
    FirmwareConfig rom = new FirmwareConfig(Duration.ofSeconds(1), 1428, 8, 1 << 20);
    SimulatedCabinet cabinet =
        new SimulatedCabinet(
            config.chassis(),
            config.cards(),
            config.stateDirectory(),
            new SimulatedCabinet.Cards(
                agents,
                new CardFirmware(loop, backplane, rom, new Random(config.seed())),
                buses,
                config.bootHttpPort(),
                executor),
            new Random(config.seed()));
    parts.push(cabinet);
    return cabinet;
  }

  private static void awaitEnd(boolean watchInput, Deque<AutoCloseable> parts)
      throws InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    parts.addLast(ended::countDown);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(() -> {
                  end.countDown();
                  try {
                    var _ = ended.await(10, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
    if (watchInput) {
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            try {
              while (System.in.read() >= 0) {
                // Whatever is typed means nothing.
              }
            } catch (IOException e) {
              // No input any more is what we wait for.
            }
            end.countDown();
          });
    }
    end.await();
  }

  private static void close(Deque<AutoCloseable> parts) {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        System.err.println("simulator: " + e);
      }
    }
  }

  private static void fail(int code, @Nullable String message) {
    System.err.println("simulator: " + message);
    System.exit(code);
  }
}
