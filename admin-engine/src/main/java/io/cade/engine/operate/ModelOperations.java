package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.conduct.ApplyRuns;
import io.cade.engine.conduct.Rollouts;
import io.cade.engine.conduct.WantedModels;
import io.cade.engine.device.ApplyRun;
import io.cade.engine.device.DeviceModel;
import io.cade.engine.device.DeviceRecord;
import io.cade.engine.device.Devices;
import io.cade.engine.device.ModelFile;
import io.cade.engine.device.ModelProblem;
import io.cade.engine.device.ModelVersion;
import io.cade.engine.device.Rendering;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What can be done to models (SPEC R1, A7). Thread-safe; stages complete exceptionally as those of
 * {@link Operations} do.
 */
public final class ModelOperations {
  private final AuditedActions actions;

  ModelOperations(AuditedActions actions) {
    this.actions = actions;
  }

  /** Whether the caller may write a version; asked before its text is read. */
  public CompletionStage<Boolean> checkEdit(Caller caller, String type, String why) {
    return actions.carryOut(
        caller, Role.OPERATOR, editing(type, why), false, (_, _) -> Decision.nothing(true));
  }

  private static String editing(String type, String why) {
    return "write a version of model " + Operations.cut(type) + reason(why);
  }

  /** Whether the caller may set values; asked before they are read. */
  public CompletionStage<Boolean> checkSet(Caller caller, String type) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "set values of model " + Operations.cut(type),
        false,
        (_, _) -> Decision.nothing(true));
  }

  /**
   * Writes a version; no card has it yet. A type that there is not yet begins with it.
   *
   * @param name of the file, for its problems
   * @param base number of the version that the text was made of; 0 when nobody said so
   */
  public CompletionStage<ModelViews.VersionView> edit(
      Caller caller, String type, String name, String text, int base, String why) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        editing(type, why),
        true,
        (cabinet, now) -> {
          checkWhy(why);
          checkType(cabinet, type);
          if (text.lines().allMatch(line -> line.isBlank() || line.startsWith("#"))) {
            throw new Refusal(
                Refusal.Kind.CONTENT,
                name + " is empty; a model that describes nothing is written as: os: {items: {}}");
          }
          ModelBase.check(cabinet, caller, type, text, base);
          boolean first = cabinet.devices().model(type).isEmpty();
          DeviceModel model =
              cabinet.devices().model(type).orElseGet(() -> DeviceModel.empty(type));
          int number = first ? 1 : model.next();
          ModelVersion version;
          try {
            version = ModelFile.read(name, text, model.newest(), number, now, caller.user(), why);
          } catch (ModelProblem e) {
            throw new Refusal(Refusal.Kind.CONTENT, String.valueOf(e.getMessage()));
          }
          return added(cabinet, now, model, version);
        });
  }

  private static Decision<ModelViews.VersionView> added(
      Cabinet cabinet, Instant now, DeviceModel model, ModelVersion version) throws Refusal {
    if (version.number() > 1 && model.newest().saysTheSameAs(version)) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "this is what version "
              + model.newest().number()
              + " of "
              + model.type()
              + " says already");
    }
    Change change = new Change.DeviceChange.ModelVersionAdded(model.type(), version);
    DeviceModel after =
        Rollouts.after(cabinet, List.of(change), now).devices().model(model.type()).orElseThrow();
    return Decision.of(ModelInspection.view(after, version), change);
  }

  private static void checkType(Cabinet cabinet, String type) throws Refusal {
    if (cabinet.devices().model(type).isPresent()) {
      return;
    }
    if (!DeviceModel.isType(type)) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "'"
              + Operations.cut(type)
              + "' is no name for a type: a lower-case letter, then letters, digits and hyphens, at"
              + " most 32");
    }
    if (cabinet.devices().models().size() >= DeviceModel.MAX_TYPES) {
      throw new Refusal(
          Refusal.Kind.LIMIT, "there are " + DeviceModel.MAX_TYPES + " types already");
    }
  }

  /**
   * Sets values of parameters, as one more version.
   *
   * @param values an empty one takes a value away
   * @param card only for this one; null for all
   * @param service only for its cards; empty for all
   */
  public CompletionStage<ModelViews.VersionView> set(
      Caller caller,
      String type,
      Map<String, String> values,
      @Nullable CardPosition card,
      String service,
      String why) {
    String about =
        card != null
            ? " for card " + card
            : service.isEmpty() ? "" : " for service " + Operations.cut(service);
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "set "
            + Operations.cut(String.join(" ", values.keySet()))
            + " of model "
            + Operations.cut(type)
            + about
            + reason(why),
        true,
        (cabinet, now) -> {
          checkWhy(why);
          DeviceModel model = ModelInspection.require(cabinet, type);
          if (card != null && !service.isEmpty()) {
            throw new Refusal(Refusal.Kind.INVALID, "a value is set for a card or for a service");
          }
          if (values.isEmpty()) {
            throw new Refusal(Refusal.Kind.INVALID, "no value is given: NAME=VALUE is meant");
          }
          if (!service.isEmpty()) {
            Inspection.requireService(cabinet, service);
          }
          if (card != null) {
            ModelInspection.requireCard(cabinet, card);
          }
          ModelVersion old = model.newest();
          Map<String, String> given = new TreeMap<>(values);
          given.values().removeIf(String::isEmpty);
          Map<String, String> taken = new TreeMap<>(values);
          taken.keySet().removeAll(given.keySet());
          for (String name : taken.keySet()) {
            if (old.parameter(name).isEmpty()) {
              throw new Refusal(
                  Refusal.Kind.INVALID, "there is no parameter " + Operations.cut(name));
            }
          }
          try {
            ModelFile.check(old, given);
          } catch (ModelProblem e) {
            throw new Refusal(Refusal.Kind.INVALID, Operations.cut(String.valueOf(e.getMessage())));
          }
          Map<String, SortedMap<String, String>> services = new TreeMap<>(old.serviceValues());
          Map<CardPosition, SortedMap<String, String>> cards = new TreeMap<>(old.cardValues());
          SortedMap<String, String> ofType = new TreeMap<>(old.values());
          if (card != null) {
            cards.put(card, changed(cards.get(card), given, taken));
          } else if (!service.isEmpty()) {
            services.put(service, changed(services.get(service), given, taken));
          } else {
            ofType = changed(ofType, given, taken);
          }
          return added(
              cabinet,
              now,
              model,
              old.withValues(ofType, services, cards).as(model.next(), now, caller.user(), why));
        });
  }

  private static SortedMap<String, String> changed(
      @Nullable SortedMap<String, String> old,
      Map<String, String> given,
      Map<String, String> taken) {
    SortedMap<String, String> next = new TreeMap<>(old == null ? Map.of() : old);
    next.keySet().removeAll(taken.keySet());
    next.putAll(given);
    return next;
  }

  /** Takes a type away that no card has, with all its versions. */
  public CompletionStage<ModelViews.RemovedView> delete(Caller caller, String type) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "delete model " + Operations.cut(type),
        true,
        (cabinet, _) -> {
          DeviceModel model = ModelInspection.require(cabinet, type);
          if (!cabinet.devices().models().containsKey(type)) {
            throw new Refusal(
                Refusal.Kind.CONFLICT, type + " is a role of cards, and nobody has written it");
          }
          requireNoRun(cabinet, type);
          List<CardPosition> cards = new ArrayList<>(ApplyRuns.cardsOf(cabinet, type));
          for (DeviceRecord record : cabinet.devices().records().values()) {
            if (record.type().equals(type) && !cards.contains(record.position())) {
              cards.add(record.position());
            }
          }
          if (!cards.isEmpty()) {
            throw new Refusal(
                Refusal.Kind.CONFLICT,
                "%d %s of the type %s%s: give %s another type first (model assign TYPE CARD…)"
                    .formatted(
                        cards.size(),
                        cards.size() == 1 ? "card is" : "cards are",
                        type,
                        cards.size() > 20 ? "" : " (" + words(cards) + ")",
                        cards.size() == 1 ? "it" : "them"));
          }
          return Decision.of(
              new ModelViews.RemovedView(type, model.versions().size()),
              new Change.DeviceChange.ModelRemoved(type));
        });
  }

  private static String words(List<CardPosition> cards) {
    return cards.stream().map(CardPosition::toString).collect(Collectors.joining(", "));
  }

  /** Gives cards a type; that of their role takes it away again. */
  public CompletionStage<List<ModelViews.DeviceView>> assign(
      Caller caller, String type, List<CardPosition> positions) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "give type " + Operations.cut(type) + " to cards " + positions,
        true,
        (cabinet, now) -> {
          ModelInspection.require(cabinet, type);
          List<Change> changes = new ArrayList<>();
          for (CardPosition at : positions) {
            Card card = ModelInspection.requireCard(cabinet, at);
            String before = cabinet.devices().type(at, card.role());
            requireNoRun(cabinet, before);
            requireNoRun(cabinet, type);
            if (!before.equals(type)) {
              boolean own = type.equals(Devices.typeOf(card.role()));
              changes.add(
                  new Change.DeviceChange.RecordChanged(
                      cabinet.devices().record(at).withType(own ? "" : type)));
            }
          }
          Cabinet after = Rollouts.after(cabinet, changes, now);
          return new Decision<>(
              changes,
              positions.stream()
                  .map(at -> ModelInspection.device(after, after.card(at).orElseThrow()))
                  .toList());
        });
  }

  /**
   * Begins to bring a version to the cards.
   *
   * @param number 0 for the newest
   */
  public CompletionStage<ModelViews.RunView> apply(
      Caller caller, String type, int number, ModelScope scope, ApplyRuns.Way way, String why) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "apply "
            + (number == 0 ? "the newest version" : "version " + number)
            + " of model "
            + Operations.cut(type)
            + (scope.isWhole()
                ? ""
                : " to " + scope.positions() + " " + Operations.cut(scope.service()))
            + reason(why),
        true,
        (cabinet, now) -> {
          checkWhy(why);
          check("parallel", way.parallel(), 1, 50);
          check("canary", way.canary(), 0, 50);
          check("stop-at", way.stopAt(), 0, 100);
          check("confirm", way.confirmSeconds(), 10, 3_600);
          DeviceModel model = ModelInspection.require(cabinet, type);
          requireNoRun(cabinet, type);
          ModelVersion version =
              number == 0 ? model.newest() : ModelInspection.version(model, number);
          List<CardPosition> cards = scope.cards(cabinet, type);
          requireSound(cabinet, version, cards);
          requireWork(cabinet, model, version, cards, scope.isWhole());
          ApplyRun run =
              ApplyRuns.begin(
                  cabinet,
                  model,
                  version.number(),
                  cards,
                  scope.isWhole(),
                  way,
                  caller.user(),
                  why,
                  now);
          List<Change> changes = new ArrayList<>();
          if (!cabinet.devices().models().containsKey(type)) {
            changes.add(new Change.DeviceChange.ModelVersionAdded(type, model.newest()));
          }
          changes.add(new Change.DeviceChange.RunChanged(run));
          return new Decision<>(
              changes, ModelInspection.view(Rollouts.after(cabinet, changes, now), run));
        });
  }

  private static void requireSound(Cabinet cabinet, ModelVersion version, List<CardPosition> cards)
      throws Refusal {
    List<String> problems = new ArrayList<>();
    for (CardPosition at : cards) {
      Card card = cabinet.cards().get(at);
      if (card != null && WantedModels.isUp(card)) {
        try {
          Rendering.render(version, WantedModels.facts(cabinet, card));
        } catch (ModelProblem e) {
          problems.add(e.getMessage());
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          String.join("; ", problems.subList(0, Math.min(3, problems.size())))
              + (problems.size() > 3 ? "; and " + (problems.size() - 3) + " more" : ""));
    }
  }

  private static void requireWork(
      Cabinet cabinet,
      DeviceModel model,
      ModelVersion version,
      List<CardPosition> cards,
      boolean whole)
      throws Refusal {
    if (whole && model.current() != version.number()) {
      return;
    }
    for (CardPosition at : cards) {
      Card card = cabinet.cards().get(at);
      DeviceRecord record = cabinet.devices().record(at);
      if (card != null
          && (cabinet.devices().settledVersionOf(at, model) != version.number()
              || !ModelInspection.device(cabinet, card).right()
              || record.order() != null)) {
        return;
      }
    }
    throw new Refusal(
        Refusal.Kind.CONFLICT,
        "all these cards have version %d of %s already; model restore CARD puts one right that differs"
            .formatted(version.number(), model.type()));
  }

  private static void check(String name, int value, int min, int max) throws Refusal {
    if (value < min || value > max) {
      throw new Refusal(
          Refusal.Kind.INVALID, name + " is " + value + ", outside " + min + " to " + max);
    }
  }

  static void requireNoRun(Cabinet cabinet, String type) throws Refusal {
    var run = cabinet.devices().active(type);
    if (run.isPresent()) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "version %d of %s is on its way: wait for it, or model cancel %s"
              .formatted(run.get().version(), type, type));
    }
  }

  private static ApplyRun requireRun(Cabinet cabinet, String type) throws Refusal {
    ModelInspection.require(cabinet, type);
    return cabinet
        .devices()
        .active(type)
        .orElseThrow(() ->
            new Refusal(
                Refusal.Kind.CONFLICT, "no version of " + type + " is on its way to its cards"));
  }

  /** What was changed stays; cards that follow confirm themselves when they are reached. */
  public CompletionStage<ModelViews.RunView> confirm(Caller caller, String type) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "confirm the change of model " + Operations.cut(type),
        true,
        (cabinet, now) -> {
          ApplyRun run = requireRun(cabinet, type);
          if (!run.byOperator()) {
            throw new Refusal(
                Refusal.Kind.CONFLICT,
                "this change confirms itself: it was not applied with --confirm");
          }
          return changed(cabinet, now, run.confirm());
        });
  }

  /** Those that have the version on its way go back. */
  public CompletionStage<ModelViews.RunView> cancel(Caller caller, String type) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "cancel the change of model " + Operations.cut(type),
        true,
        (cabinet, now) -> {
          ApplyRun run = requireRun(cabinet, type);
          return run.stage() == ApplyRun.Stage.RETURNING
              ? Decision.nothing(ModelInspection.view(cabinet, run))
              : changed(cabinet, now, ApplyRuns.cancelled(run, caller.user(), now));
        });
  }

  private static Decision<ModelViews.RunView> changed(Cabinet cabinet, Instant now, ApplyRun run) {
    Change change = new Change.DeviceChange.RunChanged(run);
    return Decision.of(
        ModelInspection.view(Rollouts.after(cabinet, List.of(change), now), run), change);
  }

  static void checkWhy(String why) throws Refusal {
    if (why.length() > 256 || why.chars().anyMatch(c -> c < ' ')) {
      throw new Refusal(Refusal.Kind.INVALID, "why is told in one line of at most 256 characters");
    }
  }

  static String reason(String why) {
    return why.isEmpty() ? "" : " (" + Operations.cut(why) + ")";
  }
}
