package io.cade.agent.run;

import io.cade.agent.core.AgentCore;
import io.cade.agent.core.AgentEffect;
import io.cade.agent.core.AgentEvent;
import io.cade.agent.core.AgentEvent.Exchange;
import io.cade.agent.core.AgentMemory;
import io.cade.agent.device.DeviceKeeper;
import io.cade.agent.device.OperatingSystem;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.ServiceStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The owner of one agent's core: takes events from a bounded queue, steps the core, carries out its
 * effects. Its thread alone touches core, memory and launchers; everything that blocks runs on the
 * executor and comes back through the queue.
 */
final class AgentLoop implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(AgentLoop.class);

  /** Logs are for later when a whole module starts. */
  private static final Duration AFTER_START = Duration.ofSeconds(3);

  private static final Duration AFTER_END = Duration.ofMillis(500);

  /** Between two attempts to make something durable. */
  private static final Duration REMEMBER_AGAIN = Duration.ofSeconds(1);

  /** Attempts. */
  private static final int SAID_AGAIN_AFTER = 60;

  /** Events waiting; tasks wait for room, pokes are dropped. */
  private static final int MAX_EVENTS = 256;

  private final AgentEnvironment env;
  private final EngineExchanges engine;
  private final ServiceFiles files;
  private final MemoryFile memoryFile;
  private final AgentCore core;
  private final ExecutorService executor;

  /** The core's time: a clock that is set must neither hold reports back nor make them pile up. */
  private final SteadyClock clock;

  private final CountDownLatch failed = new CountDownLatch(1);
  private final AgentWords words = new AgentWords();
  private final BlockingQueue<AgentEvent> events = new ArrayBlockingQueue<>(MAX_EVENTS);
  private final Map<Long, ServiceLauncher> launchers = new HashMap<>();
  private final @Nullable DeviceKeeper keeper;
  private final CardCollector collector;
  private final ModelReports models;
  private AgentMemory memory;
  private volatile List<ServiceStatus> services = List.of();
  private volatile boolean online;

  /** Command after whose result the card restarts; 0 for none. Set by its task. */
  private final java.util.concurrent.atomic.AtomicLong restartAfter =
      new java.util.concurrent.atomic.AtomicLong();

  AgentLoop(
      AgentEnvironment env,
      EngineExchanges engine,
      ServiceFiles files,
      MemoryFile memoryFile,
      ExecutorService executor)
      throws IOException {
    this.env = env;
    this.engine = engine;
    this.files = files;
    this.memoryFile = memoryFile;
    this.executor = executor;
    this.clock = new SteadyClock(env.platform().clock(), System::nanoTime);
    this.memory = memoryFile.load();
    this.core = new AgentCore(env.platform().timings(), memory, env.platform().random());
    DeviceKeeper device = keeper(env);
    this.keeper = device;
    this.collector = new CardCollector(env, engine, () -> online);
    this.models = new ModelReports(() -> device == null ? null : device.standing());
    engine.models(models);
  }

  private @Nullable DeviceKeeper keeper(AgentEnvironment of) {
    OperatingSystem system = of.system();
    return system == null
        ? null
        : new DeviceKeeper(
            system,
            of.directory(),
            of.platform().timings().deviceLookInterval(),
            System::nanoTime,
            of.platform().clock(),
            () -> events.offer(new AgentEvent.SensorsMoved()));
  }

  /** For any thread: a poke, forgotten when the agent is too busy to hear it. */
  void poked() {
    events.offer(new AgentEvent.Poked());
  }

  /** For any thread: looks at the sensors between reports; the engine hears of news at once. */
  void lookAtSensors() {
    if (online && engine.sensors().hasNews()) {
      events.offer(new AgentEvent.SensorsMoved());
    }
  }

  /** For any thread: services as last stepped. */
  List<ServiceStatus> services() {
    return services;
  }

  /** For any thread: whether the card is introduced. */
  boolean online() {
    return online;
  }

  /** Runs until its thread is interrupted. */
  @Override
  public void run() {
    try {
      // Forgotten when the agent is too busy: the next report has it in any case.
      env.sensors().onNews(() -> events.offer(new AgentEvent.SensorsMoved()));
      step(new AgentEvent.Started(engine.standing()));
      while (!Thread.currentThread().isInterrupted()) {
        step(next());
      }
    } catch (InterruptedException | ClosedByInterruptException e) {
      // The end came while waiting, or in the middle of a write, whose old file then stands.
      LOG.debug("agent of card {} ends", env.config().position());
    } catch (IOException | RuntimeException | Error e) {
      // Without its core the agent is nothing: it says so, that it can be started again.
      LOG.error("agent of card {} stops", env.config().position(), e);
      failed.countDown();
    }
  }

  /** Returns when the loop has ended by a failure; not when it was interrupted. */
  void awaitFailure() throws InterruptedException {
    failed.await();
  }

  private AgentEvent next() throws InterruptedException {
    Instant wake = core.nextWake();
    if (wake.equals(Instant.MAX)) {
      return events.take();
    }
    long wait = Duration.between(clock.instant(), wake).toMillis();
    AgentEvent event = events.poll(Math.max(0, wait), TimeUnit.MILLISECONDS);
    return event == null ? new AgentEvent.Tick() : event;
  }

  private void step(AgentEvent event) throws IOException, InterruptedException {
    log(event);
    List<AgentEffect> effects = core.step(event, clock.instant(), env.platform().clock().instant());
    services = core.services();
    online = core.online();
    for (AgentEffect effect : effects) {
      carryOut(effect);
    }
    if (event instanceof AgentEvent.ServiceExited exited) {
      launchers.remove(exited.launch());
    }
    if (event instanceof AgentEvent.DeviceDone done
        && done.result().commandId() == restartAfter.get()) {
      // Its result is remembered by now: the engine hears it before or after.
      env.images().restart();
    }
  }

  private AgentEvent images(Command.OfImage command) throws InterruptedException {
    try {
      CardImages.Done done = env.images().carryOut(command, engine::session);
      if (done.restart()) {
        restartAfter.set(command.id());
      }
      return new AgentEvent.DeviceDone(new CommandResult(command.id(), true, done.detail()));
    } catch (IOException | RuntimeException | Error e) {
      return new AgentEvent.DeviceDone(new CommandResult(command.id(), false, message(e)));
    }
  }

  /** What brings the card's logs to the engine; its thread is the agent's. */
  Runnable logs() {
    return collector.shipper();
  }

  private void log(AgentEvent event) {
    String line = words.of(event);
    if (!line.isEmpty()) {
      collector.say(line);
    }
    // After a start and after an end there may be no later occasion.
    if (event instanceof AgentEvent.IntroductionAnswered) {
      collector.shipper().within(AFTER_START);
    } else if (event instanceof AgentEvent.ServiceExited) {
      collector.shipper().within(AFTER_END);
    }
    switch (event) {
      case AgentEvent.ExchangeFailed _ when !line.isEmpty() ->
          LOG.info("card {}: {}", env.config().position(), line);
      case AgentEvent.ServiceReady ready -> LOG.info("card {}: {}", env.config().position(), ready);
      case AgentEvent.ServiceExited exited ->
          LOG.info("card {}: {}", env.config().position(), exited);
      case AgentEvent.InstallFailed failed ->
          LOG.warn("card {}: {}", env.config().position(), failed);
      default -> LOG.trace("card {}: {}", env.config().position(), event);
    }
  }

  private void carryOut(AgentEffect effect) throws IOException, InterruptedException {
    switch (effect) {
      case AgentEffect.Remember remember -> remember(remember.memory());
      case AgentEffect.RefetchBootConfig refetch -> {
        LOG.info("card {} fetches its configuration: {}", env.config().position(), refetch.cause());
        exchange(Exchange.BOOT_CONFIG, engine::refetchBootConfig);
      }
      case AgentEffect.Enrol() -> exchange(Exchange.ENROL, engine::enrol);
      case AgentEffect.Renew() -> exchange(Exchange.RENEW, engine::renew);
      case AgentEffect.Introduce() -> exchange(Exchange.INTRODUCE, engine::introduce);
      case AgentEffect.SendReport report ->
          exchange(Exchange.REPORT, () -> engine.report(report.services(), report.chassisReader()));
      case AgentEffect.OpenAskSession open ->
          exchange(Exchange.ASK, () -> engine.openSession(open.result()));
      case AgentEffect.Ask ask -> exchange(Exchange.ASK, () -> engine.ask(ask.result()));
      case AgentEffect.CloseAskSession() -> engine.closeSession();
      case AgentEffect.InstallPackage install -> {
        String key = memory.packageKeyPem();
        background(() -> install(install, key));
      }
      case AgentEffect.DeletePackage delete ->
          background(() -> {
            files.deletePackage(delete.service(), delete.packageDigest());
            return new AgentEvent.Tick();
          });
      case AgentEffect.DeleteService delete -> background(() -> delete(delete.service()));
      case AgentEffect.SetHardware set -> background(() -> setHardware(set.command()));
      case AgentEffect.ChangeImages change -> background(() -> images(change.command()));
      case AgentEffect.ChangeDevice change -> changeDevice(change.command());
      case AgentEffect.Collect collect -> background(() -> collector.carryOut(collect.command()));
      case AgentEffect.Reboot reboot -> background(() -> reboot(reboot.command()));
      case AgentEffect.StartProcess start -> launch(start);
      case AgentEffect.StopProcess stop -> {
        ServiceLauncher launcher = launchers.get(stop.launch());
        if (launcher != null) {
          launcher.stop();
        }
      }
    }
  }

  /** Nothing may follow before it is durable, so what hinders it is waited for. */
  private void remember(AgentMemory next) throws IOException, InterruptedException {
    for (int attempt = 0; ; attempt++) {
      try {
        memoryFile.store(next);
        memory = next;
        return;
      } catch (ClosedByInterruptException e) {
        throw e;
      } catch (IOException e) {
        if (attempt % SAID_AGAIN_AFTER == 0) {
          LOG.error(
              "card {} cannot keep its memory and does nothing until it can; make room",
              env.config().position(),
              e);
        }
        boolean _ = failed.await(REMEMBER_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }

  private void changeDevice(Command.OfDevice command) {
    DeviceKeeper device = keeper;
    if (device == null) {
      // Not within this step: the command is only just being taken.
      background(() ->
          new AgentEvent.DeviceDone(
              new CommandResult(
                  command.id(),
                  false,
                  "this card's system cannot be changed: its agent's file says system none")));
      return;
    }
    device.submit(
        command,
        result ->
            execute(() -> {
              models.forget();
              put(new AgentEvent.DeviceDone(result));
            }));
  }

  /** The owner of the device's model, null when there is none; its thread is the agent's. */
  @Nullable DeviceKeeper keeper() {
    return keeper;
  }

  private AgentEvent setHardware(Command command) {
    try {
      switch (command) {
        case Command.SetChassisOutputs set -> env.sensors().setOutputs(set.outputs());
        case Command.InstallService _,
            Command.StartService _,
            Command.StopService _,
            Command.RemoveService _,
            Command.Ping _,
            Command.Reboot _,
            Command.OfDevice _,
            Command.Collect _,
            Command.OfImage _ ->
            throw new IOException("not a command about hardware");
      }
      return new AgentEvent.HardwareDone(command.id(), "");
    } catch (IOException | RuntimeException | Error e) {
      return new AgentEvent.HardwareDone(command.id(), message(e));
    }
  }

  private AgentEvent reboot(long command) throws InterruptedException {
    LOG.info("card {} restarts: command {}", env.config().position(), command);
    try {
      env.power().reboot();
      return new AgentEvent.Tick();
    } catch (IOException | RuntimeException | Error e) {
      return new AgentEvent.RebootFailed(command, message(e));
    }
  }

  private AgentEvent install(AgentEffect.InstallPackage install, String key)
      throws InterruptedException {
    try {
      files.install(
          install.service(),
          install.packageDigest(),
          install.packageBytes(),
          key,
          engine.session());
      return new AgentEvent.PackageInstalled(install.service(), install.packageDigest());
    } catch (IOException | RuntimeException | Error e) {
      return new AgentEvent.InstallFailed(install.service(), install.packageDigest(), message(e));
    }
  }

  private AgentEvent delete(String service) throws InterruptedException {
    try {
      env.platform().processes().endEarlier(service, files.scratch(service));
      files.deleteService(service);
      return new AgentEvent.ServiceDeleted(service, "");
    } catch (IOException | RuntimeException | Error e) {
      return new AgentEvent.ServiceDeleted(service, message(e));
    }
  }

  private void launch(AgentEffect.StartProcess start) throws IOException {
    ServiceLauncher launcher =
        new ServiceLauncher(
            start.launch(),
            start.how(),
            files,
            env.platform().processes(),
            collector.outputOf(start.how().service()));
    launchers.put(start.launch(), launcher);
    String key = memory.packageKeyPem();
    InetAddress card = InetAddress.ofLiteral(env.config().localAddress());
    execute(() -> launcher.run(key, card, this::put));
  }

  private void exchange(Exchange exchange, EngineExchanges.Call call) {
    execute(() -> put(EngineExchanges.outcome(exchange, call)));
  }

  private void background(EngineExchanges.Call call) {
    execute(() -> {
      try {
        put(call.run());
      } catch (IOException | RuntimeException | Error e) {
        LOG.warn("card {}", env.config().position(), e);
      }
    });
  }

  private interface Task {
    void run() throws InterruptedException;
  }

  private void execute(Task task) {
    try {
      executor.execute(() -> {
        try {
          task.run();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      });
    } catch (RejectedExecutionException e) {
      LOG.debug("card {} has ended", env.config().position());
    }
  }

  /** On a task's thread: waits for room, and is interrupted when the agent ends. */
  private void put(AgentEvent event) {
    try {
      events.put(event);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** After the loop's thread has ended, on the thread that ends the agent. */
  void endProcesses(boolean atOnce) {
    for (ServiceLauncher launcher : launchers.values()) {
      if (atOnce) {
        launcher.kill();
      } else {
        launcher.stop();
      }
    }
  }

  private static String message(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
