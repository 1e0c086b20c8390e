package io.cade.agent.gateway;

import io.cade.agent.core.AgentEvent.Failure;
import io.cade.agent.core.Standing;
import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.EnrolReply;
import io.cade.agent.wire.EnrolRequest;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.RenewRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What one card, of whatever role, authenticates itself with, and its channel to the engine: the
 * one place where a certificate is got, renewed and put to use (SPEC A3). A new certificate takes
 * over between two calls: the channel made with the old one takes no more of them, and answers
 * those under way.
 *
 * <p>Thread-safe. Changes of the certificate wait for each other; {@link #channel} waits for none
 * of them.
 */
public final class CardCredentials implements AutoCloseable {
  private final EngineChannels channels;
  private final CardIdentityStore store;
  private final InstantSource clock;
  private final ReentrantLock changing = new ReentrantLock();

  // Guarded by this.
  private CardBootConfig boot;
  private CardIdentity identity;
  private @Nullable EngineChannel channel;
  private boolean closed;

  /**
   * Takes up what the store holds.
   *
   * @param clock the wall clock: certificates are dated
   * @throws IOException when it cannot be read, or the configuration's authority is none
   */
  public CardCredentials(
      EngineChannels channels, CardIdentityStore store, InstantSource clock, CardBootConfig boot)
      throws IOException {
    this.channels = channels;
    this.store = store;
    this.clock = clock;
    this.boot = boot;
    this.identity = load(boot);
  }

  private CardIdentity load(CardBootConfig from) throws IOException {
    return store.load(from.caCertificatePem(), from.position(), clock.instant());
  }

  /** The boot configuration in use. */
  public synchronized CardBootConfig boot() {
    return boot;
  }

  /** What the card authenticates itself with now. */
  public synchronized CardIdentity identity() {
    return identity;
  }

  /** When the present certificate is to be renewed; null when there is none. */
  public Standing.@Nullable Renewal renewal() {
    return identity().renewal();
  }

  /**
   * The card's channel, the same one until the certificate changes; to be asked for before each
   * call.
   *
   * @throws IOException when the card's keys cannot be used, or this was closed
   */
  public synchronized EngineChannel channel() throws IOException {
    if (closed) {
      throw new IOException("the channel to the engine was closed: this card's program ends");
    }
    EngineChannel known = channel;
    if (known == null) {
      known = channels.open(gateway(boot), identity);
      channel = known;
    }
    return known;
  }

  /** A channel with connections of its own, which the caller closes. */
  public EngineChannel open() throws IOException {
    return channels.open(gateway(boot()), identity());
  }

  /**
   * Goes on with a newer boot configuration and with what the store holds: a renewal that was cut
   * off may have left there what the engine believes by now.
   *
   * @throws IOException when the configuration is another card's, or the store cannot be read
   */
  public void reload(CardBootConfig fetched) throws IOException, InterruptedException {
    CardBootConfig known = boot();
    if (!fetched.position().equals(known.position())
        || !fetched.localAddress().equals(known.localAddress())
        || fetched.pokePort() != known.pokePort()) {
      throw new IOException(
          "the new boot configuration is for "
              + fetched.position()
              + " at "
              + fetched.localAddress()
              + ", the card started as "
              + known.position()
              + " at "
              + known.localAddress()
              + "; it takes another place at its next boot only");
    }
    changing.lockInterruptibly();
    try {
      use(fetched, load(fetched));
    } finally {
      changing.unlock();
    }
  }

  /**
   * Exchanges the secret of the boot configuration for a certificate, without showing the present
   * one, which may be what the engine does not believe. A card that had one makes a new key:
   * somebody may have a copy of the old one.
   *
   * @throws GatewayRefusal when the engine does not accept it
   * @throws IOException when the engine cannot be reached, or the certificate is not this card's
   */
  public void enrol(MacAddress mac) throws IOException, InterruptedException {
    changing.lockInterruptibly();
    try {
      CardBootConfig now = boot();
      CardIdentity known = identity();
      CardIdentity nobody = new CardIdentity(known.authority(), known.key(), null);
      boolean again = store.hadCertificate();
      String request =
          again
              ? store.nextRequestPem(now.position())
              : store.certificateRequestPem(now.position());
      EnrolReply reply;
      try (EngineChannel once = channels.open(gateway(now), nobody)) {
        reply = once.enrol(new EnrolRequest(now.position(), mac, now.enrolmentSecret(), request));
      }
      String issued = reply.certificatePem();
      if (again) {
        store.keepNext(issued, now.caCertificatePem(), now.position(), clock.instant());
        store.useNext();
      } else {
        store.store(issued, now.caCertificatePem(), now.position(), clock.instant());
      }
      use(now, load(now));
    } finally {
      changing.unlock();
    }
  }

  /**
   * Gets the next certificate, with a new key, over the present one, proves it on a connection of
   * its own, and only then lets the present one go. Whatever happens on the way, one of the two is
   * usable afterwards: a next certificate whose proof got no answer is kept, since the engine may
   * have seen it, and is what the next attempt begins with.
   *
   * @param proof what the card says with the next certificate: its introduction, as at its boot
   * @throws GatewayRefusal when the engine refuses; the present certificate stays
   * @throws IOException when the engine cannot be reached
   */
  public void renew(Introduction proof) throws IOException, InterruptedException {
    changing.lockInterruptibly();
    try {
      CardBootConfig now = boot();
      Optional<CardIdentity> kept =
          store.next(now.caCertificatePem(), now.position(), clock.instant());
      if (kept.isPresent() && isProved(now, kept.get(), proof)) {
        return;
      }
      EnrolReply reply =
          channel().renew(new RenewRequest(now.position(), store.nextRequestPem(now.position())));
      CardIdentity next =
          store.keepNext(
              reply.certificatePem(), now.caCertificatePem(), now.position(), clock.instant());
      prove(now, next, proof);
    } finally {
      changing.unlock();
    }
  }

  /** Whether a certificate that an earlier attempt has left is accepted; if not, it is dropped. */
  private boolean isProved(CardBootConfig now, CardIdentity kept, Introduction proof)
      throws IOException, InterruptedException {
    try {
      prove(now, kept, proof);
      return true;
    } catch (GatewayRefusal e) {
      if (isTemporary(e)) {
        throw e;
      }
      return false;
    }
  }

  private void prove(CardBootConfig now, CardIdentity next, Introduction proof)
      throws IOException, InterruptedException {
    try (EngineChannel own = channels.open(gateway(now), next)) {
      own.introduce(proof);
    } catch (GatewayRefusal e) {
      if (!isTemporary(e)) {
        store.dropNext();
      }
      throw e;
    }
    store.useNext();
    use(now, next);
  }

  private static boolean isTemporary(GatewayRefusal refusal) {
    return EngineFailures.of(refusal) == Failure.UNREACHABLE;
  }

  /** From now on; calls under way end with what they began with. */
  private synchronized void use(CardBootConfig newest, CardIdentity found) {
    boot = newest;
    identity = found;
    if (channel != null) {
      channel.retire();
      channel = null;
    }
  }

  private static EngineChannels.GatewayAddress gateway(CardBootConfig boot) throws IOException {
    try {
      return new EngineChannels.GatewayAddress(
          boot.gatewayHost(), boot.gatewayPort(), InetAddress.ofLiteral(boot.localAddress()));
    } catch (IllegalArgumentException e) {
      throw new UnknownHostException("localAddress of the boot configuration: " + e.getMessage());
    }
  }

  /** Ends the channel, and calls under way with it. */
  @Override
  public synchronized void close() {
    closed = true;
    if (channel != null) {
      channel.close();
      channel = null;
    }
  }
}
