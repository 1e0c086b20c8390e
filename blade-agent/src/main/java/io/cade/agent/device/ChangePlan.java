package io.cade.agent.device;

import io.cade.agent.device.DeviceState.Model;
import io.cade.agent.device.DeviceState.Written;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.ItemDifference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one command is to change, and what was there: made by looking, before anything is changed.
 * What leaves the model goes first, the last item of before first, so that what takes its place
 * finds room. Immutable.
 *
 * @param model as it is to be afterwards
 * @param targets all that is wanted, leaving items as they were before Cade
 * @param steps those of them that are not so
 * @param before what was there of the steps, in their order
 * @param originals as they are to be afterwards
 */
record ChangePlan(
    Model model,
    List<DeviceItem> targets,
    List<DeviceItem> steps,
    List<DeviceItem> before,
    List<DeviceItem> originals,
    List<Written> known) {
  /**
   * @param next the model to be applied; null when only these items are tried
   * @throws ItemWork.Failed when something that would be changed could not be put back
   */
  static ChangePlan make(
      DeviceState state, List<DeviceItem> wanted, @Nullable Model next, ItemWork work)
      throws ItemWork.Failed, InterruptedException {
    Map<String, DeviceItem> wantedByKey = ItemKey.index(wanted);
    Map<String, DeviceItem> originals = new TreeMap<>(ItemKey.index(state.originals()));
    List<DeviceItem> targets = new ArrayList<>();
    if (next != null) {
      for (DeviceItem leaving : leaving(state, wantedByKey)) {
        targets.add(leaving);
        originals.remove(leaving.key());
      }
    }
    targets.addAll(wanted);

    Map<String, DeviceItem> model =
        ItemKey.index(next == null ? state.model().items() : next.items());
    List<DeviceItem> steps = new ArrayList<>();
    List<DeviceItem> before = new ArrayList<>();
    for (DeviceItem target : targets) {
      DeviceItem now = work.look(target.key());
      boolean changes = !Differences.between(expected(state.written(), target), now).isEmpty();
      if (changes) {
        steps.add(target);
        before.add(now);
      }
      if (wantedByKey.containsKey(target.key()) && (changes || next != null)) {
        originals.putIfAbsent(target.key(), now);
      }
      DeviceItem original = originals.get(target.key());
      if (next == null
          && original != null
          && !model.containsKey(target.key())
          && Differences.between(original, target).isEmpty()) {
        // A trial that puts back what another one had tried: nothing of it is left to remember.
        originals.remove(target.key());
      }
    }
    return new ChangePlan(
        next == null ? state.model() : next,
        List.copyOf(targets),
        List.copyOf(steps),
        List.copyOf(before),
        List.copyOf(originals.values()),
        state.written());
  }

  /** What Cade has touched and the new model does not describe, the last one first. */
  private static List<DeviceItem> leaving(DeviceState state, Map<String, DeviceItem> wanted) {
    Map<String, DeviceItem> originals = new TreeMap<>(ItemKey.index(state.originals()));
    List<DeviceItem> leaving = new ArrayList<>();
    for (DeviceItem item : state.model().items()) {
      DeviceItem original = originals.remove(item.key());
      if (original != null && !wanted.containsKey(item.key())) {
        leaving.addFirst(original);
      }
    }
    originals.values().stream()
        .filter(tried -> !wanted.containsKey(tried.key()))
        .forEach(leaving::addFirst);
    return leaving;
  }

  /** How the system tells an item that is as wanted. */
  static DeviceItem expected(List<Written> written, DeviceItem wanted) {
    return written.stream()
        .filter(w -> w.wanted().equals(wanted))
        .map(Written::found)
        .findFirst()
        .orElse(wanted);
  }

  /** Whether a change may cut the device off. */
  boolean risky() {
    return steps.stream().anyMatch(DeviceItem::risky);
  }

  /**
   * Makes everything so, in order, and looks whether it is.
   *
   * @return the items that the system tells in other words
   * @throws ItemWork.Failed at the first that cannot be made so
   */
  List<Written> run(ItemWork work) throws ItemWork.Failed, InterruptedException {
    for (DeviceItem step : steps) {
      work.change(step);
    }
    List<Written> written = new ArrayList<>();
    for (DeviceItem step : steps) {
      DeviceItem found = work.look(step.key());
      List<ItemDifference> left = Differences.between(step, found);
      if (left.isEmpty()) {
        continue;
      }
      if (step instanceof DeviceItem.FirewallItem && !(found instanceof AbsentItem)) {
        written.add(new Written(step, found));
      } else {
        ItemDifference first = left.getFirst();
        throw new ItemWork.Failed(
            step.key()
                + ": is not so after the change: "
                + first.attribute()
                + " is '"
                + first.found()
                + "', not '"
                + first.wanted()
                + "'");
      }
    }
    return written;
  }

  /** Old and new words of the system, as far as they are still needed. */
  List<Written> written(List<Written> fresh) {
    Map<String, DeviceItem> items = ItemKey.index(model.items());
    List<Written> all = new ArrayList<>(fresh);
    for (Written old : known) {
      boolean replaced = fresh.stream().anyMatch(f -> f.wanted().equals(old.wanted()));
      if (!replaced && old.wanted().equals(items.get(old.wanted().key()))) {
        all.add(old);
      }
    }
    return all;
  }

  /**
   * Units that read what is changed: those are restarted after it, and again when it is taken back.
   * A unit that the old model described and the new one does not still reads what it read.
   *
   * @param old items of the model that was applied before
   */
  List<String> watchers(List<DeviceItem> old) {
    Map<String, DeviceItem> items = new TreeMap<>(ItemKey.index(old));
    for (DeviceItem target : targets) {
      if (target instanceof DeviceItem.UnitItem || !items.containsKey(target.key())) {
        DeviceItem known = items.get(target.key());
        boolean leaves =
            known instanceof DeviceItem.UnitItem
                && !ItemKey.index(model.items()).containsKey(target.key());
        if (!leaves) {
          items.put(target.key(), target);
        }
      }
    }
    List<String> changed = steps.stream().map(DeviceItem::key).toList();
    List<String> units = new ArrayList<>();
    for (DeviceItem item : items.values()) {
      if (item instanceof DeviceItem.UnitItem unit
          && unit.restartOn().stream().anyMatch(changed::contains)) {
        units.add(unit.name());
      }
    }
    return units;
  }

  /** Whether this change starts the unit, after everything that it reads. */
  private boolean startsLast(String unit) {
    int start = -1;
    int last = -1;
    List<String> reads = List.of();
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i) instanceof DeviceItem.UnitItem u && u.name().equals(unit)) {
        boolean ran = before.get(i) instanceof DeviceItem.UnitItem b && b.running();
        start = u.running() && !ran ? i : -1;
        reads = u.restartOn();
      }
    }
    for (int i = 0; i < steps.size(); i++) {
      if (reads.contains(steps.get(i).key())) {
        last = i;
      }
    }
    return start > last;
  }

  /**
   * Restarts those of the units that have not just been started.
   *
   * @return those that were to be restarted
   * @throws ItemWork.Failed when one does not run afterwards
   */
  List<String> restart(List<String> watchers, ItemWork work)
      throws ItemWork.Failed, InterruptedException {
    List<String> due = watchers.stream().filter(unit -> !startsLast(unit)).toList();
    List<String> causes = work.restart(due);
    if (!causes.isEmpty()) {
      throw new ItemWork.Failed(String.join("; ", causes));
    }
    return due;
  }

  /** For the operator. */
  String summary(List<String> restarted) {
    return (steps.isEmpty()
            ? "all " + targets.size() + " items were so already"
            : steps.size() + " of " + targets.size() + " items changed")
        + (restarted.isEmpty() ? "" : ", restarted: " + String.join(", ", restarted));
  }
}
