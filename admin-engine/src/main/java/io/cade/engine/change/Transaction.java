package io.cade.engine.change;

import io.cade.engine.model.Cabinet;
import java.time.Instant;

/**
 * Decides, on the newest state, what is to change. Pure: it may be run by the writer's thread at
 * any time and must neither block nor have effects.
 *
 * @param <T> what the submitter learns once the changes are durable
 */
@FunctionalInterface
public interface Transaction<T> {
  /**
   * @param cabinet the newest state, including changes of transactions before this one in the batch
   * @param now wall-clock time of the changes
   * @throws Refusal when the state does not allow it; nothing changes then
   */
  Decision<T> decide(Cabinet cabinet, Instant now) throws Refusal;
}
