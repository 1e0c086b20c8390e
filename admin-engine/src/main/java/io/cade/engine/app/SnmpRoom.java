package io.cade.engine.app;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Change;
import io.cade.engine.model.PendingNotification.Kind;
import io.cade.engine.observe.Observations;
import io.cade.engine.operate.Operations;
import io.cade.engine.pki.Identity;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.snmp.EngineCabinetView;
import io.cade.engine.snmp.EngineControl;
import io.cade.engine.snmp.ProbationControl;
import io.cade.mib.ManagerRole;
import io.cade.mib.snmp.AuthenticationFailures;
import io.cade.mib.snmp.SnmpAgent;
import io.cade.mib.snmp.SnmpAgentConfig;
import io.cade.mib.snmp.SnmpCommunity;
import io.cade.mib.snmp.SnmpTls;
import io.cade.mib.snmp.SnmpUser;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires the SNMP agent: who may ask, what is shown, what can be set, who is told. */
final class SnmpRoom {
  /** Refused managers are told of no more often: a guesser must not fill the notification log. */
  private static final Duration BETWEEN_FAILURES = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(SnmpRoom.class);

  private final EngineConfig config;
  private final Lifecycle lifecycle;
  private final StateDirectory directory;
  private final ChangeWriter writer;
  private final ScheduledExecutorService timer;
  private final InstantSource clock;
  private final Supplier<Optional<String>> probation;

  /**
   * @param probation why nothing can be set; empty when it can
   */
  SnmpRoom(
      EngineConfig config,
      Lifecycle lifecycle,
      StateDirectory directory,
      ChangeWriter writer,
      ScheduledExecutorService timer,
      InstantSource clock,
      Supplier<Optional<String>> probation) {
    this.probation = probation;
    this.config = config;
    this.lifecycle = lifecycle;
    this.directory = directory;
    this.writer = writer;
    this.timer = timer;
    this.clock = clock;
  }

  /**
   * Answers managers and tells receivers from here on.
   *
   * @param authority issues the agent's certificate for TLS
   * @param coldStart whether the engine began with an empty memory
   */
  void start(
      ModuleAuthority authority,
      Operations operations,
      Observations observations,
      EngineCabinetView view,
      SecureRandom random,
      boolean coldStart)
      throws IOException {
    String community = directory.secret("snmp-community", random);
    String passphrase = directory.secret("snmp3-passphrase", random);
    SnmpUser own = new SnmpUser(Engine.FIRST_USER, passphrase, passphrase);
    SnmpSettings settings = config.snmp();
    List<SnmpCommunity> communities = new ArrayList<>(settings.communities());
    if (settings.generatedCommunity()) {
      communities.add(new SnmpCommunity(community, ManagerRole.OPERATOR, List.of()));
    }
    SnmpAgent agent =
        new SnmpAgent(
            new SnmpAgentConfig(
                new InetSocketAddress(config.listenAddress(), config.ports().snmp()),
                settings.v1(),
                settings.v2c(),
                communities,
                settings.users().isEmpty() ? List.of(own) : settings.users(),
                directory.directory("snmp"),
                new SnmpAgentConfig.SystemTexts(
                    "Cade server module, " + Version.current(),
                    settings.contact(),
                    config.name(),
                    settings.location()),
                tls(authority)),
            view,
            new ProbationControl(
                new EngineControl(
                    operations.combined(), writer::current, observations::snapshot, clock),
                probation),
            new Refusals(),
            clock);
    agent.start();
    lifecycle.started("SNMP agent", agent);
    var _ =
        NotificationRoom.start(
            config,
            lifecycle,
            directory,
            writer,
            timer,
            clock,
            agent::upTime,
            community,
            own,
            operations.alarms().standings(),
            coldStart);
  }

  /** Null if no port is configured for it. */
  private @Nullable SnmpTls tls(ModuleAuthority authority) throws IOException {
    if (config.ports().snmpTls() == 0) {
      return null;
    }
    Identity identity =
        authority.server("snmp", List.of(config.listenAddress().getHostAddress(), "localhost"));
    return new SnmpTls(
        new InetSocketAddress(config.listenAddress(), config.ports().snmpTls()),
        identity.key(),
        identity.chain(),
        config.snmp().tlsUsers());
  }

  /** One alarm until somebody takes note, and authenticationFailure once a minute at most. */
  private final class Refusals implements AuthenticationFailures {
    private final AlarmKey key = new AlarmKey(AlarmType.MANAGER_REFUSED, "snmp");
    private Instant told = Instant.EPOCH;

    @Override
    public void refused(Failure failure) {
      String text =
          "a manager at %s was refused: wrong %s; refusals since the start: %d"
              .formatted(
                  failure.source().getHostAddress(),
                  switch (failure.reason()) {
                    case COMMUNITY -> "community";
                    case USER -> "user";
                    case DIGEST -> "passphrase";
                    case CERTIFICATE -> "certificate";
                  },
                  failure.total());
      Instant now = clock.instant();
      if (now.isBefore(told.plus(BETWEEN_FAILURES)) && !now.isBefore(told)) {
        return;
      }
      told = now;
      LOG.warn("SNMP: {}", text);
      NotificationRoom.post(writer, Kind.AUTHENTICATION_FAILURE, text);
      var _ =
          writer
              .submit((cabinet, _) ->
                  cabinet.alarms().containsKey(key)
                      ? Decision.nothing(false)
                      : Decision.of(true, new Change.AlarmRaised(key, key.type().severity(), text)))
              .whenComplete((_, problem) -> {
                if (problem != null) {
                  LOG.warn("refused managers raise no alarm", problem);
                }
              });
    }
  }
}
