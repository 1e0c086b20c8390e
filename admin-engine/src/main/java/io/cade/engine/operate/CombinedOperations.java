package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.change.Transaction;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Change;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Several actions in one transaction: all are carried out, in their order, or none (what SNMP's SET
 * asks for, RFC 3416 section 4.2.5). The decisions are those of the single actions. Thread-safe.
 */
public final class CombinedOperations {
  private final ChangeWriter writer;
  private final Operations operations;

  CombinedOperations(ChangeWriter writer, Operations operations) {
    this.writer = writer;
    this.operations = operations;
  }

  /**
   * One of the actions.
   *
   * @param action in words, for the record
   * @param transaction decides what changes
   */
  public record Step(String action, Transaction<?> transaction) {}

  /** What came of it. */
  public sealed interface Outcome {}

  /** All steps are possible, or were done and are durable. */
  public record Done() implements Outcome {}

  /**
   * Nothing was changed.
   *
   * @param step number of the step, from 0, that was refused
   */
  public record Refused(int step, Refusal why) implements Outcome {}

  /** As {@link HardwareOperations#power}, with time for visitors and services. */
  public Step power(String by, CardPosition position, HardwareOperations.Power power) {
    return new Step(
        "power " + power + " card " + position,
        operations.hardware().switching(by, position, power, false, false));
  }

  /** As {@link HardwareOperations#locate}. */
  public Step locate(CardPosition position, boolean lit) {
    return new Step(
        "locate card " + position + (lit ? " on" : " off"),
        operations.hardware().lighting(position, lit));
  }

  /** As {@link TrafficOperations#assign}. */
  public Step assign(CardPosition position, String service) {
    return new Step(
        "assign card " + position + " to service " + Operations.cut(service),
        (cabinet, _) ->
            new Decision<>(CardAssignment.assign(cabinet, position, service), position));
  }

  /** As {@link TrafficOperations#release}, also when the card has visitors. */
  public Step release(CardPosition position) {
    return new Step(
        "release card " + position,
        (cabinet, _) -> new Decision<>(CardAssignment.release(cabinet, position, true), position));
  }

  /** As {@link Operations#acknowledge}. */
  public Step acknowledge(String by, long alarm) {
    return new Step("acknowledge alarm " + alarm, Operations.acknowledging(by, alarm));
  }

  /** As {@link ThresholdOperations#set}. */
  public Step threshold(Map<String, String> given) {
    return new Step(
        "set threshold " + Operations.cut(given.toString()),
        operations.alarms().thresholds().setting(given));
  }

  /** As {@link VersionOperations#use}, with the usual times. */
  public Step version(String by, String service, int version) {
    return new Step(
        "bring service " + Operations.cut(service) + " to version " + version,
        VersionOperations.using(
            by,
            new NewVersion(service, "", NewVersion.STANDARD_GATE, NewVersion.STANDARD_DRAIN),
            version));
  }

  /** As {@link VersionOperations#cancel}. */
  public Step cancelVersion(String by, String service) {
    return new Step(
        "cancel the update of service " + Operations.cut(service),
        VersionOperations.cancelling(by, service));
  }

  /** As {@link AlarmOperations#test}. */
  public Step testNotification(String by) {
    return new Step("send a test notification", operations.alarms().testing(by));
  }

  /** Whether the steps could be carried out as things stand at this moment. */
  public Outcome check(List<Step> steps, Instant now) {
    return decide(writer.current(), steps, now, new ArrayList<>());
  }

  /** Carries the steps out and puts each on record; a refusal goes on record too. */
  public CompletionStage<Outcome> carryOut(String user, List<Step> steps) {
    return writer.submit((cabinet, now) -> {
      List<Change> changes = new ArrayList<>();
      Outcome outcome = decide(cabinet, steps, now, changes);
      return switch (outcome) {
        case Done _ -> {
          steps.forEach(s -> changes.add(new Change.Audited(user, s.action(), "done")));
          yield new Decision<>(changes, outcome);
        }
        case Refused(int step, Refusal why) ->
            Decision.of(
                outcome,
                new Change.Audited(user, steps.get(step).action(), "refused: " + why.getMessage()));
      };
    });
  }

  /** Each step sees what those before it have changed. */
  private static Outcome decide(
      Cabinet cabinet, List<Step> steps, Instant now, List<Change> changes) {
    CabinetBuilder builder = new CabinetBuilder(cabinet);
    for (int i = 0; i < steps.size(); i++) {
      try {
        List<Change> next = steps.get(i).transaction().decide(builder.view(), now).changes();
        next.forEach(change -> builder.apply(change, now));
        changes.addAll(next);
      } catch (Refusal refusal) {
        return new Refused(i, refusal);
      }
    }
    return new Done();
  }
}
