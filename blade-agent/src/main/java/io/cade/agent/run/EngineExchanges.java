package io.cade.agent.run;

import io.cade.agent.core.AgentEvent;
import io.cade.agent.core.AgentEvent.Exchange;
import io.cade.agent.core.Standing;
import io.cade.agent.gateway.CardCredentials;
import io.cade.agent.gateway.CardIdentityStore;
import io.cade.agent.gateway.EngineChannel;
import io.cade.agent.gateway.EngineFailures;
import io.cade.agent.wire.Ask;
import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.IntroductionReply;
import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogLine;
import io.cade.agent.wire.LogReply;
import io.cade.agent.wire.LogUpload;
import io.cade.agent.wire.ModelStanding;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.ReportReply;
import io.cade.agent.wire.SensorWatch;
import io.cade.agent.wire.ServiceStatus;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an agent says to its engine, each exchange as one blocking call that gives the event of its
 * outcome. The core lets one exchange of a kind run at a time; what kinds share is guarded because
 * they run beside each other.
 */
final class EngineExchanges {
  private final AgentEnvironment env;
  private final CardCredentials credentials;
  private final String bootId;
  private final SensorWatcher sensors;
  private @Nullable EngineChannel session;
  private @Nullable ModelReports models;
  private boolean closed;

  EngineExchanges(AgentEnvironment env, String bootId) throws IOException {
    this.env = env;
    this.bootId = bootId;
    this.sensors = new SensorWatcher(env.sensors());
    this.credentials =
        new CardCredentials(
            env.platform().channels(),
            new CardIdentityStore(env.directory(), env.platform().random()),
            env.platform().clock(),
            env.config());
  }

  Standing standing() {
    return new Standing(
        credentials.identity().certificate() != null,
        !config().enrolmentSecret().isEmpty(),
        config().reportInterval(),
        credentials.renewal());
  }

  /** An exchange that may fail in the usual ways. */
  interface Call {
    AgentEvent run() throws IOException, InterruptedException;
  }

  /** Carries out a call; whatever goes wrong becomes an event, so that the core never waits on. */
  static AgentEvent outcome(Exchange exchange, Call call) throws InterruptedException {
    try {
      return call.run();
    } catch (IOException | RuntimeException | Error e) {
      String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      return new AgentEvent.ExchangeFailed(exchange, EngineFailures.of(e), message);
    }
  }

  AgentEvent refetchBootConfig() throws IOException, InterruptedException {
    credentials.reload(env.bootConfigs().fetch());
    return new AgentEvent.BootConfigFetched(standing());
  }

  AgentEvent enrol() throws IOException, InterruptedException {
    credentials.enrol(env.hardware().mac());
    return new AgentEvent.Enrolled(credentials.renewal());
  }

  AgentEvent renew() throws IOException, InterruptedException {
    credentials.renew(introduction());
    return new AgentEvent.Renewed(credentials.renewal());
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
    EngineChannel opened = credentials.open();
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
    credentials.close();
  }

  private EngineChannel channel() throws IOException {
    return credentials.channel();
  }

  private CardBootConfig config() {
    return credentials.boot();
  }
}
