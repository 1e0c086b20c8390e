package io.cade.agent.run;

import io.cade.agent.device.DeviceKeeper;
import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ServiceStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent of one card, from power-on to {@link #close} or {@link #kill}. Many can live in one
 * process. Safe for use by several threads.
 */
public final class Agent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
  private static final int BOOT_ID_BYTES = 16;

  /** Time between two looks at the sensors that the engine watches. */
  private static final Duration SENSOR_LOOK = Duration.ofMillis(700);

  private static final int END_SECONDS = 10;

  private final CardPosition position;
  private final EngineExchanges engine;
  private final AgentLoop loop;
  private final PokeSocket pokes;
  private final ExecutorService executor;
  private final Thread owner;
  private final Thread watch;
  private final @Nullable Thread device;
  private final Thread logs;
  private final CountDownLatch ending = new CountDownLatch(1);

  private Agent(
      CardPosition position,
      EngineExchanges engine,
      AgentLoop loop,
      PokeSocket pokes,
      ExecutorService executor) {
    this.position = position;
    this.engine = engine;
    this.loop = loop;
    this.pokes = pokes;
    this.executor = executor;
    this.owner = Thread.ofVirtual().name("agent-" + position).unstarted(loop);
    this.watch = Thread.ofVirtual().name("agent-" + position + "-sensors").unstarted(this::watch);
    this.logs = Thread.ofVirtual().name("agent-" + position + "-logs").unstarted(loop.logs());
    DeviceKeeper keeper = loop.keeper();
    this.device =
        keeper == null
            ? null
            : Thread.ofVirtual().name("agent-" + position + "-device").unstarted(keeper);
  }

  /**
   * Boots the agent; returns when it listens for pokes, before it has reached its engine.
   *
   * @throws IOException when the directory cannot be used, the poke port cannot be bound or the
   *     configuration's certificate is none
   */
  public static Agent start(AgentEnvironment env) throws IOException {
    CardBootConfig config = env.config();
    InetAddress local;
    try {
      local = InetAddress.ofLiteral(config.localAddress());
    } catch (IllegalArgumentException e) {
      throw new IOException("localAddress '" + config.localAddress() + "' is no address", e);
    }
    makePrivate(env.directory());
    byte[] bootId = new byte[BOOT_ID_BYTES];
    env.platform().random().nextBytes(bootId);
    EngineExchanges engine = new EngineExchanges(env, HexFormat.of().formatHex(bootId));
    ServiceFiles files = new ServiceFiles(env.directory());
    files.tidy();
    ExecutorService executor =
        Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("agent-" + config.position() + "-", 0).factory());
    AgentLoop loop = new AgentLoop(env, engine, files, new MemoryFile(env.directory()), executor);
    PokeSocket pokes =
        PokeSocket.open(new InetSocketAddress(local, config.pokePort()), loop::poked);
    Agent agent = new Agent(config.position(), engine, loop, pokes, executor);
    agent.owner.start();
    agent.watch.start();
    agent.logs.start();
    if (agent.device != null) {
      agent.device.start();
    }
    return agent;
  }

  private static void makePrivate(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  /** Where the card sits. */
  public CardPosition position() {
    return position;
  }

  /** Whether the engine knows the card and gets its reports. */
  public boolean online() {
    return loop.online();
  }

  /** The card's services as they are now. */
  public List<ServiceStatus> services() {
    return loop.services();
  }

  /**
   * Returns when the agent has stopped by a failure, which its log tells; never for {@link #close}
   * or {@link #kill}. Its services run until it is closed; nobody looks after them.
   */
  public void awaitFailure() throws InterruptedException {
    loop.awaitFailure();
  }

  /** Shuts the card down in order: services are asked to end, and waited for. */
  @Override
  public void close() {
    end(false);
  }

  /** Power cut: no goodbye; processes are destroyed, sockets closed. */
  public void kill() {
    end(true);
  }

  /** Not ended by an interrupt: that would close a bus in the midst of a transfer. */
  private void watch() {
    try {
      while (!ending.await(SENSOR_LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          loop.lookAtSensors();
        } catch (RuntimeException e) {
          LOG.warn("card {}: sensors cannot be watched; the next report tells", position, e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void end(boolean atOnce) {
    pokes.close();
    ending.countDown();
    owner.interrupt();
    logs.interrupt();
    if (device != null) {
      device.interrupt();
    }
    try {
      watch.join();
      owner.join();
      logs.join();
      if (device != null) {
        device.join();
      }
      loop.endProcesses(atOnce);
      engine.close();
      executor.shutdown();
      if (atOnce || !executor.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        executor.shutdownNow();
        loop.endProcesses(true);
      }
      if (!executor.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("tasks of card {} did not end", position);
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      loop.endProcesses(true);
      Thread.currentThread().interrupt();
    }
  }
}
