package io.cade.engine.model;

/**
 * Names one entity of the {@link Cabinet} for the store.
 *
 * @param id the entity's key as text: a {@code CardPosition} for cards, leases and queues, an
 *     address for pool leases, an {@link AlarmKey}, a service's name, an image's digest, the
 *     sequence of a notification or swap, the name of a receiver or rule, the key of a threshold
 */
public record EntityKey(Kind kind, String id) {
  /** The maps of the cabinet. */
  public enum Kind {
    CARD,
    LEASE,
    SERVICE,
    QUEUE,
    IMAGE,
    ALARM,
    NOTIFICATION,
    SWAP,
    POOL_LEASE,
    PROTECTION,
    TRAFFIC,
    SUPPRESSED,
    ALARM_FLAPS,
    THRESHOLD,
    RECEIVER,
    ALARM_RULE,
    DEVICE_MODEL,
    APPLY_RUN,
    DEVICE,
    SPARES,
    IMAGE_UPDATE,
    SLOT_IMAGE
  }
}
