package io.cade.engine.model;

/**
 * Names one entity of the {@link Cabinet} for the store.
 *
 * @param id the entity's key as text, as {@code CardPosition}, {@code AlarmKey} … print it
 */
public record EntityKey(Kind kind, String id) {
  /** The maps of the cabinet. */
  public enum Kind {
    CARD,
    LEASE,
    SERVICE,
    QUEUE,
    ALARM,
    NOTIFICATION,
    SWAP
  }
}
