package io.cade.sim.demo;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cade.sim.control.ControlClient;
import io.cade.sim.control.ControlReply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

/**
 * One run of the demonstration: starts the processes, waits for the cards, orders the sites, then
 * keeps everything running until a signal comes. The stages run on one thread; the supervisor has
 * its own.
 */
final class Demo implements Supervisor.Listener {
  private static final int MANY_CARDS = 100;
  private static final Duration STAGE = Duration.ofMinutes(1);
  private static final Duration LONG_STAGE = Duration.ofMinutes(3);
  private static final Duration STOP = Duration.ofSeconds(9);

  /** Processes that record for their caches make them when they end. */
  private static final Duration STOP_RECORDING = Duration.ofMinutes(2);

  /** A page, or a refusal that an operator has ordered in an earlier run (access, limits). */
  private static final Set<Integer> ANSWERS = Set.of(200, 403, 429);

  private final DemoOptions options;
  private final PortPlan ports;
  private final Path standardState;
  private final long began;
  private final DemoConfiguration configuration;
  private final EndpointsFile endpoints;
  private final Supervisor supervisor;
  private final Stage stage;
  private final Duration stopLimit;
  private final CountDownLatch end = new CountDownLatch(1);
  private volatile boolean engineKnown;

  /** Owned by the supervisor's turns. */
  private Map<Role, Long> pids = Map.of();

  private final Turn turn = new ThreadTurn();

  Demo(DemoOptions options, PortPlan ports, Path standardState, long began) {
    this.options = options;
    this.ports = ports;
    this.standardState = standardState;
    this.began = began;
    this.configuration = new DemoConfiguration(options, ports);
    this.endpoints = new EndpointsFile(options.state(), configuration, ports);
    Children children = new Children(configuration, System::getProperty);
    this.stopLimit = children.makesCaches(System::getenv) ? STOP_RECORDING : STOP;
    this.supervisor = new Supervisor(children, turn, configuration::log, this);
    this.stage =
        new Stage(
            options.totalCards() > MANY_CARDS ? LONG_STAGE : STAGE,
            System::nanoTime,
            time -> {
              if (end.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new InterruptedException("told to end");
              }
            });
  }

  /** Runs until a signal comes; returns the exit code. */
  int run() throws IOException, DemoFailure {
    Thread onSignal = Thread.ofPlatform().name("on-signal").unstarted(this::endAndWait);
    Runtime.getRuntime().addShutdownHook(onSignal);
    try {
      endpoints.forget();
      configuration.write();
      start();
      end.await();
    } catch (InterruptedException e) {
      if (end.getCount() > 0) {
        Thread.currentThread().interrupt();
        return DemoFailure.FAILED;
      }
      // Told to end while it was starting.
    } finally {
      stop();
    }
    return 0;
  }

  private void start() throws IOException, InterruptedException, DemoFailure {
    System.out.printf(
        "starting a cabinet of %d x %d cards in %s%n",
        options.chassis(), options.cards(), options.state());
    ready(Role.ENGINE, supervisor.start(Role.ENGINE));
    writeAuthority();
    engineKnown = true;
    CompletableFuture<Void> sim = supervisor.start(Role.SIM);
    CompletableFuture<Void> proxy4 = supervisor.start(Role.PROXY_4);
    CompletableFuture<Void> proxy5 = supervisor.start(Role.PROXY_5);
    CompletableFuture<Void> balancer = supervisor.start(Role.BALANCER);
    CompletableFuture<Void> balancer2 =
        options.balancers() > 1
            ? supervisor.start(Role.BALANCER_2)
            : CompletableFuture.completedFuture(null);
    ready(Role.SIM, sim);
    EngineApi api =
        EngineApi.open(
            ports.admin(),
            configuration.caFile(),
            "operator",
            configuration.secret("operator-password"));
    SecureRandom random = new SecureRandom();
    Provisioner provisioner =
        new Provisioner(api, options.totalCards(), visitorPassword(random), random);
    bootCards(provisioner);
    ready(Role.PROXY_4, proxy4);
    ready(Role.PROXY_5, proxy5);
    ready(Role.BALANCER, balancer);
    if (options.balancers() > 1) {
      ready(Role.BALANCER_2, balancer2);
    }
    for (Site site : provisioner.sites()) {
      announce(provisioner, site);
    }
    turn.run(() -> running(pids));
    System.out.println(
        Summary.text(options, ports, configuration, provisioner.sites(), standardState));
    System.out.printf("READY in %.1f s%n", (System.nanoTime() - began) / 1e9);
    System.out.flush();
  }

  private void ready(Role role, CompletableFuture<Void> coming)
      throws DemoFailure, InterruptedException {
    stage.await(
        role.label() + " ready",
        configuration.log(role),
        () -> {
          if (!coming.isDone()) {
            return "it has not said READY";
          }
          try {
            coming.get();
          } catch (ExecutionException e) {
            throw e.getCause() instanceof DemoFailure f
                ? f
                : new DemoFailure(DemoFailure.FAILED, String.valueOf(e.getCause()), e);
          }
          return "";
        });
    say(role.label() + " is ready");
  }

  /** Made at the first start, as all secrets are. */
  private String visitorPassword(RandomGenerator random) throws IOException {
    Path file = configuration.visitorPassword();
    if (!Files.exists(file)) {
      byte[] secret = new byte[12];
      random.nextBytes(secret);
      PrivateFiles.write(
          file, HexFormat.of().formatHex(secret).getBytes(StandardCharsets.US_ASCII));
    }
    return Files.readString(file).strip();
  }

  /** The engine tells the module's authority to its cards; clients need it, too. */
  private void writeAuthority() throws IOException {
    Path boot = configuration.bootConfig(PortPlan.PROXY_SLOTS.getFirst());
    String pem =
        JsonMapper.builder()
            .build()
            .readTree(Files.readAllBytes(boot))
            .path("caCertificatePem")
            .asText();
    PrivateFiles.write(configuration.caFile(), pem.getBytes(StandardCharsets.US_ASCII));
  }

  private void bootCards(Provisioner provisioner) throws DemoFailure, InterruptedException {
    int expected = cardsWithPower();
    int chassis = Math.min(options.chassis(), 2);
    int[] seen = {-1};
    boolean[] ordered = {false};
    stage.await(
        "all cards available",
        configuration.log(Role.SIM),
        () -> {
          Provisioner.Cards cards = provisioner.cards();
          boolean all = cards.count() >= expected;
          if (cards.count() != seen[0]) {
            seen[0] = cards.count();
            System.out.printf("cards available %d/%d%n", cards.count(), expected);
          }
          if (!ordered[0]
              && (all
                  || (cards.chassis() >= chassis && cards.count() >= provisioner.cardsNeeded()))) {
            order(provisioner);
            ordered[0] = true;
          }
          return all && ordered[0] ? "" : cards.count() + " of " + expected + " came";
        });
  }

  /** Cards that an earlier run's technician has pulled do not come. */
  private int cardsWithPower() {
    try {
      ControlReply reply = ControlClient.ask(configuration.simDirectory(), List.of("status"));
      if (reply.details().get("powered") instanceof Integer powered) {
        return Math.min(powered, options.totalCards());
      }
    } catch (IOException e) {
      // Then all are awaited.
    }
    return options.totalCards();
  }

  private static void order(Provisioner provisioner)
      throws IOException, InterruptedException, DemoFailure {
    try {
      for (Site site : provisioner.order()) {
        System.out.println("site " + site.host() + " is ordered");
      }
    } catch (EngineApi.Refused e) {
      throw new DemoFailure(
          DemoFailure.FAILED, "the sites could not be ordered: " + e.getMessage(), e);
    }
  }

  private void announce(Provisioner provisioner, Site site)
      throws DemoFailure, InterruptedException {
    stage.await(
        "site " + site.name() + " announced",
        configuration.log(Role.ENGINE),
        () -> provisioner.waitsFor(site));
    stage.await(
        "an answer of " + site.host(),
        configuration.log(Role.PROXY_4),
        () -> {
          int status = Visitor.status(ports.http(), site.host());
          return ANSWERS.contains(status)
              ? ""
              : status == 0 ? "no answer" : "answered with " + status;
        });
    System.out.println("site " + site.host() + " answers");
  }

  @Override
  public void say(String line) {
    System.out.println(line);
  }

  @Override
  public void running(Map<Role, Long> now) {
    pids = now;
    if (engineKnown) {
      try {
        endpoints.write(now);
      } catch (IOException e) {
        say("endpoints.json could not be written: " + e.getMessage());
      }
    }
  }

  private void stop() {
    try {
      supervisor.stop(stopLimit).get(stopLimit.toMillis() + 1000, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      System.err.println("cade demo: not everything ended in time: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The process ends when this returns, with the signal's code: so not before it is halted. */
  private void endAndWait() {
    System.out.println("ending");
    end.countDown();
    try {
      TimeUnit.MILLISECONDS.sleep(stopLimit.toMillis() + 2000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
