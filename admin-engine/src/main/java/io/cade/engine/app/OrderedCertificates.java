package io.cade.engine.app;

import io.cade.engine.acme.Acme4jAuthority;
import io.cade.engine.acme.AcmeOrders;
import io.cade.engine.acme.AcmeSettings;
import io.cade.engine.acme.AcmeWishes;
import io.cade.engine.acme.ChallengeBoard;
import io.cade.engine.acme.RenewalPolicy;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.observe.Observations;
import io.cade.engine.pki.AcmeFiles;
import io.cade.engine.pki.UploadedCertificates;
import io.cade.engine.route.RoutePublisher;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Wires what certificates ordered by ACME need. Without the section {@code acme} in the
 * configuration nothing is ordered; what was ordered before is still shown until it ends.
 */
final class OrderedCertificates implements AutoCloseable {
  /** How often it is looked for orders that are due. */
  static final Duration LOOK = Duration.ofSeconds(10);

  private final @Nullable AcmeSettings settings;
  private final AcmeFiles files;
  private final RenewalPolicy policy;
  private final ChallengeBoard board = new ChallengeBoard();
  // Orders block for minutes. At most AcmeOrders' own limit of them run.
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("acme-", 0).factory());
  private final ExecutorService blocking;
  private volatile @Nullable AcmeOrders orders;
  private volatile @Nullable Acme4jAuthority authority;

  OrderedCertificates(
      @Nullable AcmeSettings settings,
      Path dir,
      InstantSource clock,
      SecureRandom random,
      ExecutorService blocking)
      throws IOException {
    this.settings = settings;
    this.files = AcmeFiles.open(dir, clock, random);
    this.policy =
        new RenewalPolicy(settings == null ? AcmeSettings.RENEW_BEFORE : settings.renewBefore());
    this.blocking = blocking;
  }

  AcmeFiles files() {
    return files;
  }

  RenewalPolicy policy() {
    return policy;
  }

  /** What the proxies have to answer now. */
  ChallengeBoard board() {
    return board;
  }

  /** What operators say. */
  AcmeWishes wishes() {
    return new AcmeWishes(files, settings, this::lookSoon);
  }

  /** Can order from now on. */
  void start(
      ChangeWriter writer,
      RoutePublisher routes,
      Observations observations,
      UploadedCertificates uploaded,
      SiteCertificateCache certificates,
      InstantSource clock,
      AcmeOrders.Pause pause)
      throws IOException {
    AcmeSettings from = settings;
    if (from == null) {
      return;
    }
    Acme4jAuthority client =
        new Acme4jAuthority(from, () -> files.account(from.directory()), clock, pause);
    authority = client;
    orders =
        new AcmeOrders(
            new AcmeOrders.Surroundings(
                writer,
                routes::snapshot,
                () -> observations.snapshot().routesInUse(),
                uploaded,
                certificates::forget),
            files,
            client,
            policy,
            board,
            clock,
            pause,
            threads);
  }

  /** Starts what is due, on another thread. */
  void lookSoon() {
    AcmeOrders present = orders;
    if (present != null) {
      blocking.execute(present::look);
    }
  }

  @Override
  public void close() {
    AcmeOrders present = orders;
    if (present != null) {
      present.stop();
    }
    threads.shutdownNow();
    Acme4jAuthority client = authority;
    if (client != null) {
      client.close();
    }
  }
}
