package io.cade.engine.acme;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.RouteSnapshot.Challenge;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.model.Change;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.pki.AcmeFiles;
import io.cade.engine.pki.AcmeState;
import io.cade.engine.pki.Identity;
import io.cade.engine.pki.UploadedCertificates;
import java.io.IOException;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Orders certificates for the services that want them and keeps them renewed (SPEC P2). At most
 * {@value #MOST_AT_ONCE} orders run at one time, each on a thread of its own, never on the
 * writer's; who does not come in is looked at again the next time. A new certificate reaches the
 * proxies like any other change, with the next routes: connections that stand are not touched.
 * Thread-safe.
 */
public final class AcmeOrders {
  private static final Logger LOG = LoggerFactory.getLogger(AcmeOrders.class);

  /** Orders that run at one time. */
  static final int MOST_AT_ONCE = 4;

  /** For so long an order waits until the proxies can answer. */
  static final Duration PROXIES_WITHIN = Duration.ofSeconds(40);

  /** After so many failures in a row an order that was begun is given up for another one. */
  static final int COLLECT_TRIES = 3;

  private static final String NOT_WANTED = "not wanted any more";
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
  private static final Duration COMMIT_WITHIN = Duration.ofMinutes(1);

  /** Lets time pass. */
  @FunctionalInterface
  public interface Pause {
    void pause(Duration time) throws InterruptedException;
  }

  /**
   * What the orders look at and act upon.
   *
   * @param routes the newest ones
   * @param routesInUse version that each proxy said it uses
   * @param uploaded what a service's owner uploaded before, erased when it is replaced
   * @param renewed told the service whose certificate is another one now
   */
  public record Surroundings(
      ChangeWriter writer,
      Supplier<RouteSnapshot> routes,
      Supplier<Map<CardPosition, Long>> routesInUse,
      UploadedCertificates uploaded,
      Consumer<String> renewed) {}

  private final Surroundings around;
  private final AcmeFiles files;
  private final AcmeAuthority authority;
  private final RenewalPolicy policy;
  private final ChallengeBoard board;
  private final InstantSource clock;
  private final Pause pause;
  private final Executor threads;
  private final Set<String> running = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  /**
   * @param threads carries out orders, which block for minutes
   */
  public AcmeOrders(
      Surroundings around,
      AcmeFiles files,
      AcmeAuthority authority,
      RenewalPolicy policy,
      ChallengeBoard board,
      InstantSource clock,
      Pause pause,
      Executor threads) {
    this.around = around;
    this.files = files;
    this.authority = authority;
    this.policy = policy;
    this.board = board;
    this.clock = clock;
    this.pause = pause;
    this.threads = threads;
  }

  /** Orders that run from now on are given up without anything being noted about them. */
  public void stop() {
    stopping = true;
  }

  /** Starts the orders that are due; to be called every few seconds. */
  public synchronized void look() {
    for (String name : files.wanted()) {
      if (stopping || running.size() >= MOST_AT_ONCE) {
        return;
      }
      Service service = around.writer().current().services().get(name);
      if (service != null && service.phase() == ServicePhase.ANNOUNCED && isDue(name)) {
        start(service);
      }
    }
  }

  private boolean isDue(String service) {
    Optional<AcmeState> state = files.state(service);
    return state.isPresent()
        && policy.next(state.get(), files.validity(service).orElse(null), clock.instant())
            instanceof RenewalPolicy.Step.Order;
  }

  private void start(Service service) {
    if (!running.add(service.name())) {
      return;
    }
    try {
      threads.execute(() -> {
        try {
          carryOut(service);
        } finally {
          running.remove(service.name());
        }
      });
    } catch (RejectedExecutionException e) {
      running.remove(service.name()); // the engine stops
    }
  }

  private void carryOut(Service service) {
    try {
      obtain(service);
    } catch (InterruptedException e) {
      board.remove(service.name());
      Thread.currentThread().interrupt(); // the engine stops; the next start tries again
    } catch (AcmeFailure e) {
      failed(service, e.text(), e.retryAfter().orElse(null));
    } catch (IOException | RuntimeException e) {
      LOG.warn("the order of a certificate for service {} failed", service.name(), e);
      failed(service, "in the engine: " + e, null);
    }
  }

  private void obtain(Service service) throws AcmeFailure, IOException, InterruptedException {
    List<String> hosts = service.definition().hosts();
    Identity identity = begunBefore(service);
    if (identity == null) {
      AcmeAuthority.Order order = authority.open(hosts);
      if (!order.challenges().isEmpty()) {
        prepare(service, order.challenges());
        order.validate();
      }
      KeyPair key = files.newKey();
      if (!files.begin(service.name(), new AcmeFiles.Begun(order.location(), key))) {
        board.remove(service.name());
        record("order a certificate for service " + service.name(), NOT_WANTED);
        return;
      }
      identity = identity(key, order.finish(key));
    }
    use(service, identity);
  }

  /** What an order that a stop of the engine has cut off has led to. */
  private @Nullable Identity begunBefore(Service service)
      throws AcmeFailure, IOException, InterruptedException {
    Optional<AcmeFiles.Begun> begun = files.begun(service.name());
    if (begun.isEmpty()) {
      return null;
    }
    int failures = files.state(service.name()).map(AcmeState::failures).orElse(0);
    if (failures > COLLECT_TRIES) {
      files.end(service.name()); // an authority that is no more must not be asked for ever
      return null;
    }
    Optional<List<X509Certificate>> chain = authority.collect(begun.get().location());
    if (chain.isPresent()) {
      Identity identity = identity(begun.get().key(), chain.get());
      AcmeFiles.Validity held = files.validity(service.name()).orElse(null);
      // The order of the certificate that is in use already would be fetched for ever.
      if (held == null || identity.certificate().getNotAfter().toInstant().isAfter(held.until())) {
        return identity;
      }
    }
    files.end(service.name());
    return null;
  }

  private static Identity identity(KeyPair key, List<X509Certificate> chain) throws AcmeFailure {
    if (chain.isEmpty()) {
      throw new AcmeFailure("the authority has answered without a certificate", null);
    }
    return new Identity(key.getPrivate(), chain);
  }

  /** Has every proxy know the answers before the authority asks: a wrong one counts against us. */
  private void prepare(Service service, List<Challenge> challenges)
      throws AcmeFailure, InterruptedException {
    board.put(service.name(), challenges);
    record(
        "order a certificate for service " + service.name(), "begun at " + authority.directory());
    RouteSnapshot routes = around.routes().get();
    if (!routes.challenges().containsAll(challenges)) {
      throw new AcmeFailure("the answers to the authority did not get into the routes", null);
    }
    Instant giveUp = clock.instant().plus(PROXIES_WITHIN);
    while (true) {
      RoutesTaken taken =
          RoutesTaken.judge(
              around.writer().current(), around.routesInUse().get(), routes.version());
      if (taken instanceof RoutesTaken.ByAll) {
        return;
      }
      if (!clock.instant().isBefore(giveUp)) {
        throw new AcmeFailure(
            switch (taken) {
              case RoutesTaken.NotYetBy late ->
                  "the authority was not asked, as proxy "
                      + late.proxies().first()
                      + " has not taken over the answers within "
                      + PROXIES_WITHIN.toSeconds()
                      + " s";
              default -> "the authority was not asked, as no proxy card is up";
            },
            null);
      }
      pause.pause(LOOK_AGAIN);
    }
  }

  private void use(Service service, Identity identity)
      throws AcmeFailure, IOException, InterruptedException {
    UploadedCertificates.Checked checked;
    try {
      checked = files.check(service.definition().hosts(), identity);
    } catch (CertificateException e) {
      files.end(service.name());
      throw new AcmeFailure("what the authority has issued is of no use: " + e.getMessage(), e);
    }
    board.remove(service.name());
    if (!isSame(service) || !files.store(service.name(), checked)) {
      record("order a certificate for service " + service.name(), NOT_WANTED);
      return;
    }
    around.uploaded().remove(service.name());
    around.renewed().accept(service.name());
    String until = identity.certificate().getNotAfter().toInstant().toString();
    record("order a certificate for service " + service.name(), "done, valid until " + until);
    LOG.info("service {} has a new ACME certificate, valid until {}", service.name(), until);
  }

  /** Whether it is still there, and no other of the same name. */
  private boolean isSame(Service service) {
    Service now = around.writer().current().services().get(service.name());
    return now != null
        && now.index() == service.index()
        && now.definition().hosts().equals(service.definition().hosts());
  }

  private void failed(Service service, String why, @Nullable Instant retryAfter) {
    String name = service.name();
    board.remove(name);
    if (stopping) {
      return; // whatever it was, it came of that
    }
    try {
      AcmeState state =
          files.state(name).orElse(AcmeState.FRESH).failed(why, retryAfter, clock.instant());
      files.note(name, state);
      LOG.warn(
          "no certificate for service {}: {}; next try not before {}",
          name,
          state.error(),
          state.nextTry());
      record("order a certificate for service " + name, "failed: " + state.error());
    } catch (IOException e) {
      LOG.error("how the order of a certificate for service {} went cannot be kept", name, e);
    } catch (AcmeFailure e) {
      LOG.warn("the answers to the authority for service {} are withdrawn later", name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the engine stops
    }
  }

  /** Goes on record, and has the routes derived anew. */
  private void record(String action, String outcome) throws AcmeFailure, InterruptedException {
    try {
      var _ =
          around
              .writer()
              .submit((_, _) -> Decision.of(true, new Change.Audited("engine", action, outcome)))
              .toCompletableFuture()
              .get(COMMIT_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AcmeFailure("the engine cannot write its log", Objects.requireNonNull(e));
    }
  }
}
