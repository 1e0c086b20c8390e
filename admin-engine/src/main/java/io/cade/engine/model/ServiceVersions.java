package io.cade.engine.model;

import io.cade.agent.wire.DataSteps;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The versions of a service's content (SPEC R1). Immutable.
 *
 * @param current number of the version that the cards have, or had before the rollout under way
 * @param list ascending by number; of more than {@value #MAX} the oldest are gone
 * @param rollout the last one, under way or ended; null when there was none
 */
public record ServiceVersions(int current, List<ServiceVersion> list, @Nullable Rollout rollout) {
  /** Versions kept of one service. */
  public static final int MAX = 20;

  public ServiceVersions {
    list = List.copyOf(list);
  }

  /** A service with the content that it was ordered with. */
  static ServiceVersions of(ServiceVersion first) {
    return new ServiceVersions(first.number(), List.of(first), null);
  }

  /** Number of the next version. */
  public int next() {
    return list.getLast().number() + 1;
  }

  public Optional<ServiceVersion> version(int number) {
    return list.stream().filter(v -> v.number() == number).findFirst();
  }

  /** The rollout, if it is under way. */
  public Optional<Rollout> active() {
    return Optional.ofNullable(rollout).filter(r -> r.stage().isActive());
  }

  /**
   * How long programs may take that carry a card's data from one of two versions to the other; zero
   * when both understand the same form.
   */
  public Duration dataTime(int one, int other) {
    Set<DataSteps.Step> apart = new LinkedHashSet<>(steps(one));
    for (DataSteps.Step step : steps(other)) {
      if (!apart.remove(step)) {
        apart.add(step);
      }
    }
    return Duration.ofSeconds(apart.stream().mapToLong(DataSteps.Step::timeoutSeconds).sum());
  }

  /** The same for a card that may have been away for any number of versions. */
  public Duration dataTime() {
    Set<DataSteps.Step> all = new LinkedHashSet<>(steps(current));
    if (rollout != null) {
      all.addAll(steps(rollout.from()));
      all.addAll(steps(rollout.to()));
    }
    return Duration.ofSeconds(all.stream().mapToLong(DataSteps.Step::timeoutSeconds).sum());
  }

  private List<DataSteps.Step> steps(int number) {
    return version(number).map(v -> v.data().steps()).orElse(List.of());
  }

  ServiceVersions plus(ServiceVersion version) {
    List<ServiceVersion> more = new ArrayList<>(list);
    more.add(version);
    while (more.size() > MAX) {
      // Never the one that the cards have.
      more.remove(more.getFirst().number() == current ? 1 : 0);
    }
    return new ServiceVersions(current, more, rollout);
  }

  ServiceVersions with(Rollout next) {
    return new ServiceVersions(
        next.stage() == Rollout.Stage.DONE ? next.to() : current, list, next);
  }

  ServiceVersions withPackage(int number, String digest, long bytes) {
    return new ServiceVersions(
        current,
        list.stream().map(v -> v.number() == number ? v.withPackage(digest, bytes) : v).toList(),
        rollout);
  }
}
