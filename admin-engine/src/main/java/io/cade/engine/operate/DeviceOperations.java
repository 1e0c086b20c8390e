package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.ItemDifference;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.conduct.Rollouts;
import io.cade.engine.conduct.WantedModels;
import io.cade.engine.device.DeviceModel;
import io.cade.engine.device.DeviceOrder;
import io.cade.engine.device.DeviceRecord;
import io.cade.engine.device.ModelFile;
import io.cade.engine.device.ModelItem;
import io.cade.engine.device.ModelProblem;
import io.cade.engine.device.ModelVersion;
import io.cade.engine.device.Rendered;
import io.cade.engine.device.Rendering;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * What can be done to one device alone (SPEC R5, R7, A6): put it right, take over what was found on
 * it, try something on it. Thread-safe; stages complete exceptionally as those of {@link
 * Operations} do.
 */
public final class DeviceOperations {
  private final AuditedActions actions;

  DeviceOperations(AuditedActions actions) {
    this.actions = actions;
  }

  /** Puts a device right: what was changed or tried on it is gone. */
  public CompletionStage<ModelViews.DeviceView> restore(Caller caller, CardPosition at) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "put card " + at + " right",
        true,
        (cabinet, now) -> {
          Card card = requireIdle(cabinet, at);
          DeviceRecord record = cabinet.devices().record(at);
          if (record.given() == null && record.trial() == null) {
            throw new Refusal(
                Refusal.Kind.CONFLICT,
                "card " + at + " was given no model yet: there is nothing to put it right to");
          }
          return decided(
              cabinet,
              now,
              card,
              new Change.DeviceChange.RecordChanged(record.withOrder(null).withRenew(true)));
        });
  }

  /**
   * Takes what is found on a device into the model of its type, and brings it to all.
   *
   * @param keys which of its differences; empty for all
   */
  public CompletionStage<ModelViews.DeviceView> adopt(
      Caller caller, CardPosition at, List<String> keys, String why) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "adopt "
            + (keys.isEmpty() ? "what differs" : Operations.cut(String.join(" ", keys)))
            + " on card "
            + at
            + ModelOperations.reason(why),
        true,
        (cabinet, now) -> {
          ModelOperations.checkWhy(why);
          if (why.isBlank()) {
            throw new Refusal(
                Refusal.Kind.INVALID, "why is it adopted? say so with --why, for the history");
          }
          Card card = requireIdle(cabinet, at);
          DeviceModel model = requireModel(cabinet, card);
          ModelOperations.requireNoRun(cabinet, model.type());
          DeviceRecord record = cabinet.devices().record(at);
          DeviceRecord.Adoption before = record.adoption();
          if (before != null && before.underWay()) {
            throw new Refusal(
                Refusal.Kind.CONFLICT, "card " + at + " is being read already: wait for it");
          }
          Set<String> known = new LinkedHashSet<>();
          if (record.standing() != null) {
            record.standing().told().differences().stream()
                .map(ItemDifference::key)
                .forEach(known::add);
          }
          for (String key : keys) {
            if (!known.contains(key)) {
              throw new Refusal(
                  Refusal.Kind.NOT_FOUND,
                  "card "
                      + at
                      + " does not differ in "
                      + Operations.cut(key)
                      + "; differing: "
                      + known);
            }
          }
          if (known.isEmpty()) {
            throw new Refusal(
                Refusal.Kind.CONFLICT, "card " + at + " does not differ from its model");
          }
          List<String> wanted = List.copyOf(keys.isEmpty() ? known : new LinkedHashSet<>(keys));
          long id = cabinet.nextCommand();
          return decided(
              cabinet,
              now,
              card,
              new Change.CommandQueued(at, new Command.ReadItems(id, wanted)),
              new Change.DeviceChange.RecordChanged(
                  record.withAdoption(
                      new DeviceRecord.Adoption(
                          wanted, id, now, caller.user(), why, null, false, ""))));
        });
  }

  /** Whether the caller may change a device alone; asked before the items are read. */
  public CompletionStage<Boolean> checkAttempt(Caller caller, CardPosition at, String why) {
    return actions.carryOut(
        caller, Role.OPERATOR, attempting(at, why), false, (_, _) -> Decision.nothing(true));
  }

  private static String attempting(CardPosition at, String why) {
    return "try items on card " + at + ModelOperations.reason(why);
  }

  /**
   * Changes one device alone.
   *
   * @param name of the file, for its problems
   * @param confirmSeconds within which an operator has to confirm it; 0: it confirms itself when it
   *     is reached
   */
  public CompletionStage<ModelViews.DeviceView> attempt(
      Caller caller, CardPosition at, String name, String text, int confirmSeconds, String why) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        attempting(at, why),
        true,
        (cabinet, now) -> {
          ModelOperations.checkWhy(why);
          if (confirmSeconds != 0 && (confirmSeconds < 10 || confirmSeconds > 3_600)) {
            throw new Refusal(
                Refusal.Kind.INVALID, "confirm is " + confirmSeconds + " s, outside 10 s to 1 h");
          }
          Card card = requireIdle(cabinet, at);
          DeviceModel model = requireModel(cabinet, card);
          ModelOperations.requireNoRun(cabinet, model.type());
          Rendered rendered = rendered(cabinet, card, name, text);
          DeviceRecord record = cabinet.devices().record(at);
          boolean risky = rendered.risky();
          int confirm = risky ? (confirmSeconds == 0 ? 60 : confirmSeconds) : 0;
          Set<String> keys = new LinkedHashSet<>();
          if (record.trial() != null) {
            keys.addAll(record.trial().keys());
          }
          rendered.items().stream().map(DeviceItem::key).forEach(keys::add);
          DeviceRecord.Given given = record.given();
          long id = cabinet.nextCommand();
          return decided(
              cabinet,
              now,
              card,
              new Change.CommandQueued(at, new Command.TryItems(id, rendered.items(), confirm)),
              new Change.DeviceChange.RecordChanged(
                  record.withOrder(
                      new DeviceOrder(
                          DeviceOrder.Kind.TRY,
                          id,
                          given == null ? "" : given.label(),
                          given == null ? 0 : given.version(),
                          "",
                          List.copyOf(keys),
                          DeviceOrder.Stage.QUEUED,
                          now,
                          0,
                          confirm,
                          confirmSeconds != 0,
                          caller.user(),
                          why,
                          ""))));
        });
  }

  private static Rendered rendered(Cabinet cabinet, Card card, String name, String text)
      throws Refusal {
    try {
      List<ModelItem> items = ModelFile.readItems(name, text);
      ModelVersion version = DeviceModel.empty("trial").newest().withItems(items);
      return Rendering.render(version, WantedModels.facts(cabinet, card));
    } catch (ModelProblem e) {
      throw new Refusal(Refusal.Kind.CONTENT, String.valueOf(e.getMessage()));
    }
  }

  /** What was changed on the device stays. */
  public CompletionStage<ModelViews.DeviceView> confirm(Caller caller, CardPosition at) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "confirm the change of card " + at,
        true,
        (cabinet, now) -> {
          Card card = ModelInspection.requireCard(cabinet, at);
          DeviceRecord record = cabinet.devices().record(at);
          DeviceOrder order = record.order();
          if (order == null
              || order.stage() != DeviceOrder.Stage.UNCONFIRMED
              || !order.byOperator()) {
            throw new Refusal(
                Refusal.Kind.CONFLICT, "nothing on card " + at + " waits to be confirmed");
          }
          return decided(
              cabinet,
              now,
              card,
              new Change.DeviceChange.RecordChanged(record.withOrder(order.agreed())));
        });
  }

  private static Decision<ModelViews.DeviceView> decided(
      Cabinet cabinet, Instant now, Card card, Change... changes) {
    List<Change> all = new ArrayList<>(List.of(changes));
    return new Decision<>(all, ModelInspection.device(Rollouts.after(cabinet, all, now), card));
  }

  private static DeviceModel requireModel(Cabinet cabinet, Card card) throws Refusal {
    return WantedModels.model(cabinet, card)
        .orElseThrow(
            () -> new Refusal(Refusal.Kind.CONFLICT, "card " + card.position() + " has no type"));
  }

  /** A card that is up, and not being changed. */
  private static Card requireIdle(Cabinet cabinet, CardPosition at) throws Refusal {
    Card card = ModelInspection.requireCard(cabinet, at);
    if (!WantedModels.isUp(card)) {
      throw new Refusal(Refusal.Kind.CONFLICT, "card " + at + " " + WantedModels.away(card));
    }
    if (cabinet.devices().record(at).busy()) {
      throw new Refusal(
          Refusal.Kind.CONFLICT, "card " + at + " is being changed already: wait for it");
    }
    return card;
  }
}
