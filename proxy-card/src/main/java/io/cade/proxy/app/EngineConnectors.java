package io.cade.proxy.app;

import io.cade.agent.core.Standing;
import io.cade.agent.gateway.CardCredentials;
import io.cade.agent.gateway.CardIdentityStore;
import io.cade.agent.gateway.EngineChannel;
import io.cade.agent.gateway.EngineChannels;
import io.cade.agent.gateway.HttpEngineChannels;
import io.cade.agent.run.BootConfigSource;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.MacAddress;
import io.cade.proxy.route.EngineAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The real way to the engine: mutual TLS with the card's own certificate, got, renewed and replaced
 * as agents do it ({@link CardCredentials}).
 */
public final class EngineConnectors implements EngineConnector {
  private final EngineChannels channels;
  private final InstantSource clock;
  private final SecureRandom random;

  /**
   * @param clock by which certificates are judged
   */
  public EngineConnectors(EngineChannels channels, InstantSource clock, SecureRandom random) {
    this.channels = channels;
    this.clock = clock;
    this.random = random;
  }

  /** For the daemon. */
  static EngineConnector real() {
    return new EngineConnectors(
        new HttpEngineChannels(
            task -> Thread.ofVirtual().start(task), HttpEngineChannels.Timeouts.standard()),
        InstantSource.system(),
        new SecureRandom());
  }

  @Override
  public EngineAccess open(BootConfigSource boots, MacAddress mac, Path stateDirectory) {
    return new CertifiedAccess(boots, mac, new CardIdentityStore(stateDirectory, random));
  }

  private final class CertifiedAccess implements EngineAccess {
    private final BootConfigSource boots;
    private final MacAddress mac;
    private final CardIdentityStore store;

    /** Set once, when the boot configuration could be read. */
    private volatile @Nullable CardCredentials credentials;

    /**
     * The secret that was used last. So a card that the engine does not believe whatever its
     * certificate is takes no more of them than the engine writes, one in some minutes.
     */
    private String spent = "";

    CertifiedAccess(BootConfigSource boots, MacAddress mac, CardIdentityStore store) {
      this.boots = boots;
      this.mac = mac;
      this.store = store;
    }

    @Override
    public synchronized void begin() throws IOException, InterruptedException {
      CardCredentials known = credentials;
      if (known == null) {
        known = new CardCredentials(channels, store, clock, boots.fetch());
        credentials = known;
      } else {
        known.reload(boots.fetch());
      }
      if (known.identity().certificate() == null) {
        enrol(known);
      }
    }

    @Override
    public synchronized void distrusted() throws IOException, InterruptedException {
      CardCredentials known = begun();
      X509Certificate before = known.identity().certificate();
      known.reload(boots.fetch());
      X509Certificate found = known.identity().certificate();
      if (found == null || found.equals(before)) {
        enrol(known);
      }
    }

    private void enrol(CardCredentials known) throws IOException, InterruptedException {
      String secret = known.boot().enrolmentSecret();
      if (secret.isEmpty() || secret.equals(spent)) {
        throw new IOException(
            (secret.isEmpty()
                    ? "the boot configuration holds no secret to enrol with"
                    : "the boot configuration still holds the secret that was used already")
                + "; the engine writes a new one every few minutes for card "
                + known.boot().position()
                + ", which has to reach this card's bootConfig");
      }
      known.enrol(mac);
      spent = secret;
    }

    private CardCredentials begun() throws IOException {
      CardCredentials known = credentials;
      if (known == null) {
        throw new IOException("the boot configuration was not read yet");
      }
      return known;
    }

    @Override
    public EngineChannel channel() throws IOException {
      return begun().channel();
    }

    @Override
    public Standing.@Nullable Renewal renewal() {
      CardCredentials known = credentials;
      return known == null ? null : known.renewal();
    }

    @Override
    public void renew(Introduction proof) throws IOException, InterruptedException {
      begun().renew(proof);
    }

    @Override
    public void close() {
      CardCredentials known = credentials;
      if (known != null) {
        known.close();
      }
    }
  }
}
