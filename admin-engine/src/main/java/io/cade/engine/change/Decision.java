package io.cade.engine.change;

import io.cade.engine.model.Change;
import java.util.List;

/**
 * @param changes applied all or none, in this order; may be empty
 * @param result for the submitter
 */
public record Decision<T>(List<Change> changes, T result) {
  public Decision {
    changes = List.copyOf(changes);
  }

  public static <T> Decision<T> of(T result, Change... changes) {
    return new Decision<>(List.of(changes), result);
  }

  /** Nothing is to change. */
  public static <T> Decision<T> nothing(T result) {
    return new Decision<>(List.of(), result);
  }
}
