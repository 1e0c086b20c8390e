package io.cade.engine.conduct;

import io.cade.engine.model.Change;
import java.util.List;

/**
 * The outcome of one pass.
 *
 * @param changes to be committed together, in this order
 * @param orders to be carried out once the changes are durable
 */
public record Plan(List<Change> changes, List<Order> orders) {
  public Plan {
    changes = List.copyOf(changes);
    orders = List.copyOf(orders);
  }
}
