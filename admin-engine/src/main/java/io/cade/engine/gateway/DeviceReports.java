package io.cade.engine.gateway;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ModelStanding;
import io.cade.engine.device.DeviceRecord;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import java.time.Instant;
import java.util.List;

/** What agents say of their devices goes on record when it is something new (SPEC R5). Pure. */
final class DeviceReports {
  private DeviceReports() {}

  static boolean isNews(Cabinet cabinet, CardPosition at, ModelStanding told) {
    DeviceRecord.Standing known = cabinet.devices().record(at).standing();
    return known == null || !DeviceRecord.same(known.told(), told);
  }

  static List<Change> record(Cabinet cabinet, CardPosition at, ModelStanding told, Instant now) {
    return isNews(cabinet, at, told)
        ? List.of(
            new Change.DeviceChange.RecordChanged(cabinet.devices().record(at).told(told, now)))
        : List.of();
  }
}
