package io.cade.agent.device;

import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.ItemDifference;
import io.cade.agent.wire.ModelStanding;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The last look at the device, and what it found (SPEC R5). Owned by the desk. */
final class DriftWatch {
  private static final int MAX_PROBLEM = 512;

  private final ItemWork work;
  private List<ItemDifference> differences = List.of();
  private int more;
  private long checks;
  private String looking = "";
  private final Map<Trouble, String> troubles = new EnumMap<>(Trouble.class);

  DriftWatch(ItemWork work) {
    this.work = work;
  }

  /** Something else that the operator ought to know, until it is said to be over: empty. */
  void trouble(Trouble where, String what) {
    troubles.put(where, what);
  }

  /** What may go wrong beside looking. */
  enum Trouble {
    /** What was remembered could not be read. */
    MEMORY,
    /** What is cannot be remembered. */
    DISK,
    /** What the system's start forgot could not be made so again. */
    BOOT
  }

  /** As the system would tell the item if it is as its model says. */
  DeviceItem expected(DeviceState state, DeviceItem item) {
    return ChangePlan.expected(state.written(), item);
  }

  /** Compares all that is known with what is there. */
  void look(DeviceState state) throws InterruptedException {
    List<ItemDifference> found = new ArrayList<>();
    int beyond = 0;
    looking = "";
    for (DeviceItem wanted : wanted(state)) {
      if (state.model().ignored().stream().anyMatch(p -> KeyPattern.matches(p, wanted.key()))) {
        continue;
      }
      try {
        for (ItemDifference difference : work.differences(expected(state, wanted))) {
          if (found.size() < ModelStanding.MAX_DIFFERENCES) {
            found.add(difference);
          } else {
            beyond++;
          }
        }
      } catch (ItemWork.Failed e) {
        looking = e.cause();
      }
    }
    differences = List.copyOf(found);
    more = beyond;
    checks++;
  }

  /** The model's items, then what was tried beside them: that ought to be as it was before. */
  private static List<DeviceItem> wanted(DeviceState state) {
    Map<String, DeviceItem> model = ItemKey.index(state.model().items());
    List<DeviceItem> all = new ArrayList<>(state.model().items());
    state.originals().stream().filter(o -> !model.containsKey(o.key())).forEach(all::add);
    return all;
  }

  ModelStanding standing(DeviceState state, long pendingChange, int pendingSeconds) {
    List<String> problems = new ArrayList<>();
    problems.add(state.notice());
    problems.add(looking);
    problems.addAll(troubles.values());
    problems.removeIf(String::isEmpty);
    return new ModelStanding(
        state.model().label(),
        checks,
        differences,
        more,
        pendingChange,
        pendingSeconds,
        Differences.cut(String.join("; ", problems), MAX_PROBLEM));
  }
}
