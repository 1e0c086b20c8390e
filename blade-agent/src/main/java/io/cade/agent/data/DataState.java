package io.cade.agent.data;

import io.cade.agent.wire.DataSteps.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which form a service's data have on a card: the steps that made it, and the one that is being
 * gone. What is to be gone next follows from this and from what the version to be started wants, so
 * that nothing else need be remembered over a power cut. Immutable.
 *
 * @param path steps that are behind the data, oldest first
 * @param moving the step that was begun and is not known to have ended; null when there is none
 */
record DataState(List<Step> path, @Nullable Moving moving) {
  DataState {
    path = List.copyOf(path);
  }

  /**
   * One step, in one of its directions.
   *
   * @param step is not on the path meanwhile, whichever way it goes
   */
  record Moving(Step step, boolean up) {
    /** For people: from which version to which. */
    String words() {
      return up
          ? "from " + step.from() + " to " + step.to()
          : "back from " + step.to() + " to " + step.from();
    }

    /** What the program is called with, before the directory. */
    List<String> arguments() {
      return up ? List.of("up", step.from(), step.to()) : List.of("down", step.to(), step.from());
    }
  }

  /**
   * What has to be gone next; empty when the data are as wanted. First back to where both ways
   * part, then forward. What was begun is ended first: onward when it leads where it is wanted,
   * else back.
   */
  Optional<Moving> next(List<Step> wanted) {
    Moving begun = moving;
    if (begun != null) {
      List<Step> whole = new ArrayList<>(path);
      whole.add(begun.step());
      return Optional.of(new Moving(begun.step(), begins(wanted, whole)));
    }
    if (!begins(wanted, path)) {
      return Optional.of(new Moving(path.getLast(), false));
    }
    return path.size() == wanted.size()
        ? Optional.empty()
        : Optional.of(new Moving(wanted.get(path.size()), true));
  }

  private static boolean begins(List<Step> whole, List<Step> part) {
    return part.size() <= whole.size() && whole.subList(0, part.size()).equals(part);
  }

  /** The same with this step begun. */
  DataState begin(Moving next) {
    boolean taken = moving == null && !next.up();
    return new DataState(taken ? path.subList(0, path.size() - 1) : path, next);
  }

  /** The same with the step that was begun behind it. */
  DataState end() {
    Moving ended = moving;
    if (ended == null || !ended.up()) {
      return new DataState(path, null);
    }
    List<Step> longer = new ArrayList<>(path);
    longer.add(ended.step());
    return new DataState(longer, null);
  }
}
