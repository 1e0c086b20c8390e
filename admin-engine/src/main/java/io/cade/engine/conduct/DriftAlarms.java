package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ItemDifference;
import io.cade.engine.device.DeviceModel;
import io.cade.engine.device.DeviceOrder;
import io.cade.engine.device.DeviceRecord;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Alarms about devices that are not what their model says (SPEC R5); a trial is no drift. */
final class DriftAlarms {
  /** What passes within this time was somebody's hand at work, or an update under way. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private DriftAlarms() {}

  static void apply(Cabinet cabinet, DueAlarms due, Instant now) {
    for (DeviceRecord record : cabinet.devices().records().values()) {
      AlarmKey key = new AlarmKey(AlarmType.DEVICE_DRIFT, "card " + record.position());
      Alarm active = cabinet.alarms().get(key);
      Card card = cabinet.cards().get(record.position());
      if (card == null) {
        continue;
      }
      if (!card.state().isAlive() || record.busy()) {
        // Its last words say nothing of how it will be: that ends no alarm, and raises none.
        if (active != null) {
          due.keep(active);
        }
        continue;
      }
      String failed = failed(cabinet, record, card);
      String drift = drift(record, active != null, now);
      if (!failed.isEmpty() || !drift.isEmpty()) {
        due.add(key, failed + (failed.isEmpty() || drift.isEmpty() ? "" : "; ") + drift);
      }
    }
  }

  private static String failed(Cabinet cabinet, DeviceRecord record, Card card) {
    DeviceOrder order = record.order();
    DeviceModel model = WantedModels.model(cabinet, card).orElse(null);
    if (order == null || model == null || order.kind() != DeviceOrder.Kind.APPLY) {
      return "";
    }
    CardPosition at = record.position();
    boolean wanted = order.label().equals(model.label(cabinet.devices().versionOf(at, model)));
    return wanted ? "could not be brought to " + order.label() + ": " + order.detail() : "";
  }

  private static String drift(DeviceRecord record, boolean raised, Instant now) {
    DeviceRecord.Standing standing = record.standing();
    if (standing == null) {
      return "";
    }
    Instant since = standing.drifting();
    if (since == null || (!raised && now.isBefore(since.plus(PATIENCE)))) {
      return "";
    }
    String problem = standing.told().problem();
    if (!problem.isEmpty()) {
      return "its agent says: " + problem;
    }
    List<ItemDifference> differences = record.drift();
    int count = differences.size() + (record.trial() == null ? standing.told().more() : 0);
    if (count == 0) {
      return "";
    }
    String first =
        differences.isEmpty()
            ? ""
            : ": "
                + differences.getFirst().key()
                + " "
                + differences.getFirst().attribute()
                + (count > 1 ? " and " + (count - 1) + " more" : "");
    return "%d difference%s from its model%s; see model drift, then model restore %s or model adopt %s"
        .formatted(count, count == 1 ? "" : "s", first, record.position(), record.position());
  }
}
