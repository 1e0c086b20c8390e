package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.device.ApplyRun;
import io.cade.engine.device.ApplyRun.Progress;
import io.cade.engine.device.ApplyRun.Stage;
import io.cade.engine.device.ApplyRun.Target;
import io.cade.engine.device.DeviceModel;
import io.cade.engine.device.DeviceOrder;
import io.cade.engine.device.DeviceRecord;
import io.cade.engine.device.ModelProblem;
import io.cade.engine.device.ModelVersion;
import io.cade.engine.device.Rendered;
import io.cade.engine.device.Rendering;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import java.util.Comparator;
import java.util.List;

/**
 * Leads a version of a model to the cards of its type, a few at a time, and back when too many fail
 * (SPEC R1, A7). It only says which version each card is to have; {@link DeviceRules} brings it
 * there. So an engine that dies between any two steps goes on where the record stands.
 */
final class ApplyRules {
  private ApplyRules() {}

  static void apply(Draft draft, ServiceMates mates) {
    for (ApplyRun run : List.copyOf(draft.cabinet().devices().runs().values())) {
      if (run.stage().isActive()) {
        step(draft, run, mates);
      }
    }
  }

  private static void step(Draft draft, ApplyRun run, ServiceMates mates) {
    DeviceModel model = draft.cabinet().devices().model(run.type()).orElse(null);
    ModelVersion version = model == null ? null : model.version(run.version()).orElse(null);
    if (model == null || version == null) {
      set(draft, run, run.into(Stage.STOPPED, draft.now(), "the version is gone"));
      return;
    }
    ApplyRun next = run;
    for (Target target : run.cards()) {
      Target now = follow(draft, run, model, target);
      if (!now.equals(target)) {
        next = next.with(now);
      }
    }
    if (next.stage() != Stage.RETURNING) {
      String cause = tooMany(next);
      if (cause.isEmpty()) {
        next = advance(draft, next, model, mates);
      } else {
        raise(draft, next, cause);
        next = next.into(Stage.RETURNING, draft.now(), cause);
      }
    }
    if (next.stage() == Stage.RETURNING) {
      next = goBack(draft, next, model, mates);
    }
    set(draft, run, next);
  }

  /** What has become of a card since the last look. */
  private static Target follow(Draft draft, ApplyRun run, DeviceModel model, Target target) {
    Card card = draft.cabinet().cards().get(target.position());
    if (card == null) {
      return target.progress() == Progress.AWAY
          ? target
          : target.into(Progress.AWAY, "is not there");
    }
    DeviceRecord record = draft.cabinet().devices().record(target.position());
    boolean up = WantedModels.isUp(card);
    DeviceOrder order = record.order();
    switch (target.progress()) {
      case WAITING, AWAY -> {
        if (up) {
          return target.into(Progress.WAITING, "");
        }
        return target.into(Progress.AWAY, WantedModels.away(card));
      }
      case WORKING, RETURNING -> {
        boolean back = target.progress() == Progress.RETURNING;
        if (order != null && order.busy()) {
          return target;
        }
        int number = back ? target.before() : run.version();
        if (order != null
            && order.version() == number
            && order.label().equals(model.label(number))) {
          return target.into(Progress.FAILED, (back ? "did not go back: " : "") + order.detail());
        }
        if (has(draft, card, record, model, number)) {
          return target.into(back ? Progress.RETURNED : Progress.DONE, "");
        }
        if (!up) {
          return back
              ? target.into(
                  Progress.RETURNED, "gets it when it comes back: " + WantedModels.away(card))
              : target.into(Progress.AWAY, WantedModels.away(card));
        }
        String problem = problem(draft, card, model, number);
        return problem.isEmpty() ? target : target.into(Progress.FAILED, problem);
      }
      case DONE, FAILED, RETURNED -> {
        // It stays so.
      }
    }
    return target;
  }

  private static boolean has(
      Draft draft, Card card, DeviceRecord record, DeviceModel model, int number) {
    ModelVersion version = model.version(number).orElse(null);
    if (version == null) {
      return true;
    }
    try {
      Rendered rendered = Rendering.render(version, WantedModels.facts(draft.cabinet(), card));
      return !record.renew() && WantedModels.has(record, card, model.label(number), rendered);
    } catch (ModelProblem e) {
      return false;
    }
  }

  private static String problem(Draft draft, Card card, DeviceModel model, int number) {
    ModelVersion version = model.version(number).orElse(null);
    if (version == null) {
      return "version " + number + " is gone";
    }
    try {
      Rendering.render(version, WantedModels.facts(draft.cabinet(), card));
      return "";
    } catch (ModelProblem e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Why the run has to stop; empty when it need not. */
  private static String tooMany(ApplyRun run) {
    long failed = run.count(Progress.FAILED);
    long all = run.cards().size() - run.count(Progress.AWAY);
    boolean stops =
        failed > 0 && (run.stage() == Stage.CANARY || failed * 100 > (long) run.stopAt() * all);
    if (!stops) {
      return "";
    }
    Target first =
        run.cards().stream().filter(c -> c.progress() == Progress.FAILED).findFirst().orElseThrow();
    return "%d of %d cards failed, card %s: %s"
        .formatted(failed, all, first.position(), first.detail());
  }

  /** The next cards, the next stage, or the end. */
  private static ApplyRun advance(
      Draft draft, ApplyRun run, DeviceModel model, ServiceMates mates) {
    ApplyRun next = run;
    if (next.stage() == Stage.CANARY && next.count(Progress.DONE) >= next.canary()) {
      next = next.into(Stage.WAVES, draft.now(), "");
    }
    boolean canary = next.stage() == Stage.CANARY;
    long room =
        canary
            ? next.canary() - next.count(Progress.WORKING) - next.count(Progress.DONE)
            : next.parallel() - next.count(Progress.WORKING);
    for (Target target : canary ? freeFirst(next.cards(), mates) : next.cards()) {
      if (room <= 0) {
        break;
      }
      Card card = draft.cabinet().cards().get(target.position());
      if (target.progress() != Progress.WAITING || card == null) {
        continue;
      }
      String obstacle = obstacle(draft, next, card, target, model, mates);
      if (obstacle.isEmpty()) {
        next = next.with(target.into(Progress.WORKING, ""));
        forget(draft, target.position());
        room--;
      } else {
        next = next.with(target.into(Progress.WAITING, obstacle));
      }
    }
    if (next.count(Progress.WAITING) == 0 && next.count(Progress.WORKING) == 0) {
      return next.into(Stage.DONE, draft.now(), "");
    }
    return next;
  }

  /** A canary that nobody visits hurts nobody. */
  private static List<Target> freeFirst(List<Target> cards, ServiceMates mates) {
    return cards.stream()
        .sorted(Comparator.comparing(c -> !mates.namesOn(c.position()).isEmpty()))
        .toList();
  }

  /** What the card waits for, whichever of its two versions it comes from; empty for nothing. */
  private static String obstacle(
      Draft draft, ApplyRun run, Card card, Target target, DeviceModel model, ServiceMates mates) {
    boolean disturbs =
        disturbs(draft, card, model, run.version())
            || disturbs(draft, card, model, target.before());
    return mates.obstacle(draft.cabinet(), run, card, disturbs);
  }

  private static boolean disturbs(Draft draft, Card card, DeviceModel model, int number) {
    ModelVersion version = model.version(number).orElse(null);
    try {
      return version != null
          && Rendering.render(version, WantedModels.facts(draft.cabinet(), card)).disturbs();
    } catch (ModelProblem e) {
      return false;
    }
  }

  /** As carefully as on the way up: the cards of a service one after the other. */
  private static ApplyRun goBack(Draft draft, ApplyRun run, DeviceModel model, ServiceMates mates) {
    ApplyRun next = run;
    long room = run.parallel() - run.count(Progress.RETURNING) - run.count(Progress.WORKING);
    for (Target target : run.cards()) {
      if (run.keep() || target.progress() != Progress.DONE) {
        continue;
      }
      Card card = draft.cabinet().cards().get(target.position());
      String obstacle =
          room > 0 && card != null && WantedModels.isUp(card)
              ? obstacle(draft, next, card, target, model, mates)
              : "";
      if (room > 0 && obstacle.isEmpty()) {
        next = next.with(target.into(Progress.RETURNING, ""));
        forget(draft, target.position());
        room--;
      } else if (!target.detail().equals(obstacle)) {
        next = next.with(target.into(Progress.DONE, obstacle));
      }
    }
    boolean under =
        next.cards().stream()
            .anyMatch(c ->
                switch (c.progress()) {
                  case WORKING, RETURNING -> true;
                  case DONE -> !run.keep();
                  case WAITING, AWAY, FAILED, RETURNED -> false;
                });
    return under ? next : next.into(Stage.STOPPED, draft.now(), run.cause());
  }

  /** An earlier failure is no failure of this. */
  private static void forget(Draft draft, CardPosition at) {
    DeviceRecord record = draft.cabinet().devices().record(at);
    if (record.order() != null && !record.busy()) {
      draft.change(new Change.DeviceChange.RecordChanged(record.withOrder(null)));
    }
  }

  private static void raise(Draft draft, ApplyRun run, String cause) {
    UpdateFailures.raise(
        draft,
        "model " + run.type(),
        "version %d: %s; %s"
            .formatted(
                run.version(),
                cause,
                run.keep() ? "cards that have it keep it" : "cards that have it go back"));
  }

  private static void set(Draft draft, ApplyRun before, ApplyRun after) {
    if (!before.equals(after)) {
      draft.change(new Change.DeviceChange.RunChanged(after));
    }
  }
}
