package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.ItemDifference;
import io.cade.engine.change.Refusal;
import io.cade.engine.conduct.WantedModels;
import io.cade.engine.device.ApplyRun;
import io.cade.engine.device.DeviceModel;
import io.cade.engine.device.DeviceOrder;
import io.cade.engine.device.DeviceRecord;
import io.cade.engine.device.Devices;
import io.cade.engine.device.Facts;
import io.cade.engine.device.ModelDiff;
import io.cade.engine.device.ModelParameter;
import io.cade.engine.device.ModelProblem;
import io.cade.engine.device.ModelText;
import io.cade.engine.device.ModelVersion;
import io.cade.engine.device.Rendered;
import io.cade.engine.device.Rendering;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Looks at models and devices (SPEC R1, R5). Thread-safe; shows no secret. */
public final class ModelInspection {
  private final Supplier<Cabinet> cabinet;

  public ModelInspection(Supplier<Cabinet> cabinet) {
    this.cabinet = cabinet;
  }

  /** All types: those of the cards' roles, and those that were written. */
  public List<ModelViews.ModelView> models() {
    Cabinet c = cabinet.get();
    TreeSet<String> types = new TreeSet<>(c.devices().models().keySet());
    for (CardRole role : CardRole.values()) {
      types.add(Devices.typeOf(role));
    }
    List<ModelViews.ModelView> views = new ArrayList<>();
    for (String type : types) {
      c.devices().model(type).ifPresent(model -> views.add(view(c, model)));
    }
    return views;
  }

  public ModelViews.ModelView model(String type) throws Refusal {
    Cabinet c = cabinet.get();
    return view(c, require(c, type));
  }

  public List<ModelViews.VersionView> versions(String type) throws Refusal {
    DeviceModel model = require(cabinet.get(), type);
    return model.versions().reversed().stream().map(v -> view(model, v)).toList();
  }

  public List<ModelDiff.Line> differences(String type, int from, int to) throws Refusal {
    DeviceModel model = require(cabinet.get(), type);
    return ModelDiff.between(version(model, from), version(model, to));
  }

  /**
   * A version as {@link io.cade.engine.device.ModelFile} reads it.
   *
   * @param number 0 for the newest
   */
  public ModelViews.TextView text(String type, int number) throws Refusal {
    DeviceModel model = require(cabinet.get(), type);
    ModelVersion version = number == 0 ? model.newest() : version(model, number);
    return new ModelViews.TextView(
        type, version.number(), ModelBase.line(type, version) + ModelText.of(version));
  }

  /** The last run of a type. */
  public ModelViews.RunView run(String type) throws Refusal {
    Cabinet c = cabinet.get();
    require(c, type);
    ApplyRun run = c.devices().runs().get(type);
    if (run == null) {
      throw new Refusal(
          Refusal.Kind.NOT_FOUND,
          "no version of " + type + " was brought to cards yet; model apply " + type + " does");
    }
    return view(c, run);
  }

  /**
   * What would become of each card.
   *
   * @param number 0 for the newest version
   */
  public ModelViews.PlanView plan(String type, int number, ModelScope scope) throws Refusal {
    Cabinet c = cabinet.get();
    DeviceModel model = require(c, type);
    ModelVersion version = number == 0 ? model.newest() : version(model, number);
    List<ModelViews.CardPlan> plans = new ArrayList<>();
    for (CardPosition at : scope.cards(c, type)) {
      plans.add(plan(c, c.cards().get(at), model, version));
    }
    long change = plans.stream().filter(p -> p.verdict().equals("change")).count();
    long later = plans.stream().filter(p -> p.verdict().equals("later")).count();
    long cannot = plans.stream().filter(p -> p.verdict().equals("cannot")).count();
    String summary =
        "version %d of %s: %s would change, %d %s, %d later%s"
            .formatted(
                version.number(),
                type,
                counted(change, "card"),
                plans.size() - change - later - cannot,
                "already so",
                later,
                cannot == 0 ? "" : ", " + cannot + " cannot");
    return new ModelViews.PlanView(type, version.number(), model.current(), summary, plans);
  }

  private static String counted(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private static ModelViews.CardPlan plan(
      Cabinet c, @Nullable Card card, DeviceModel model, ModelVersion version) {
    if (card == null) {
      throw new IllegalStateException("a scope names only cards that there are");
    }
    DeviceRecord record = c.devices().record(card.position());
    DeviceRecord.Given given = record.given();
    String has = given == null ? "" : given.label();
    Facts facts = WantedModels.facts(c, card);
    Rendered rendered;
    try {
      rendered = Rendering.render(version, facts);
    } catch (ModelProblem e) {
      return new ModelViews.CardPlan(
          card.position(),
          "cannot",
          String.valueOf(e.getMessage()),
          has,
          false,
          false,
          0,
          List.of());
    }
    List<ModelDiff.Line> lines =
        ModelDiff.between(
            WantedModels.given(c, record, facts)
                .filter(_ -> given != null && given.mac().equals(String.valueOf(card.mac())))
                .orElse(null),
            rendered);
    boolean same = WantedModels.has(record, card, model.label(version.number()), rendered);
    String verdict = !WantedModels.isUp(card) ? "later" : same ? "same" : "change";
    List<String> reasons = new ArrayList<>();
    if (verdict.equals("later")) {
      reasons.add(WantedModels.away(card) + "; it gets the version when it comes back");
    } else if (same) {
      reasons.add(rendered.isEmpty() ? "there is nothing to do" : "has it already");
    } else if (lines.isEmpty()) {
      reasons.add("another number, the same items");
    }
    if (record.trial() != null) {
      reasons.add("ends its trial");
    }
    List<String> restarts = restarts(rendered, lines);
    if (!restarts.isEmpty()) {
      reasons.add("will be restarted: " + String.join(", ", restarts));
    }
    return new ModelViews.CardPlan(
        card.position(),
        verdict,
        String.join("; ", reasons),
        has,
        rendered.risky(),
        rendered.disturbs(),
        record.standing() == null ? 0 : record.standing().told().differences().size(),
        lines);
  }

  /** Units that read what would change. */
  private static List<String> restarts(Rendered rendered, List<ModelDiff.Line> lines) {
    List<String> changed = lines.stream().map(ModelDiff.Line::what).toList();
    // What the change itself installs or starts has read all of it then.
    Set<String> fresh =
        lines.stream()
            .filter(line -> line.change().equals("added"))
            .map(ModelDiff.Line::what)
            .collect(Collectors.toSet());
    return rendered.items().stream()
        .filter(item ->
            item instanceof DeviceItem.UnitItem unit
                && unit.running()
                && !fresh.contains(unit.key())
                && unit.restartOn().stream().anyMatch(changed::contains))
        .map(item -> ((DeviceItem.UnitItem) item).name())
        .toList();
  }

  /**
   * How devices differ from their models.
   *
   * @param type only cards of this type; empty for all
   */
  public List<ModelViews.DifferenceView> drift(String type) throws Refusal {
    Cabinet c = cabinet.get();
    if (!type.isEmpty()) {
      require(c, type);
    }
    List<ModelViews.DifferenceView> views = new ArrayList<>();
    for (DeviceRecord record : c.devices().records().values()) {
      Card card = c.cards().get(record.position());
      DeviceRecord.Standing standing = record.standing();
      if (card == null
          || standing == null
          || !(type.isEmpty() || c.devices().type(card.position(), card.role()).equals(type))) {
        continue;
      }
      Optional<Rendered> given = WantedModels.given(c, record, WantedModels.facts(c, card));
      String label = standing.told().label();
      if (!standing.told().problem().isEmpty()) {
        views.add(
            new ModelViews.DifferenceView(
                card.position(),
                label,
                "",
                "problem",
                "",
                standing.told().problem(),
                false,
                standing.since()));
      }
      for (ItemDifference d : standing.told().differences()) {
        views.add(
            new ModelViews.DifferenceView(
                card.position(),
                label,
                d.key(),
                d.attribute(),
                given.map(r -> r.masked(d.wanted())).orElse(d.wanted()),
                given.map(r -> r.masked(d.found())).orElse(d.found()),
                record.tries(d.key()),
                standing.since()));
      }
      if (standing.told().more() > 0) {
        views.add(
            new ModelViews.DifferenceView(
                card.position(),
                label,
                "",
                "more",
                "",
                standing.told().more() + " further differences",
                false,
                standing.since()));
      }
    }
    return views;
  }

  /** All devices of which something is on record. */
  public List<ModelViews.DeviceView> devices() {
    Cabinet c = cabinet.get();
    return c.cards().values().stream().map(card -> device(c, card)).toList();
  }

  public ModelViews.DeviceView device(CardPosition at) throws Refusal {
    Cabinet c = cabinet.get();
    return device(c, requireCard(c, at));
  }

  static ModelViews.DeviceView device(Cabinet c, Card card) {
    CardPosition at = card.position();
    DeviceRecord record = c.devices().record(at);
    String type = c.devices().type(at, card.role());
    DeviceModel model = c.devices().model(type).orElse(null);
    int version = model == null ? 0 : c.devices().versionOf(at, model);
    DeviceRecord.Given given = record.given();
    DeviceOrder order = record.order();
    boolean waits =
        order != null && order.stage() == DeviceOrder.Stage.UNCONFIRMED && order.byOperator();
    DeviceRecord.Adoption adoption = record.adoption();
    int differences =
        record.standing() == null
            ? 0
            : record.standing().told().differences().size() + record.standing().told().more();
    return new ModelViews.DeviceView(
        at,
        type,
        given == null ? "" : given.label(),
        model == null ? "" : model.label(version),
        model != null && !record.busy() && !record.renew() && has(c, card, record, model, version),
        order != null && order.busy() ? doing(order) : record.renew() ? "is to be put right" : "",
        waits,
        order != null && !order.busy() ? order.detail() : "",
        differences,
        record.trial() == null ? List.of() : record.trial().keys(),
        adoption == null ? "" : adoption.underWay() ? "reads what is found" : adoption.outcome(),
        adoption != null && adoption.done());
  }

  private static boolean has(
      Cabinet c, Card card, DeviceRecord record, DeviceModel model, int number) {
    try {
      ModelVersion version = model.version(number).orElse(null);
      return version != null
          && WantedModels.has(
              record,
              card,
              model.label(number),
              Rendering.render(version, WantedModels.facts(c, card)));
    } catch (ModelProblem e) {
      return false;
    }
  }

  private static String doing(DeviceOrder order) {
    String what = order.kind() == DeviceOrder.Kind.TRY ? "a trial" : order.label();
    return switch (order.stage()) {
      case QUEUED -> "gets " + what;
      case UNCONFIRMED -> "has " + what + ", which is to be confirmed";
      case CONFIRMING -> "has " + what + ", and is to show that it is reached";
      case FAILED -> "";
    };
  }

  private static ModelViews.ModelView view(Cabinet c, DeviceModel model) {
    ModelVersion newest = model.newest();
    int cards = 0;
    int right = 0;
    int differing = 0;
    for (Card card : c.cards().values()) {
      if (c.devices().type(card.position(), card.role()).equals(model.type())) {
        ModelViews.DeviceView device = device(c, card);
        cards++;
        right += device.right() && device.differences() == 0 ? 1 : 0;
        differing += device.differences() > 0 ? 1 : 0;
      }
    }
    ApplyRun run = c.devices().runs().get(model.type());
    return new ModelViews.ModelView(
        model.type(),
        model.current(),
        newest.number(),
        newest.description(),
        cards,
        right,
        differing,
        newest.parameters().stream().map(p -> view(newest, p)).toList(),
        newest.items().stream()
            .map(i ->
                new ModelViews.ItemView(i.role().word(), i.key(), i.template().risky(), i.after()))
            .toList(),
        run == null ? null : view(c, run));
  }

  private static ModelViews.ParameterView view(ModelVersion version, ModelParameter p) {
    String set = version.values().get(p.name());
    String value = set == null ? p.standard() : set;
    return new ModelViews.ParameterView(
        p.name(),
        p.role().word(),
        p.type().word(),
        value != null && p.secret() ? ModelParameter.MASK : value,
        set == null,
        p.choices(),
        p.min(),
        p.max(),
        p.description(),
        p.secret());
  }

  static ModelViews.VersionView view(DeviceModel model, ModelVersion v) {
    return new ModelViews.VersionView(
        model.type(),
        v.number(),
        v.number() == model.current(),
        v.at(),
        v.by(),
        v.why(),
        v.items().size(),
        v.parameters().size());
  }

  static ModelViews.RunView view(Cabinet c, ApplyRun run) {
    boolean waits =
        run.stage().isActive()
            && run.cards().stream()
                .anyMatch(t -> {
                  DeviceOrder order = c.devices().record(t.position()).order();
                  return order != null
                      && order.stage() == DeviceOrder.Stage.UNCONFIRMED
                      && order.byOperator()
                      && !run.confirmed();
                });
    List<ModelViews.TargetView> cards =
        run.cards().stream()
            .map(t ->
                new ModelViews.TargetView(
                    t.position(),
                    t.progress().name(),
                    t.before(),
                    t.detail(),
                    run.stage().isActive() ? "" : now(c, t)))
            .toList();
    return new ModelViews.RunView(
        run.type(),
        run.version(),
        run.stage().name(),
        run.stage().isActive(),
        waits,
        run.since(),
        run.begun(),
        run.by(),
        run.why(),
        run.cause(),
        run.parallel(),
        run.canary(),
        run.stopAt(),
        summary(run, waits),
        cards);
  }

  /** A run remembers what it saw; this is looked at anew each time. */
  private static String now(Cabinet c, ApplyRun.Target target) {
    Card card = c.cards().get(target.position());
    if (card == null) {
      return "is not there";
    }
    ModelViews.DeviceView device = device(c, card);
    String has = device.has().isEmpty() ? "nothing yet" : device.has();
    if (!device.doing().isEmpty()) {
      return has + ", " + device.doing();
    }
    if (device.differences() > 0) {
      return has + ", " + device.differences() + " differing";
    }
    String state = WantedModels.isUp(card) ? "" : WantedModels.away(card);
    return has
        + (device.right()
            ? ""
            : device.wanted().equals(has)
                ? ", not as it is now"
                : ", is to have " + device.wanted())
        + (state.isEmpty() ? "" : ", " + state);
  }

  private static String summary(ApplyRun run, boolean waits) {
    StringBuilder text = new StringBuilder("version " + run.version());
    text.append(
        switch (run.stage()) {
          case CANARY -> " is on its way to the first " + run.canary();
          case WAVES -> " is on its way";
          case RETURNING -> run.keep() ? " stops: " + run.cause() : " goes back: " + run.cause();
          case STOPPED -> (run.keep() ? " stopped: " : " went back: ") + run.cause();
          case DONE -> " is on all cards that are up";
        });
    text.append(
        ", %d of %d cards done".formatted(run.count(ApplyRun.Progress.DONE), run.cards().size()));
    count(text, run, ApplyRun.Progress.WORKING, "at work");
    count(text, run, ApplyRun.Progress.FAILED, "failed");
    count(text, run, ApplyRun.Progress.AWAY, "away");
    count(text, run, ApplyRun.Progress.RETURNED, "back");
    if (waits) {
      text.append("; waits for model confirm ").append(run.type());
    }
    return text.toString();
  }

  private static void count(
      StringBuilder text, ApplyRun run, ApplyRun.Progress progress, String word) {
    long count = run.count(progress);
    if (count > 0) {
      text.append(", ").append(count).append(' ').append(word);
    }
  }

  static DeviceModel require(Cabinet c, String type) throws Refusal {
    return c.devices()
        .model(type)
        .orElseThrow(() ->
            new Refusal(
                Refusal.Kind.NOT_FOUND,
                "there is no type '" + Operations.cut(type) + "'; model list shows them"));
  }

  static ModelVersion version(DeviceModel model, int number) throws Refusal {
    return model
        .version(number)
        .orElseThrow(() ->
            new Refusal(
                Refusal.Kind.NOT_FOUND,
                "model "
                    + model.type()
                    + " has no version "
                    + number
                    + "; there are "
                    + model.versions().stream().map(ModelVersion::number).toList()));
  }

  static Card requireCard(Cabinet c, CardPosition at) throws Refusal {
    return c.card(at)
        .orElseThrow(
            () -> new Refusal(Refusal.Kind.NOT_FOUND, "no card was ever seen in slot " + at));
  }
}
