package io.cade.proxy.app;

import io.cade.agent.gateway.CardIdentity;
import io.cade.agent.gateway.CardIdentityStore;
import io.cade.agent.gateway.EngineChannel;
import io.cade.agent.gateway.EngineChannels;
import io.cade.agent.gateway.HttpEngineChannels;
import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.EnrolReply;
import io.cade.agent.wire.EnrolRequest;
import io.cade.agent.wire.MacAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;

/**
 * The real way to the engine: mutual TLS with the card's own certificate, for which it enrols at
 * its first start. Used by one thread.
 */
final class EngineConnectors implements EngineConnector {
  private final EngineChannels channels;
  private final InstantSource clock;
  private final SecureRandom random;

  EngineConnectors(EngineChannels channels, InstantSource clock, SecureRandom random) {
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
  public EngineChannel open(CardBootConfig boot, MacAddress mac, Path stateDirectory)
      throws IOException, InterruptedException {
    CardIdentityStore store = new CardIdentityStore(stateDirectory, random);
    EngineChannels.GatewayAddress gateway =
        new EngineChannels.GatewayAddress(
            boot.gatewayHost(), boot.gatewayPort(), local(boot.localAddress()));
    CardIdentity identity = store.load(boot.caCertificatePem(), boot.position(), clock.instant());
    if (identity.certificate() == null) {
      enrol(boot, mac, store, gateway, identity);
      identity = store.load(boot.caCertificatePem(), boot.position(), clock.instant());
    }
    return channels.open(gateway, identity);
  }

  private void enrol(
      CardBootConfig boot,
      MacAddress mac,
      CardIdentityStore store,
      EngineChannels.GatewayAddress gateway,
      CardIdentity identity)
      throws IOException, InterruptedException {
    if (boot.enrolmentSecret().isEmpty()) {
      throw new IOException(
          "this card has no usable certificate and no enrolment secret; have the engine write a new"
              + " boot configuration for "
              + boot.position());
    }
    try (EngineChannel channel = channels.open(gateway, identity)) {
      EnrolReply reply =
          channel.enrol(
              new EnrolRequest(
                  boot.position(),
                  mac,
                  boot.enrolmentSecret(),
                  store.certificateRequestPem(boot.position())));
      store.store(
          reply.certificatePem(), boot.caCertificatePem(), boot.position(), clock.instant());
    }
  }

  private static InetAddress local(String address) throws UnknownHostException {
    try {
      return InetAddress.ofLiteral(address);
    } catch (IllegalArgumentException e) {
      throw new UnknownHostException("localAddress of the boot configuration: " + e.getMessage());
    }
  }
}
