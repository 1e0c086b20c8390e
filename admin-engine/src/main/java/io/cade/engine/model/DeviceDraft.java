package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.device.ApplyRun;
import io.cade.engine.device.DeviceModel;
import io.cade.engine.device.DeviceOrder;
import io.cade.engine.device.DeviceRecord;
import io.cade.engine.device.Devices;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The device models' part of a {@link CabinetBuilder}. Not thread-safe. */
final class DeviceDraft {
  private SortedTree<String, DeviceModel> models;
  private SortedTree<String, ApplyRun> runs;
  private SortedTree<CardPosition, DeviceRecord> records;
  private @Nullable Devices frozen;
  private final BiConsumer<EntityKey.Kind, Object> touch;

  DeviceDraft(@Nullable Devices from, BiConsumer<EntityKey.Kind, Object> touch) {
    this.touch = touch;
    if (from == null) {
      models = SortedTree.empty();
      runs = SortedTree.empty();
      records = SortedTree.empty();
    } else {
      models = SortedTree.copyOf(from.models());
      runs = SortedTree.copyOf(from.runs());
      records = SortedTree.copyOf(from.records());
      frozen = from;
    }
  }

  /** The same instance until something changes. */
  Devices view() {
    Devices known = frozen;
    if (known == null) {
      known = new Devices(models, runs, records);
      frozen = known;
    }
    return known;
  }

  boolean restore(Object entity) {
    frozen = null;
    switch (entity) {
      case DeviceModel m -> models = models.with(m.type(), m);
      case ApplyRun r -> runs = runs.with(r.type(), r);
      case DeviceRecord r -> records = records.with(r.position(), r);
      default -> {
        return false;
      }
    }
    return true;
  }

  void apply(Change.DeviceChange change) {
    switch (change) {
      case Change.DeviceChange.ModelVersionAdded c -> {
        DeviceModel model =
            view().model(c.modelType()).orElseGet(() -> DeviceModel.empty(c.modelType()));
        boolean first = !models.containsKey(c.modelType()) && c.version().number() == 1;
        if (!first && c.version().number() != model.next()) {
          throw new IllegalStateException(
              "model " + c.modelType() + " has another next version than " + c.version().number());
        }
        put(
            first
                ? new DeviceModel(c.modelType(), 1, List.of(c.version()))
                : model.plus(c.version(), view().used(c.modelType())));
      }
      case Change.DeviceChange.ModelRemoved c -> remove(c.modelType());
      case Change.DeviceChange.RunChanged c -> {
        ApplyRun run = c.run();
        DeviceModel model = view().model(run.type()).orElse(null);
        if (model == null || model.version(run.version()).isEmpty()) {
          throw new IllegalStateException(
              "model " + run.type() + " has no version " + run.version());
        }
        put(run);
        if (!run.stage().isActive()) {
          settle(run, model);
        }
      }
      case Change.DeviceChange.RecordChanged c -> put(c.record());
    }
  }

  private void remove(String type) {
    if (!models.containsKey(type) || view().active(type).isPresent()) {
      throw new IllegalStateException("there is no model " + type + ", or it is on its way");
    }
    frozen = null;
    models = models.without(type);
    touch.accept(EntityKey.Kind.DEVICE_MODEL, type);
    if (runs.containsKey(type)) {
      runs = runs.without(type);
      touch.accept(EntityKey.Kind.APPLY_RUN, type);
    }
  }

  /** What a run that has ended leaves behind. */
  private void settle(ApplyRun run, DeviceModel model) {
    boolean done = run.stage() == ApplyRun.Stage.DONE;
    if (done && run.whole()) {
      put(model.withCurrent(run.version()));
    }
    for (ApplyRun.Target card : run.cards()) {
      DeviceRecord record = view().record(card.position());
      int pinned = record.pinned();
      if (done) {
        pinned = run.whole() || run.version() == model.current() ? 0 : run.version();
      } else if (run.keep() && card.progress() == ApplyRun.Progress.DONE) {
        pinned = run.version();
      }
      if (pinned != record.pinned()) {
        put(record.withPinned(pinned));
      }
    }
  }

  /** Another card sits in the slot. */
  void replaced(CardPosition at) {
    DeviceRecord known = records.get(at);
    if (known != null) {
      put(known.replaced());
    }
  }

  /** A command has ended: lets its outcome show on the device. */
  void finished(Change.CommandFinished c, String mac, Instant at) {
    DeviceRecord record = records.get(c.position());
    if (record == null) {
      return;
    }
    DeviceOrder order = record.order();
    if (order != null
        && order.stage() == DeviceOrder.Stage.QUEUED
        && order.command() == c.commandId()) {
      if (!c.succeeded()) {
        put(record.withOrder(order.into(DeviceOrder.Stage.FAILED, at, 0, c.detail())));
      } else if (order.confirmSeconds() > 0) {
        put(record.withOrder(order.into(DeviceOrder.Stage.UNCONFIRMED, at, 0, "")));
      } else {
        put(record.completed(order, mac, at));
      }
      return;
    }
    if (order != null
        && order.stage() == DeviceOrder.Stage.CONFIRMING
        && order.confirm() == c.commandId()) {
      put(
          c.succeeded()
              ? record.completed(order, mac, at)
              : record.withOrder(order.into(DeviceOrder.Stage.FAILED, at, 0, c.detail())));
      return;
    }
    DeviceRecord.Adoption adoption = record.adoption();
    if (adoption != null && adoption.underWay() && adoption.command() == c.commandId()) {
      put(
          record.withAdoption(
              c.succeeded() ? adoption.with(c.found()) : adoption.ended(false, c.detail())));
    }
  }

  private void put(DeviceModel model) {
    frozen = null;
    models = models.with(model.type(), model);
    touch.accept(EntityKey.Kind.DEVICE_MODEL, model.type());
  }

  private void put(ApplyRun run) {
    frozen = null;
    runs = runs.with(run.type(), run);
    touch.accept(EntityKey.Kind.APPLY_RUN, run.type());
  }

  private void put(DeviceRecord record) {
    frozen = null;
    records = records.with(record.position(), record);
    touch.accept(EntityKey.Kind.DEVICE, record.position());
  }
}
