package io.cade.engine.conduct;

import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Change;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The alarm about an update that was taken back. Each failure is an event of its own: while nobody
 * has acknowledged the one before, that ends and this one begins, with its own time and cause, and
 * receivers are told. Pure.
 */
public final class UpdateFailures {
  private UpdateFailures() {}

  /**
   * What a failure changes.
   *
   * @param active the alarm about an earlier one; null when there is none
   */
  public static List<Change> failed(@Nullable Alarm active, AlarmKey key, String text) {
    Change raised = new Change.AlarmRaised(key, AlarmType.UPDATE_FAILED.severity(), text);
    return active == null
        ? List.of(raised)
        : List.of(new Change.AlarmCleared(key, "another update failed since"), raised);
  }

  /** Likewise, of what is failing in this pass. */
  static void raise(Draft draft, String source, String text) {
    AlarmKey key = new AlarmKey(AlarmType.UPDATE_FAILED, source);
    failed(draft.cabinet().alarms().get(key), key, text).forEach(draft::change);
  }

  /** What it was about is gone, and with it what somebody could do about it. */
  static void forget(Draft draft, String source) {
    AlarmKey key = new AlarmKey(AlarmType.UPDATE_FAILED, source);
    if (draft.cabinet().alarms().containsKey(key)) {
      draft.change(new Change.AlarmCleared(key, "it is no more"));
    }
  }

  /** Says more in the alarm about a failure; false when there is no alarm that says this of it. */
  static boolean goesOn(Draft draft, String source, String said, String text) {
    AlarmKey key = new AlarmKey(AlarmType.UPDATE_FAILED, source);
    Alarm active = draft.cabinet().alarms().get(key);
    if (active == null || !active.text().equals(said)) {
      return false;
    }
    draft.change(new Change.AlarmChange.Altered(key, active.severity(), text, ""));
    return true;
  }
}
