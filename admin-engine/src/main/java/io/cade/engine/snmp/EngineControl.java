package io.cade.engine.snmp;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.SensorReading;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.SensorThreshold;
import io.cade.engine.model.Service;
import io.cade.engine.observe.Observed;
import io.cade.engine.operate.CombinedOperations;
import io.cade.engine.operate.CombinedOperations.Step;
import io.cade.engine.operate.HardwareOperations;
import io.cade.mib.CabinetCommand;
import io.cade.mib.CabinetControl;
import io.cade.mib.ManagerRole;
import io.cade.mib.ThresholdRow;
import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What managers set becomes the operators' own actions, on record under {@code snmp:USER} (SPEC S1,
 * A5). Roles are checked by the agent, object by object. Thread-safe.
 */
public final class EngineControl implements CabinetControl {
  private final CombinedOperations operations;
  private final Supplier<Cabinet> cabinet;
  private final Supplier<Observed> observed;
  private final InstantSource clock;

  public EngineControl(
      CombinedOperations operations,
      Supplier<Cabinet> cabinet,
      Supplier<Observed> observed,
      InstantSource clock) {
    this.operations = operations;
    this.cabinet = cabinet;
    this.observed = observed;
    this.clock = clock;
  }

  @Override
  public Outcome check(List<CabinetCommand> commands, String securityName, ManagerRole role) {
    Steps steps = steps(commands, user(securityName));
    return steps.refused != null
        ? steps.refused
        : steps.outcome(operations.check(steps.list, clock.instant()));
  }

  @Override
  public CompletionStage<Outcome> carryOut(
      List<CabinetCommand> commands, String securityName, ManagerRole role) {
    String user = user(securityName);
    Steps steps = steps(commands, user);
    return steps.refused != null
        ? CompletableFuture.completedFuture(steps.refused)
        : operations.carryOut(user, steps.list).thenApply(steps::outcome);
  }

  private static String user(String securityName) {
    return "snmp:" + securityName;
  }

  /**
   * Steps of one SET.
   *
   * @param commands number of the first command behind each step
   * @param limits from which step on they are limits: together, or beside those that are there
   *     already, they make no sense, which is inconsistentValue
   */
  private record Steps(
      List<Step> list, List<Integer> commands, int limits, @Nullable Refused refused) {
    Outcome outcome(CombinedOperations.Outcome outcome) {
      return switch (outcome) {
        case CombinedOperations.Done _ -> new Done();
        case CombinedOperations.Refused(int step, Refusal why) ->
            new Refused(
                commands.get(step),
                switch (why.kind()) {
                  case NOT_FOUND, CONFLICT -> Cause.CONFLICT;
                  case NOT_ALLOWED -> Cause.NOT_ALLOWED;
                  case INVALID, CONTENT -> step >= limits ? Cause.CONFLICT : Cause.BAD_VALUE;
                  case LIMIT -> Cause.BUSY;
                },
                String.valueOf(why.getMessage()));
      };
    }
  }

  /** A sensor, several of whose limits may be set at once: only together need they make sense. */
  private record Sensor(int chassis, int slot, int number) {}

  private Steps steps(List<CabinetCommand> commands, String user) {
    List<Step> steps = new ArrayList<>();
    List<Integer> origins = new ArrayList<>();
    Map<Sensor, Map<String, String>> limits = new LinkedHashMap<>();
    Map<Sensor, Integer> firstLimits = new LinkedHashMap<>();
    for (int i = 0; i < commands.size(); i++) {
      switch (commands.get(i)) {
        case CabinetCommand.CardPower(int chassis, int slot, var power) ->
            steps.add(
                operations.power(
                    user,
                    new CardPosition(chassis, slot),
                    HardwareOperations.Power.valueOf(power.name())));
        case CabinetCommand.CardLocate(int chassis, int slot, boolean on) ->
            steps.add(operations.locate(new CardPosition(chassis, slot), on));
        case CabinetCommand.CardAssign(int chassis, int slot, String service) ->
            steps.add(
                service.isEmpty()
                    ? operations.release(new CardPosition(chassis, slot))
                    : operations.assign(new CardPosition(chassis, slot), service));
        case CabinetCommand.AlarmAcknowledge(long sequence) ->
            steps.add(operations.acknowledge(user, sequence));
        case CabinetCommand.TestNotification _ -> steps.add(operations.testNotification(user));
        case CabinetCommand.ThresholdSet set -> {
          var sensor = new Sensor(set.chassis(), set.slot(), set.sensor());
          SensorReading reading = reading(set);
          if (reading == null) {
            return refused(i, Cause.CONFLICT, "there is no reading of " + sensor);
          }
          String value = value(set, reading);
          if (!value.isEmpty() && Math.abs(Double.parseDouble(value)) > SensorThreshold.MAX_VALUE) {
            return refused(i, Cause.BAD_VALUE, value + " is not within ±1,000,000");
          }
          firstLimits.putIfAbsent(sensor, i);
          limits.computeIfAbsent(sensor, _ -> key(set, reading)).put(limit(set.which()), value);
        }
        case CabinetCommand.RollService(int service, int version) -> {
          String name = name(service);
          if (name == null) {
            return refused(i, Cause.CONFLICT, "there is no service " + service);
          }
          steps.add(
              version == 0
                  ? operations.cancelVersion(user, name)
                  : operations.version(user, name, version));
        }
      }
      if (steps.size() > origins.size()) {
        origins.add(i);
      }
    }
    int firstLimit = steps.size();
    limits.forEach((sensor, given) -> {
      steps.add(operations.threshold(given));
      origins.add(firstLimits.getOrDefault(sensor, 0));
    });
    return new Steps(steps, origins, firstLimit, null);
  }

  private @Nullable String name(int service) {
    return cabinet.get().services().values().stream()
        .filter(s -> s.index() == service)
        .map(Service::name)
        .findFirst()
        .orElse(null);
  }

  private static Steps refused(int command, Cause cause, String why) {
    return new Steps(List.of(), List.of(), 0, new Refused(command, cause, why));
  }

  private Map<String, String> key(CabinetCommand.ThresholdSet set, SensorReading reading) {
    Map<String, String> given = new TreeMap<>();
    given.put("kind", reading.kind().name().toLowerCase(Locale.ROOT));
    given.put("name", reading.name());
    given.put(
        "at",
        set.slot() == 0 ? "chassis " + set.chassis() : "card " + set.chassis() + "." + set.slot());
    given.put("model", model(set));
    return given;
  }

  private static String limit(CabinetCommand.Threshold which) {
    return switch (which) {
      case LOW_CRITICAL -> "lowCritical";
      case LOW_MAJOR -> "lowMajor";
      case LOW_WARNING -> "lowWarning";
      case HIGH_WARNING -> "highWarning";
      case HIGH_MAJOR -> "highMajor";
      case HIGH_CRITICAL -> "highCritical";
      case HYSTERESIS -> "hysteresis";
    };
  }

  private static String value(CabinetCommand.ThresholdSet set, SensorReading reading) {
    boolean none =
        set.which() != CabinetCommand.Threshold.HYSTERESIS
            && (set.value() == ThresholdRow.NO_LOW || set.value() == ThresholdRow.NO_HIGH);
    return none
        ? ""
        : BigDecimal.valueOf(set.value(), SensorTables.precision(reading.kind())).toPlainString();
  }

  private String model(CabinetCommand.ThresholdSet set) {
    if (set.slot() == 0) {
      return "";
    }
    Card card = cabinet.get().cards().get(new CardPosition(set.chassis(), set.slot()));
    return card == null || card.hardware() == null ? "" : card.hardware().model();
  }

  private @Nullable SensorReading reading(CabinetCommand.ThresholdSet set) {
    List<SensorReading> readings = List.of();
    if (set.slot() == 0) {
      Observed.ChassisHeard heard = observed.get().chassis().get(set.chassis());
      readings = heard == null ? readings : heard.status().readings();
    } else {
      Observed.CardHeard heard =
          observed.get().cards().get(new CardPosition(set.chassis(), set.slot()));
      readings = heard == null ? readings : heard.readings();
    }
    return set.sensor() < 1 || set.sensor() > readings.size()
        ? null
        : readings.get(set.sensor() - 1);
  }
}
