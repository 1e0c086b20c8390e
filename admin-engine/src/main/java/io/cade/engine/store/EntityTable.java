package io.cade.engine.store;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.SiteProtection;
import io.cade.agent.wire.WireJson;
import io.cade.engine.device.ApplyRun;
import io.cade.engine.device.DeviceModel;
import io.cade.engine.device.DeviceRecord;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmFlaps;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmRule;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Card;
import io.cade.engine.model.CommandQueue;
import io.cade.engine.model.EntityKey;
import io.cade.engine.model.EntityKey.Kind;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.Lease;
import io.cade.engine.model.PendingNotification;
import io.cade.engine.model.PoolLease;
import io.cade.engine.model.ReceiverCursor;
import io.cade.engine.model.SensorThreshold;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServiceTraffic;
import io.cade.engine.model.SlotImage;
import io.cade.engine.model.SparePool;
import io.cade.engine.model.StoredImage;
import io.cade.engine.model.SuppressedAlarm;
import io.cade.engine.model.Swap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The table of one kind of entity: its key, some columns for people's queries, and the document
 * from which the entity is made again. Immutable.
 *
 * @param key name of the key's column
 * @param numeric whether the key is a number
 * @param columns names of the columns between key and document
 * @param form of the document
 * @param find the entity of a cabinet by the text of its key
 * @param values what goes into {@code columns}
 */
record EntityTable<E>(
    Kind kind,
    String name,
    String key,
    boolean numeric,
    List<String> columns,
    Form<E> form,
    BiFunction<Cabinet, String, @Nullable E> find,
    Function<E, List<Object>> values,
    Restorer<E> restorer) {

  /** The document of an entity. */
  interface Form<E> {
    String write(E entity, WireJson json);

    /**
     * @throws IOException when the text is no such document
     */
    E read(String document, WireJson json) throws IOException;
  }

  private static <E> Form<E> json(Class<E> type) {
    return new Form<>() {
      @Override
      public String write(E entity, WireJson json) {
        return new String(json.encode(entity), StandardCharsets.UTF_8);
      }

      @Override
      public E read(String document, WireJson json) throws IOException {
        return json.decode(document.getBytes(StandardCharsets.UTF_8), type);
      }
    };
  }

  /** Puts an entity back under the text of its key. */
  @FunctionalInterface
  interface Restorer<E> {
    void restore(CabinetBuilder into, String id, E entity);
  }

  /** All of them. */
  static final List<EntityTable<?>> ALL =
      List.of(
          new EntityTable<>(
              Kind.CARD,
              "card",
              "card_position",
              false,
              List.of("role", "state", "mac", "since"),
              json(Card.class),
              (cabinet, id) -> cabinet.cards().get(CardPosition.parse(id)),
              c ->
                  List.of(
                      c.role().name(),
                      c.state().name(),
                      c.mac() == null ? "" : c.mac().toString(),
                      time(c.since())),
              (into, id, c) -> into.restore(c)),
          new EntityTable<>(
              Kind.LEASE,
              "lease",
              "card_position",
              false,
              List.of("mac", "address", "expires_at"),
              json(Lease.class),
              (cabinet, id) -> cabinet.leases().get(CardPosition.parse(id)),
              l -> List.of(l.mac().toString(), l.address(), time(l.expiresAt())),
              (into, id, l) -> into.restore(l)),
          new EntityTable<>(
              Kind.POOL_LEASE,
              "pool_lease",
              "address",
              false,
              List.of("state", "client", "mac", "expires_at"),
              new PoolLeaseForm(),
              (cabinet, id) -> cabinet.poolLeases().at(PoolLease.number(id)).orElse(null),
              l ->
                  List.of(
                      l.state().name(),
                      l.client(),
                      l.mac() == null ? "" : l.mac().toString(),
                      time(l.expiresAt())),
              (into, id, l) -> into.restore(l)),
          new EntityTable<>(
              Kind.SERVICE,
              "service",
              "name",
              false,
              List.of("service_index", "kind", "phase", "cards"),
              json(Service.class),
              (cabinet, id) -> cabinet.services().get(id),
              s ->
                  List.of(
                      s.index(), s.definition().kind(), s.phase().name(), s.definition().cards()),
              (into, id, s) -> into.restore(s)),
          new EntityTable<>(
              Kind.QUEUE,
              "command_queue",
              "card_position",
              false,
              List.of("waiting"),
              json(CommandQueue.class),
              (cabinet, id) -> cabinet.queues().get(CardPosition.parse(id)),
              q -> List.of(q.waiting().size()),
              (into, id, q) -> into.restoreQueue(CardPosition.parse(id), q)),
          new EntityTable<>(
              Kind.IMAGE,
              "boot_image",
              "digest",
              false,
              List.of("name", "version", "build", "architecture", "used"),
              json(StoredImage.class),
              (cabinet, id) -> cabinet.images().get(id),
              i -> List.of(i.name(), i.version(), i.build(), i.architecture(), i.used()),
              (into, id, i) -> into.restore(i)),
          new EntityTable<>(
              Kind.SPARES,
              "spare_pool",
              "name",
              false,
              List.of("cards"),
              json(SparePool.class),
              (cabinet, _) -> cabinet.spares().cards() == 0 ? null : cabinet.spares(),
              s -> List.of(s.cards()),
              (into, id, s) -> into.restore(s)),
          new EntityTable<>(
              Kind.IMAGE_UPDATE,
              "image_update",
              "name",
              false,
              List.of("version", "stage", "cards"),
              json(ImageUpdate.class),
              (cabinet, id) -> cabinet.updates().get(id),
              u -> List.of(u.image().version(), u.stage().name(), u.cards().size()),
              (into, id, u) -> into.restore(u)),
          new EntityTable<>(
              Kind.SLOT_IMAGE,
              "slot_image",
              "card_position",
              false,
              List.of("stays", "trial", "attempts_left"),
              json(SlotImage.class),
              (cabinet, id) -> cabinet.slotImages().get(CardPosition.parse(id)),
              s -> List.of(s.stays(), s.trial(), s.attemptsLeft()),
              (into, id, s) -> into.restore(s)),
          new EntityTable<>(
              Kind.PROTECTION,
              "protection",
              "service",
              false,
              List.of("allowed", "denied"),
              json(SiteProtection.class),
              (cabinet, id) -> cabinet.protection().get(id),
              p -> List.of(p.access().allow().size(), p.access().deny().size()),
              (into, id, p) -> into.restore(p)),
          new EntityTable<>(
              Kind.TRAFFIC,
              "service_traffic",
              "service_index",
              true,
              List.of("service", "requests", "bytes_in", "bytes_out"),
              json(ServiceTraffic.class),
              (cabinet, id) -> cabinet.traffic().get(Integer.valueOf(id)),
              t ->
                  List.of(
                      t.service(),
                      t.totals().requests(),
                      t.totals().bytesIn(),
                      t.totals().bytesOut()),
              (into, id, t) -> into.restore(t)),
          new EntityTable<>(
              Kind.ALARM,
              "alarm",
              "alarm_key",
              false,
              List.of("sequence", "severity", "raised_at"),
              json(Alarm.class),
              (cabinet, id) -> cabinet.alarms().get(AlarmKey.parse(id)),
              a -> List.of(a.sequence(), a.severity().name(), time(a.raisedAt())),
              (into, id, a) -> into.restore(a)),
          new EntityTable<>(
              Kind.NOTIFICATION,
              "notification",
              "sequence",
              true,
              List.of("alarm_sequence", "cleared"),
              json(PendingNotification.class),
              (cabinet, id) -> cabinet.notifications().get(Long.valueOf(id)),
              n -> List.of(n.alarm() == null ? 0 : n.alarm().sequence(), n.cleared()),
              (into, id, n) -> into.restore(n)),
          new EntityTable<>(
              Kind.SUPPRESSED,
              "suppressed_alarm",
              "alarm_key",
              false,
              List.of("suppressed_by", "since"),
              json(SuppressedAlarm.class),
              (cabinet, id) -> cabinet.alarmState().suppressed().get(AlarmKey.parse(id)),
              a -> List.of(a.by().toString(), time(a.since())),
              (into, id, a) -> into.restore(a)),
          new EntityTable<>(
              Kind.ALARM_FLAPS,
              "alarm_flaps",
              "alarm_key",
              false,
              List.of("raises"),
              json(AlarmFlaps.class),
              (cabinet, id) -> cabinet.alarmState().flaps().get(AlarmKey.parse(id)),
              f -> List.of(f.raisedAt().size()),
              (into, id, f) -> into.restore(f)),
          new EntityTable<>(
              Kind.THRESHOLD,
              "sensor_threshold",
              "threshold_key",
              false,
              List.of("kind"),
              json(SensorThreshold.class),
              (cabinet, id) -> cabinet.alarmState().thresholds().get(SensorThreshold.Key.parse(id)),
              t -> List.of(t.key().kind().name()),
              (into, id, t) -> into.restore(t)),
          new EntityTable<>(
              Kind.RECEIVER,
              "notification_receiver",
              "name",
              false,
              List.of("delivered"),
              json(ReceiverCursor.class),
              (cabinet, id) -> cabinet.alarmState().receivers().get(id),
              c -> List.of(c.delivered()),
              (into, id, c) -> into.restore(c)),
          new EntityTable<>(
              Kind.ALARM_RULE,
              "alarm_rule",
              "name",
              false,
              List.of("action"),
              json(AlarmRule.class),
              (cabinet, id) -> cabinet.alarmState().rules().get(id),
              r -> List.of(r.action().name()),
              (into, id, r) -> into.restore(r)),
          new EntityTable<>(
              Kind.DEVICE_MODEL,
              "device_model",
              "type",
              false,
              List.of("current_version", "newest_version"),
              json(DeviceModel.class),
              (cabinet, id) -> cabinet.devices().models().get(id),
              m -> List.of(m.current(), m.newest().number()),
              (into, id, m) -> into.restore(m)),
          new EntityTable<>(
              Kind.APPLY_RUN,
              "apply_run",
              "type",
              false,
              List.of("model_version", "stage", "begun"),
              json(ApplyRun.class),
              (cabinet, id) -> cabinet.devices().runs().get(id),
              r -> List.of(r.version(), r.stage().name(), time(r.begun())),
              (into, id, r) -> into.restore(r)),
          new EntityTable<>(
              Kind.DEVICE,
              "device",
              "card_position",
              false,
              List.of("given", "differences"),
              json(DeviceRecord.class),
              (cabinet, id) -> cabinet.devices().records().get(CardPosition.parse(id)),
              d ->
                  List.of(
                      d.given() == null ? "" : d.given().label(),
                      d.standing() == null ? 0 : d.standing().told().differences().size()),
              (into, id, d) -> into.restore(d)),
          new EntityTable<>(
              Kind.SWAP,
              "swap",
              "sequence",
              true,
              List.of("card_position", "at"),
              json(Swap.class),
              (cabinet, id) -> swap(cabinet, Long.parseLong(id)),
              s -> List.of(s.position().toString(), time(s.at())),
              (into, id, s) -> into.restore(s)));

  static EntityTable<?> of(Kind kind) {
    for (EntityTable<?> table : ALL) {
      if (table.kind == kind) {
        return table;
      }
    }
    throw new IllegalArgumentException("no table for " + kind);
  }

  String select() {
    String all = "SELECT " + key + ", document FROM " + name;
    // By way of the index it takes twice as long, and there may be a hundred thousand of these.
    return kind == Kind.POOL_LEASE ? all : all + " ORDER BY " + key;
  }

  String delete() {
    return "DELETE FROM " + name + " WHERE " + key + " = ?";
  }

  String insert() {
    return "INSERT INTO "
        + name
        + " ("
        + key
        + ", "
        + String.join(", ", columns)
        + ", document) VALUES ("
        + String.join(", ", Collections.nCopies(columns.size() + 2, "?"))
        + ")";
  }

  /** The value of the key's column. */
  Object keyValue(EntityKey entity) {
    return numeric ? Long.valueOf(entity.id()) : entity.id();
  }

  /** The values for {@link #insert}, or null when the cabinet does not hold the entity. */
  Object @Nullable [] row(Cabinet cabinet, EntityKey entity, WireJson json) {
    E found = find.apply(cabinet, entity.id());
    if (found == null) {
      return null;
    }
    List<Object> row = new ArrayList<>(columns.size() + 2);
    row.add(keyValue(entity));
    row.addAll(values.apply(found));
    row.add(form.write(found, json));
    return row.toArray();
  }

  void restore(CabinetBuilder into, String id, String document, WireJson json) throws IOException {
    restorer.restore(into, id, form.read(document, json));
  }

  private static @Nullable Swap swap(Cabinet cabinet, long sequence) {
    // The newest are at the end, and it is them that change.
    for (Swap swap : cabinet.swaps().reversed()) {
      if (swap.sequence() == sequence) {
        return swap;
      }
    }
    return null;
  }

  private static OffsetDateTime time(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
