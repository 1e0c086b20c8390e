package io.cade.agent.run;

import io.cade.agent.core.AgentEvent;
import io.cade.agent.core.AgentEvent.Exchange;
import io.cade.agent.core.AgentEvent.Failure;
import io.cade.agent.core.Standing;
import io.cade.agent.gateway.CardIdentity;
import io.cade.agent.gateway.CardIdentityStore;
import io.cade.agent.gateway.EngineChannel;
import io.cade.agent.gateway.EngineChannels.GatewayAddress;
import io.cade.agent.gateway.GatewayRefusal;
import io.cade.agent.wire.Ask;
import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.EnrolReply;
import io.cade.agent.wire.EnrolRequest;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.IntroductionReply;
import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogLine;
import io.cade.agent.wire.LogReply;
import io.cade.agent.wire.LogUpload;
import io.cade.agent.wire.ModelStanding;
import io.cade.agent.wire.RenewRequest;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.ReportReply;
import io.cade.agent.wire.SensorWatch;
import io.cade.agent.wire.ServiceStatus;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * What an agent says to its engine, each exchange as one blocking call that gives the event of its
 * outcome. The core lets one exchange of a kind run at a time; channels and configuration are
 * guarded because kinds run beside each other.
 */
final class EngineExchanges {
  /** Refusals that time heals: time-out, conflict with a restart, too many requests. */
  private static final List<Integer> TEMPORARY = List.of(408, 425, 429);

  private final AgentEnvironment env;
  private final CardIdentityStore identities;
  private final String bootId;
  private final SensorWatcher sensors;
  private CardBootConfig config;
  private CardIdentity identity;
  private @Nullable EngineChannel channel;
  private @Nullable EngineChannel session;
  private @Nullable ModelReports models;
  private boolean closed;

  EngineExchanges(AgentEnvironment env, String bootId) throws IOException {
    this.env = env;
    this.bootId = bootId;
    this.sensors = new SensorWatcher(env.sensors());
    this.config = env.config();
    this.identities = new CardIdentityStore(env.directory(), env.platform().random());
    this.identity = loadIdentity(config);
  }

  private CardIdentity loadIdentity(CardBootConfig from) throws IOException {
    return identities.load(
        from.caCertificatePem(), from.position(), env.platform().clock().instant());
  }

  synchronized Standing standing() {
    return new Standing(
        identity.certificate() != null,
        !config.enrolmentSecret().isEmpty(),
        config.reportInterval(),
        renewal(identity));
  }

  static Standing.@Nullable Renewal renewal(CardIdentity identity) {
    Instant from = identity.renewFrom();
    Instant until = identity.renewUntil();
    return from == null || until == null ? null : new Standing.Renewal(from, until);
  }

  /** An exchange that may fail in the usual ways. */
  interface Call {
    AgentEvent run() throws IOException, InterruptedException;
  }

  /** Carries out a call; whatever goes wrong becomes an event, so that the core never waits on. */
  static AgentEvent outcome(Exchange exchange, Call call) throws InterruptedException {
    try {
      return call.run();
    } catch (IOException | RuntimeException e) {
      String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      return new AgentEvent.ExchangeFailed(exchange, failure(e), message);
    }
  }

  /**
   * What became of an exchange. A handshake that ends without a word is no verdict on a
   * certificate: a busy engine gives up handshakes that take too long, and a card that took that
   * for distrust would ask for another certificate.
   */
  static Failure failure(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof EOFException
          || t instanceof SocketException
          || String.valueOf(t.getMessage()).contains("terminated the handshake")) {
        return Failure.UNREACHABLE;
      }
    }
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof GatewayRefusal refusal) {
        return TEMPORARY.contains(refusal.status()) ? Failure.UNREACHABLE : Failure.REFUSED;
      }
      // With TLS 1.3 the server's verdict on our certificate arrives after our handshake is over.
      if (t instanceof SSLHandshakeException
          || t instanceof SSLPeerUnverifiedException
          || String.valueOf(t.getMessage()).contains("Received fatal alert")) {
        return Failure.UNTRUSTED;
      }
    }
    return Failure.UNREACHABLE;
  }

  AgentEvent refetchBootConfig() throws IOException, InterruptedException {
    CardBootConfig fetched = env.bootConfigs().fetch();
    CardBootConfig known = config();
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
    CardIdentity found = loadIdentity(fetched);
    synchronized (this) {
      config = fetched;
      identity = found;
      closeChannel();
    }
    return new AgentEvent.BootConfigFetched(standing());
  }

  AgentEvent enrol() throws IOException, InterruptedException {
    CardBootConfig now = config();
    EnrolReply reply =
        channel()
            .enrol(
                new EnrolRequest(
                    now.position(),
                    env.hardware().mac(),
                    now.enrolmentSecret(),
                    identities.certificateRequestPem(now.position())));
    identities.store(
        reply.certificatePem(),
        now.caCertificatePem(),
        now.position(),
        env.platform().clock().instant());
    CardIdentity found = loadIdentity(now);
    synchronized (this) {
      identity = found;
      closeChannel();
    }
    return new AgentEvent.Enrolled(renewal(found));
  }

  /**
   * Gets the next certificate over the present one, proves it on a connection of its own, and only
   * then lets the present one go.
   */
  AgentEvent renew() throws IOException, InterruptedException {
    CardBootConfig now = config();
    EnrolReply reply =
        channel()
            .renew(new RenewRequest(now.position(), identities.nextRequestPem(now.position())));
    CardIdentity next =
        identities.keepNext(
            reply.certificatePem(),
            now.caCertificatePem(),
            now.position(),
            env.platform().clock().instant());
    try (EngineChannel proof = env.platform().channels().open(gateway(), next)) {
      proof.introduce(introduction());
    } catch (GatewayRefusal e) {
      identities.dropNext();
      throw e;
    }
    identities.useNext();
    synchronized (this) {
      identity = next;
      closeChannel();
    }
    return new AgentEvent.Renewed(renewal(next));
  }

  AgentEvent introduce() throws IOException, InterruptedException {
    IntroductionReply reply = channel().introduce(introduction());
    ModelReports told = models();
    if (told != null) {
      told.forget();
    }
    return new AgentEvent.IntroductionAnswered(reply);
  }

  private Introduction introduction() {
    return new Introduction(
        config().position(), env.role(), bootId, env.hardware(), env.software());
  }

  AgentEvent report(List<ServiceStatus> services, boolean chassisReader)
      throws IOException, InterruptedException {
    env.sensors().chassisReader(chassisReader);
    ChassisStatus chassis = chassisReader ? sensors.chassis().orElse(null) : null;
    ModelReports told = models();
    ModelStanding standing = told == null ? null : told.next();
    ReportReply reply =
        channel()
            .report(
                new Report(
                    config().position(),
                    bootId,
                    services,
                    sensors.card(),
                    chassis,
                    env.sensors().disks(),
                    standing,
                    sensors.watching()));
    if (told != null && standing != null) {
      told.answered(standing);
    }
    List<SensorWatch> watches = reply.watches();
    if (watches != null) {
      sensors.watch(watches, reply.watching());
    }
    return new AgentEvent.ReportAnswered(reply);
  }

  /** Brings lines of a log. */
  LogReply upload(String source, String epoch, boolean replaces, List<LogLine> lines)
      throws IOException, InterruptedException {
    return channel()
        .upload(new LogUpload(config().position(), bootId, source, epoch, replaces, lines));
  }

  /** Brings an inventory. */
  void upload(
      Instant at,
      String kernel,
      List<Inventory.InstalledPackage> packages,
      List<Inventory.Unit> units,
      int more,
      String problem)
      throws IOException, InterruptedException {
    channel()
        .upload(
            new Inventory(config().position(), bootId, at, kernel, packages, units, more, problem));
  }

  /** What is said of the device's model from now on. */
  synchronized void models(ModelReports reports) {
    models = reports;
  }

  private synchronized @Nullable ModelReports models() {
    return models;
  }

  /** The sensors, for whoever looks at them between reports. */
  SensorWatcher sensors() {
    return sensors;
  }

  AgentEvent openSession(@Nullable CommandResult result) throws IOException, InterruptedException {
    EngineChannel opened = env.platform().channels().open(gateway(), identity());
    synchronized (this) {
      if (closed) {
        opened.close();
        throw new IOException("the agent has ended");
      }
      session = opened;
    }
    return ask(result);
  }

  AgentEvent ask(@Nullable CommandResult result) throws IOException, InterruptedException {
    return new AgentEvent.AskAnswered(session().ask(new Ask(config().position(), bootId, result)));
  }

  /** The connection of the ask session under way. */
  synchronized EngineChannel session() throws IOException {
    if (session == null) {
      throw new IOException("the ask session is closed");
    }
    return session;
  }

  synchronized void closeSession() {
    if (session != null) {
      session.close();
      session = null;
    }
  }

  synchronized void close() {
    closed = true;
    closeSession();
    closeChannel();
  }

  private synchronized EngineChannel channel() throws IOException {
    if (closed) {
      throw new IOException("the agent has ended");
    }
    if (channel == null) {
      channel = env.platform().channels().open(gateway(), identity);
    }
    return channel;
  }

  private synchronized void closeChannel() {
    if (channel != null) {
      channel.close();
      channel = null;
    }
  }

  private synchronized CardBootConfig config() {
    return config;
  }

  private synchronized CardIdentity identity() {
    return identity;
  }

  private GatewayAddress gateway() throws IOException {
    CardBootConfig now = config();
    return new GatewayAddress(
        now.gatewayHost(), now.gatewayPort(), InetAddress.ofLiteral(now.localAddress()));
  }
}
