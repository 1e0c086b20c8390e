package io.cade.engine.operate;

import io.cade.agent.wire.ServiceSettings;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.change.Transaction;
import io.cade.engine.conduct.Headroom;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServiceDefinition;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.model.ThresholdBook;
import io.cade.engine.observe.Observed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * What can be done (SPEC A2, A5). Each action is carried out together with its record of audit, in
 * one transaction; a refused one leaves a record too. Thread-safe; stages complete exceptionally
 * with {@link Refusal}, or with what {@link ChangeWriter#submit} says.
 */
public final class Operations {
  /** Services of one module (DESIGN §6). */
  public static final int MAX_SERVICES = 1_000;

  /** Host names of all services together (DESIGN §6). */
  public static final int MAX_HOSTS = 5_000;

  private final ChangeWriter writer;
  private final AuditedActions actions;
  private final TrafficOperations traffic;
  private final HardwareOperations hardware;
  private final CommandOperations commands;
  private final CollectOperations collect;
  private final AlarmOperations alarms;
  private final ContentIntake intake;
  private final VersionOperations versions;
  private final ReleaseOperations releases;
  private final SizeOperations sizes;
  private final ModelOperations models;
  private final DeviceOperations devices;
  private final int slots;
  private final Executor blocking;

  /**
   * @param kinds that can be ordered
   * @param slots of the cabinet: no service can have more cards
   * @param blocking carries out what waits for the disk
   */
  public Operations(
      ChangeWriter writer,
      ContentStore contents,
      ServiceKinds kinds,
      int slots,
      Executor blocking) {
    this(writer, contents, kinds, slots, blocking, Observed::nothing, ThresholdBook.standard());
  }

  /**
   * The same with what was heard of the chassis, by which power is granted.
   *
   * @param observed as it is now
   * @param thresholds of sensors, by the configuration
   */
  public Operations(
      ChangeWriter writer,
      ContentStore contents,
      ServiceKinds kinds,
      int slots,
      Executor blocking,
      Supplier<Observed> observed,
      ThresholdBook thresholds) {
    this.writer = writer;
    this.actions = new AuditedActions(writer);
    this.traffic = new TrafficOperations(actions);
    this.hardware = new HardwareOperations(actions, observed);
    this.commands = new CommandOperations(actions, observed);
    this.collect = new CollectOperations(actions, writer);
    this.alarms = new AlarmOperations(actions, thresholds);
    this.intake = new ContentIntake(contents, kinds);
    this.versions = new VersionOperations(actions, intake, blocking);
    this.releases = new ReleaseOperations(actions, intake, blocking);
    this.sizes =
        new SizeOperations(writer, actions, slots, c -> Headroom.of(c, observed.get(), thresholds));
    this.models = new ModelOperations(actions);
    this.devices = new DeviceOperations(actions);
    this.slots = slots;
    this.blocking = blocking;
  }

  /** What can be done to the way of visitors. */
  public TrafficOperations traffic() {
    return traffic;
  }

  /** What can be done to the cards' hardware. */
  public HardwareOperations hardware() {
    return hardware;
  }

  /** What can be done to the cards' commands and identities. */
  public CommandOperations commands() {
    return commands;
  }

  /** What cards can be asked for beyond their reports. */
  public CollectOperations collect() {
    return collect;
  }

  /** What can be done to the versions of services. */
  public VersionOperations versions() {
    return versions;
  }

  /** What update bundles bring to services. */
  public ReleaseOperations releases() {
    return releases;
  }

  /** How many cards services have, and which. */
  public SizeOperations sizes() {
    return sizes;
  }

  /** What can be done to models of devices. */
  public ModelOperations models() {
    return models;
  }

  /** What can be done to single devices. */
  public DeviceOperations devices() {
    return devices;
  }

  /** What there is to see of models and devices. */
  public ModelInspection modelInspection() {
    return new ModelInspection(writer::current);
  }

  /** What can be done to alarms. */
  public AlarmOperations alarms() {
    return alarms;
  }

  /** Where an upload is to be put before it is given to {@link #createService}. */
  public Path newUpload() throws IOException {
    return intake.newUpload();
  }

  /**
   * Whether the order would be accepted as things stand: to be asked before its content is
   * uploaded. A refusal goes on record.
   */
  public CompletionStage<Boolean> checkNewService(Caller caller, NewService order) {
    return audited(
        caller,
        Role.OPERATOR,
        describe(order),
        false,
        (cabinet, _) -> {
          checkNew(cabinet, definition(order, ""));
          PageSettings.require(order.kind(), order.settings());
          TrafficOperations.changed(ServiceSettings.none(), order.settings());
          return Decision.nothing(true);
        });
  }

  /**
   * Orders a service with its content; the five phases follow of their own accord.
   *
   * @param upload a ZIP within {@link ContentArchive}'s limits, in a file of {@link #newUpload};
   *     deleted in any case
   */
  public CompletionStage<Views.ServiceView> createService(
      Caller caller, NewService order, Path upload) {
    return checkNewService(caller, order)
        .thenComposeAsync(
            _ -> {
              String digest;
              try {
                digest = intake.take(order.kind(), upload);
              } catch (Refusal e) {
                return actions.refused(caller, describe(order), e);
              } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
              }
              return audited(
                  caller,
                  Role.OPERATOR,
                  describe(order),
                  true,
                  (cabinet, now) -> {
                    ServiceDefinition definition = definition(order, digest);
                    checkNew(cabinet, definition);
                    PageSettings.require(order.kind(), order.settings());
                    int index = cabinet.nextServiceIndex();
                    ServiceSettings settings =
                        TrafficOperations.changed(ServiceSettings.none(), order.settings());
                    Service created =
                        new Service(
                                index,
                                definition,
                                ServicePhase.PARAMETERS,
                                now,
                                "",
                                "",
                                0,
                                List.of())
                            .withSettings(settings);
                    List<Change> changes = new ArrayList<>();
                    changes.add(new Change.ServiceCreated(index, definition));
                    if (!settings.values().isEmpty()) {
                      changes.add(new Change.ServiceSettingsChanged(order.name(), settings));
                    }
                    return new Decision<>(changes, Inspection.view(created));
                  });
            },
            blocking)
        .whenCompleteAsync((_, _) -> ContentIntake.discard(upload), blocking);
  }

  /** Takes a service away: its routes first, then what is on its cards. */
  public CompletionStage<Views.ServiceView> deleteService(Caller caller, String name) {
    return audited(
        caller,
        Role.OPERATOR,
        "delete service " + cut(name),
        true,
        (cabinet, now) -> {
          Service service = Inspection.requireService(cabinet, name);
          if (service.phase() == ServicePhase.REMOVING) {
            return Decision.nothing(Inspection.view(service));
          }
          Service removing =
              new Service(
                  service.index(),
                  service.definition(),
                  ServicePhase.REMOVING,
                  now,
                  "",
                  service.packageDigest(),
                  service.packageBytes(),
                  service.placements(),
                  service.settings(),
                  service.versions(),
                  service.lastMove());
          return Decision.of(
              Inspection.view(removing),
              new Change.ServicePhaseChanged(name, ServicePhase.REMOVING, ""));
        });
  }

  /** Takes note of an active alarm; who took note first stays on record. */
  public CompletionStage<Views.AlarmView> acknowledge(Caller caller, long sequence) {
    return audited(
        caller,
        Role.OPERATOR,
        "acknowledge alarm " + sequence,
        true,
        acknowledging(caller.user(), sequence));
  }

  /** What {@link #acknowledge} decides, without authorisation and record. */
  static Transaction<Views.AlarmView> acknowledging(String by, long sequence) {
    return (cabinet, now) -> {
      Alarm alarm = requireAlarm(cabinet, sequence);
      if (!alarm.acknowledgedBy().isEmpty()) {
        return Decision.nothing(AlarmInspection.view(alarm));
      }
      Alarm noted = alarm.acknowledged(by, now);
      return Decision.of(
          AlarmInspection.view(noted), new Change.AlarmAcknowledged(alarm.key(), by));
    };
  }

  /** Several actions as one, all or none. */
  public CombinedOperations combined() {
    return new CombinedOperations(writer, this);
  }

  static Alarm requireAlarm(Cabinet cabinet, long sequence) throws Refusal {
    return cabinet.alarms().values().stream()
        .filter(a -> a.sequence() == sequence)
        .findFirst()
        .orElseThrow(
            () -> new Refusal(Refusal.Kind.NOT_FOUND, "no active alarm has number " + sequence));
  }

  private ServiceDefinition definition(NewService order, String contentDigest) throws Refusal {
    if (!intake.kinds().names().contains(order.kind())) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "unknown kind '" + cut(order.kind()) + "'; there are " + intake.kinds().names());
    }
    if (order.cards() > slots) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "cards is " + order.cards() + ", but this cabinet has " + slots + " slots");
    }
    try {
      return new ServiceDefinition(
          order.name(), order.kind(), order.hosts(), order.cards(), contentDigest);
    } catch (IllegalArgumentException e) {
      throw new Refusal(Refusal.Kind.INVALID, cut(String.valueOf(e.getMessage())));
    }
  }

  private static void checkNew(Cabinet cabinet, ServiceDefinition wanted) throws Refusal {
    if (cabinet.services().containsKey(wanted.name())) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "there is a service " + wanted.name() + " already: choose another name or delete it");
    }
    if (cabinet.services().size() >= MAX_SERVICES) {
      throw new Refusal(Refusal.Kind.LIMIT, "there are " + MAX_SERVICES + " services already");
    }
    int hosts = wanted.hosts().size();
    for (Service s : cabinet.services().values()) {
      hosts += s.definition().hosts().size();
      for (String host : wanted.hosts()) {
        if (s.definition().hosts().contains(host)) {
          throw new Refusal(
              Refusal.Kind.CONFLICT, "host name " + host + " belongs to service " + s.name());
        }
      }
    }
    if (hosts > MAX_HOSTS) {
      throw new Refusal(
          Refusal.Kind.LIMIT, "there would be more than " + MAX_HOSTS + " host names");
    }
  }

  private <T> CompletionStage<T> audited(
      Caller caller, Role needed, String action, boolean record, Transaction<T> transaction) {
    return actions.carryOut(caller, needed, action, record, transaction);
  }

  private static String describe(NewService order) {
    return "create service "
        + cut(order.name())
        + " ("
        + cut(order.kind())
        + ", "
        + order.cards()
        + " cards, "
        + cut(String.join(" ", order.hosts()))
        + ")";
  }

  static String cut(String text) {
    return text.length() > 256 ? text.substring(0, 256) + "…" : text;
  }
}
