package io.cade.engine.app;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.model.Change;
import io.cade.engine.model.PendingNotification.Kind;
import io.cade.engine.observe.ReceiverStandings;
import io.cade.engine.snmp.ConfigurationWatch;
import io.cade.engine.snmp.NotificationPump;
import io.cade.mib.snmp.Notifier;
import io.cade.mib.snmp.NotifierConfig;
import io.cade.mib.snmp.SnmpUser;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires what tells the operations centre. */
final class NotificationRoom {
  private static final Logger LOG = LoggerFactory.getLogger(NotificationRoom.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final int WINDOW = 32;

  private NotificationRoom() {}

  /**
   * Starts to send.
   *
   * @param community the engine's own
   * @param user the engine's own
   * @param coldStart whether the engine began with an empty memory
   */
  static NotificationPump start(
      EngineConfig config,
      Lifecycle lifecycle,
      StateDirectory directory,
      ChangeWriter writer,
      ScheduledExecutorService timer,
      InstantSource clock,
      Supplier<Duration> upTime,
      String community,
      SnmpUser user,
      ReceiverStandings standings,
      boolean coldStart)
      throws IOException {
    NotificationSettings settings = config.notifications();
    List<NotificationPump.Receiver> receivers = new ArrayList<>();
    if (settings.receivers().isEmpty()) {
      Notifier notifier =
          lifecycle.started(
              "SNMP notifier",
              new Notifier(
                  new NotifierConfig(
                      config.trapReceiver(), new NotifierConfig.Inform2c(community), TIMEOUT, 1),
                  upTime));
      receivers.add(new NotificationPump.Receiver("default", notifier::send, WINDOW, null, false));
    }
    for (NotificationSettings.Receiver r : settings.receivers()) {
      Notifier notifier =
          lifecycle.started(
              "SNMP notifier " + r.name(),
              new Notifier(
                  new NotifierConfig(
                      r.address(), protocol(config, directory, r, community, user), TIMEOUT, 1),
                  upTime));
      receivers.add(
          new NotificationPump.Receiver(
              r.name(), notifier::send, r.window(), r.atLeast(), r.onlyRules()));
    }
    NotificationPump pump =
        lifecycle.started(
            "notifications", new NotificationPump(writer, receivers, timer, standings, clock));
    writer.listen(new ConfigurationWatch(writer, clock));
    pump.start();
    pump.beat(settings.heartbeat());
    post(writer, coldStart ? Kind.COLD_START : Kind.WARM_START, "");
    return pump;
  }

  private static NotifierConfig.Protocol protocol(
      EngineConfig config,
      StateDirectory directory,
      NotificationSettings.Receiver r,
      String community,
      SnmpUser user)
      throws IOException {
    String name = r.community().isEmpty() ? community : r.community();
    SnmpUser who = r.user() == null ? user : r.user();
    return switch (r.protocol()) {
      case TRAP1 -> new NotifierConfig.Trap1(name, config.listenAddress());
      case TRAP2C -> new NotifierConfig.Trap2c(name);
      case INFORM2C -> new NotifierConfig.Inform2c(name);
      case INFORM3 -> new NotifierConfig.Inform3(who);
      case TRAP3 -> new NotifierConfig.Trap3(who, directory.directory("snmp"));
    };
  }

  /** Tells everybody something that is no alarm. */
  static void post(ChangeWriter writer, Kind kind, String text) {
    var _ =
        writer
            .submit((_, _) ->
                Decision.of(
                    true, new Change.AlarmChange.NotificationPosted(kind, text, null, List.of())))
            .whenComplete((_, problem) -> {
              if (problem != null) {
                LOG.warn("{} is not told", kind, problem);
              }
            });
  }
}
