package io.cade.sim.virtual;

import io.cade.agent.core.AgentEvent;
import io.cade.agent.core.AgentEvent.Exchange;
import io.cade.agent.core.AgentEvent.Failure;
import io.cade.agent.core.Standing;
import io.cade.agent.gateway.CardIdentity;
import io.cade.agent.wire.Ask;
import io.cade.agent.wire.AskReply;
import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.EnrolReply;
import io.cade.agent.wire.EnrolRequest;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.IntroductionReply;
import io.cade.agent.wire.RenewRequest;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.ReportReply;
import io.cade.agent.wire.ServiceStatus;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.agent.wire.WireJson;
import io.cade.engine.change.Refusal;
import io.cade.engine.pki.PeerIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries one boot's messages to the engine's gateway and back, as JSON, with delay and failures.
 * Outcomes are what the real channel makes of the gateway's: statuses of 5xx and 429 count as
 * unreachable, other refusals as refused.
 */
final class CardExchanges {
  private final CardWorld world;
  private final VirtualCard card;
  private final InetAddress address;
  private final WireJson json = new WireJson();
  private CardBootConfig config;
  private CardIdentity identity;
  private int session;

  CardExchanges(CardWorld world, VirtualCard card, CardBootConfig config, InetAddress address)
      throws IOException {
    this.world = world;
    this.card = card;
    this.address = address;
    this.config = config;
    this.identity = load();
  }

  private CardIdentity load() throws IOException {
    return card.flash()
        .identities()
        .load(config.caCertificatePem(), config.position(), world.network().instant());
  }

  Standing standing() {
    return new Standing(
        identity.certificate() != null,
        !config.enrolmentSecret().isEmpty(),
        config.reportInterval(),
        renewal(identity));
  }

  private static Standing.@Nullable Renewal renewal(CardIdentity identity) {
    Instant from = identity.renewFrom();
    Instant until = identity.renewUntil();
    return from == null || until == null ? null : new Standing.Renewal(from, until);
  }

  /** A request as the engine gets it. */
  private interface Call<T> {
    CompletionStage<T> to(VirtualEngine engine) throws IOException;
  }

  private interface Told {
    void failed(Failure failure, String cause);
  }

  void refetchBootConfig() {
    send(
        engine ->
            CompletableFuture.completedFuture(
                json.decode(
                    engine.bootFile(address, CardBootConfig.FILE_NAME), CardBootConfig.class)),
        fetched -> {
          config = fetched;
          try {
            identity = load();
            card.step(new AgentEvent.BootConfigFetched(standing()));
          } catch (IOException e) {
            card.failed(Exchange.BOOT_CONFIG, Failure.UNREACHABLE, e.toString());
          }
        },
        told(Exchange.BOOT_CONFIG));
  }

  void enrol() {
    try {
      EnrolRequest request =
          copy(
              new EnrolRequest(
                  config.position(),
                  card.flash().mac(),
                  config.enrolmentSecret(),
                  card.flash().identities().certificateRequestPem(config.position())),
              EnrolRequest.class);
      send(
          engine -> engine.gateway().enrol(request),
          reply -> enrolled(reply),
          told(Exchange.ENROL));
    } catch (IOException e) {
      card.failed(Exchange.ENROL, Failure.UNREACHABLE, e.toString());
    }
  }

  private void enrolled(EnrolReply reply) {
    try {
      card.flash()
          .identities()
          .store(
              reply.certificatePem(),
              config.caCertificatePem(),
              config.position(),
              world.network().instant());
      identity = load();
      card.step(new AgentEvent.Enrolled(renewal(identity)));
    } catch (IOException e) {
      card.failed(Exchange.ENROL, Failure.UNREACHABLE, e.toString());
    }
  }

  /** As the real agent does it: the next certificate is proved before it replaces the other. */
  void renew() {
    try {
      RenewRequest request =
          copy(
              new RenewRequest(
                  config.position(), card.flash().identities().nextRequestPem(config.position())),
              RenewRequest.class);
      send(engine -> engine.gateway().renew(peer(), request), this::prove, told(Exchange.RENEW));
    } catch (IOException e) {
      card.failed(Exchange.RENEW, Failure.UNREACHABLE, e.toString());
    }
  }

  private void prove(EnrolReply reply) {
    try {
      CardIdentity next =
          card.flash()
              .identities()
              .keepNext(
                  reply.certificatePem(),
                  config.caCertificatePem(),
                  config.position(),
                  world.network().instant());
      send(
          engine -> engine.gateway().introduce(peer(next), introduction()),
          _ -> {
            try {
              card.flash().identities().useNext();
              identity = next;
              card.step(new AgentEvent.Renewed(renewal(next)));
            } catch (IOException e) {
              card.failed(Exchange.RENEW, Failure.UNREACHABLE, e.toString());
            }
          },
          told(Exchange.RENEW));
    } catch (IOException e) {
      card.failed(Exchange.RENEW, Failure.UNREACHABLE, e.toString());
    }
  }

  void introduce() {
    Introduction said = introduction();
    send(
        engine -> engine.gateway().introduce(peer(), said),
        reply ->
            card.step(new AgentEvent.IntroductionAnswered(copy(reply, IntroductionReply.class))),
        told(Exchange.INTRODUCE));
  }

  private Introduction introduction() {
    return copy(
        new Introduction(
            config.position(),
            CardRole.SERVER,
            card.bootId(),
            card.flash().hardware(),
            new SoftwareDescriptor("0.1", "blade-sim", "1", "simulated")),
        Introduction.class);
  }

  void report(List<ServiceStatus> services, boolean chassisReader) {
    CardPosition at = config.position();
    ChassisStatus chassis =
        chassisReader
            ? new ChassisStatus(
                at.chassis(),
                world.seated(at.chassis()).stream().map(CardPosition::slot).toList(),
                world.readings(at.chassis()))
            : null;
    for (ServiceStatus s : services) {
      if (s.state() == ServiceStatus.State.RUNNING) {
        world.invariants().said(s.service(), at, card.bootId());
      }
    }
    Report report =
        copy(new Report(at, card.bootId(), services, world.readings(at), chassis), Report.class);
    send(
        engine -> engine.gateway().report(peer(), report),
        reply -> card.step(new AgentEvent.ReportAnswered(copy(reply, ReportReply.class))),
        told(Exchange.REPORT));
  }

  void openSession() {
    session++;
  }

  void closeSession() {
    session++;
  }

  void ask(@Nullable CommandResult result) {
    if (result != null) {
      world.trace().add("card " + config.position() + " says " + result);
      if (result.succeeded()) {
        world.invariants().saidResult(result.commandId(), config.position(), card.bootId());
      }
    }
    Ask ask = copy(new Ask(config.position(), card.bootId(), result), Ask.class);
    int mine = session;
    send(
        engine -> engine.gateway().ask(peer(), ask),
        reply -> {
          if (mine == session) {
            card.step(new AgentEvent.AskAnswered(copy(reply, AskReply.class)));
          }
        },
        (failure, cause) -> {
          if (mine == session) {
            card.failed(Exchange.ASK, failure, cause);
          }
        });
  }

  void fetchPackage(String digest, Consumer<Path> fetched, Consumer<String> failed) {
    send(
        engine -> engine.gateway().packageFile(peer(), digest),
        fetched,
        (failure, cause) -> failed.accept(cause));
  }

  private PeerIdentity peer() throws IOException {
    return peer(identity);
  }

  private static PeerIdentity peer(CardIdentity identity) throws IOException {
    X509Certificate certificate = identity.certificate();
    if (certificate == null) {
      throw new IOException("no certificate");
    }
    try {
      return PeerIdentity.of(certificate);
    } catch (CertificateException e) {
      throw new IOException(e);
    }
  }

  private Told told(Exchange exchange) {
    return (failure, cause) -> card.failed(exchange, failure, cause);
  }

  private <T> T copy(T message, Class<T> type) {
    try {
      return json.decode(json.encode(message), type);
    } catch (IOException e) {
      throw new IllegalStateException("not what the wire carries: " + message, e);
    }
  }

  /** One exchange; exactly one of the two is told, unless power goes first. */
  private <T> void send(Call<T> call, Consumer<T> answered, Told told) {
    Faults faults = world.faults();
    Faults.Fate fate =
        world.isIsolated(config.position()) ? Faults.Fate.REQUEST_LOST : faults.exchange();
    boolean[] over = new boolean[1];
    if (fate != Faults.Fate.ANSWERED) {
      card.after(
          30,
          4_000,
          () -> {
            over[0] = true;
            told.failed(Failure.UNREACHABLE, "connection reset");
          });
    }
    if (fate == Faults.Fate.REQUEST_LOST) {
      return;
    }
    // Once sent, a request arrives though the card has lost its power meanwhile.
    world
        .network()
        .schedule(
            faults.micros(200, 20_000),
            () ->
                arrive(
                    call,
                    fate,
                    answered,
                    (failure, cause) -> {
                      if (!over[0]) {
                        over[0] = true;
                        told.failed(failure, cause);
                      }
                    }));
  }

  private <T> void arrive(Call<T> call, Faults.Fate fate, Consumer<T> answered, Told told) {
    VirtualEngine engine = world.engine();
    if (engine == null) {
      card.after(0, 5, () -> told.failed(Failure.UNREACHABLE, "connection refused"));
      return;
    }
    CompletionStage<T> stage;
    try {
      stage = call.to(engine);
    } catch (IOException e) {
      card.after(0, 5, () -> told.failed(Failure.UNREACHABLE, String.valueOf(e.getMessage())));
      return;
    }
    boolean[] done = new boolean[1];
    var _ =
        stage.whenComplete((reply, failure) -> {
          if (engine.isDead() || fate == Faults.Fate.ANSWER_LOST) {
            return;
          }
          done[0] = true;
          card.after(
              0,
              20,
              () -> {
                if (failure == null) {
                  answered.accept(reply);
                } else {
                  told.failed(kind(failure), String.valueOf(cause(failure).getMessage()));
                }
              });
        });
    if (!done[0] && fate == Faults.Fate.ANSWERED) {
      watch(engine, done, told);
    }
  }

  /** When the engine dies, its connections are reset. */
  private void watch(VirtualEngine engine, boolean[] done, Told told) {
    card.after(
        50,
        60,
        () -> {
          if (!done[0] && engine.isDead()) {
            told.failed(Failure.UNREACHABLE, "connection reset");
          } else if (!done[0]) {
            watch(engine, done, told);
          }
        });
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private static Failure kind(Throwable failure) {
    return switch (cause(failure)) {
      case Refusal r when r.kind() == Refusal.Kind.LIMIT -> Failure.UNREACHABLE;
      case Refusal r -> Failure.REFUSED;
      case RejectedExecutionException e -> Failure.UNREACHABLE;
      default -> Failure.UNREACHABLE;
    };
  }
}
