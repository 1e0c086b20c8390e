package io.cade.engine.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
