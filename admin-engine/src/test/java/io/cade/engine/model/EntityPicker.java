package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A store in miniature: takes the touched entities from a newer cabinet and the rest from an older.
 */
final class EntityPicker {
  private final Map<EntityKey, Object> kept;

  EntityPicker(Cabinet older, Cabinet newer, Set<EntityKey> touched) {
    kept = entities(older);
    Map<EntityKey, Object> now = entities(newer);
    for (EntityKey key : touched) {
      Object entity = now.get(key);
      if (entity == null) {
        kept.remove(key);
      } else {
        kept.put(key, entity);
      }
    }
  }

  private static Map<EntityKey, Object> entities(Cabinet c) {
    Map<EntityKey, Object> all = new HashMap<>();
    c.cards().forEach((k, v) -> all.put(key(EntityKey.Kind.CARD, k), v));
    c.leases().forEach((k, v) -> all.put(key(EntityKey.Kind.LEASE, k), v));
    c.poolLeases()
        .all()
        .values()
        .forEach(l -> all.put(key(EntityKey.Kind.POOL_LEASE, l.address()), l));
    c.services().forEach((k, v) -> all.put(key(EntityKey.Kind.SERVICE, k), v));
    c.queues().forEach((k, v) -> all.put(key(EntityKey.Kind.QUEUE, k), v));
    c.images().forEach((k, v) -> all.put(key(EntityKey.Kind.IMAGE, k), v));
    c.slotImages().forEach((k, v) -> all.put(key(EntityKey.Kind.SLOT_IMAGE, k), v));
    c.alarms().forEach((k, v) -> all.put(key(EntityKey.Kind.ALARM, k), v));
    c.notifications().forEach((k, v) -> all.put(key(EntityKey.Kind.NOTIFICATION, k), v));
    AlarmState s = c.alarmState();
    s.suppressed().forEach((k, v) -> all.put(key(EntityKey.Kind.SUPPRESSED, k), v));
    s.flaps().forEach((k, v) -> all.put(key(EntityKey.Kind.ALARM_FLAPS, k), v));
    s.thresholds().forEach((k, v) -> all.put(key(EntityKey.Kind.THRESHOLD, k), v));
    s.receivers().forEach((k, v) -> all.put(key(EntityKey.Kind.RECEIVER, k), v));
    s.rules().forEach((k, v) -> all.put(key(EntityKey.Kind.ALARM_RULE, k), v));
    c.protection().forEach((k, v) -> all.put(key(EntityKey.Kind.PROTECTION, k), v));
    c.traffic().forEach((k, v) -> all.put(key(EntityKey.Kind.TRAFFIC, k), v));
    c.devices().models().forEach((k, v) -> all.put(key(EntityKey.Kind.DEVICE_MODEL, k), v));
    c.devices().runs().forEach((k, v) -> all.put(key(EntityKey.Kind.APPLY_RUN, k), v));
    c.devices().records().forEach((k, v) -> all.put(key(EntityKey.Kind.DEVICE, k), v));
    c.swaps().forEach(w -> all.put(key(EntityKey.Kind.SWAP, w.sequence()), w));
    return all;
  }

  private static EntityKey key(EntityKey.Kind kind, Object id) {
    return new EntityKey(kind, id.toString());
  }

  void restoreInto(CabinetBuilder builder) {
    Map<Long, Swap> swaps = new TreeMap<>();
    kept.forEach((key, entity) -> {
      switch (entity) {
        case CommandQueue q -> builder.restoreQueue(CardPosition.parse(key.id()), q);
        case Swap s -> swaps.put(s.sequence(), s);
        default -> builder.restore(entity);
      }
    });
    swaps.values().forEach(builder::restore);
  }
}
