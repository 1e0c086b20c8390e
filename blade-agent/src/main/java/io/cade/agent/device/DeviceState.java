package io.cade.agent.device;

import io.cade.agent.wire.DeviceItem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What must be known of the device's model after a power cut. Immutable.
 *
 * @param model as applied last
 * @param originals what was there before Cade first touched it: of each item of the model, and of
 *     what was tried beside it
 * @param written items that the system tells in words of its own, as they were found right after
 *     they had been made so
 * @param bootId of the system when the volatile items were last made so; empty before
 * @param pending a change that is under way, or may yet be taken back
 * @param outcomes of the last changes, oldest first; at most {@value #MAX_OUTCOMES}
 * @param notice what became of a change that was taken back; empty after the next change
 */
record DeviceState(
    Model model,
    List<DeviceItem> originals,
    List<Written> written,
    String bootId,
    @Nullable PendingChange pending,
    List<Outcome> outcomes,
    String notice) {
  static final int MAX_OUTCOMES = 16;

  DeviceState {
    originals = List.copyOf(originals);
    written = List.copyOf(written);
    outcomes = List.copyOf(outcomes);
  }

  /** A device that no model was applied to. */
  static DeviceState empty() {
    return new DeviceState(
        new Model("", List.of(), List.of()), List.of(), List.of(), "", null, List.of(), "");
  }

  /** What the device is to be. */
  record Model(String label, List<DeviceItem> items, List<String> ignored) {
    Model {
      items = List.copyOf(items);
      ignored = List.copyOf(ignored);
    }
  }

  /** A wanted item, and how the system tells it. */
  record Written(DeviceItem wanted, DeviceItem found) {}

  /** How far a change is. */
  enum Stage {
    /** Under way: whatever ends it is taken back. */
    CHANGING,
    /** Done, and to be taken back unless confirmed. */
    UNCONFIRMED,
    /** Being taken back. */
    REVERTING
  }

  /**
   * A change that may have to be taken back.
   *
   * @param id of its command
   * @param digest of its command
   * @param before what was there of all that it changes, in the order of the changes
   * @param model to go back to, with its originals and written items
   * @param limitSeconds within which it had to be confirmed
   * @param leftMillis of that, at {@code asOfMillis}
   * @param asOfMillis wall clock; only ever shortens what is left
   * @param cause why it is taken back
   * @param watchers units that read what is changed: restarted when it has been taken back
   */
  record PendingChange(
      long id,
      String digest,
      Stage stage,
      List<DeviceItem> before,
      Model model,
      List<DeviceItem> originals,
      List<Written> written,
      int limitSeconds,
      long leftMillis,
      long asOfMillis,
      String cause,
      List<String> watchers) {
    PendingChange {
      // Earlier versions wrote none.
      watchers = watchers == null ? List.of() : List.copyOf(watchers);
      before = List.copyOf(before);
      originals = List.copyOf(originals);
      written = List.copyOf(written);
    }

    PendingChange at(Stage next, String why) {
      return new PendingChange(
          id,
          digest,
          next,
          before,
          model,
          originals,
          written,
          limitSeconds,
          leftMillis,
          asOfMillis,
          why,
          watchers);
    }

    PendingChange left(long millis, long asOf) {
      return new PendingChange(
          id,
          digest,
          stage,
          before,
          model,
          originals,
          written,
          limitSeconds,
          millis,
          asOf,
          cause,
          watchers);
    }
  }

  /**
   * What came of a change.
   *
   * @param digest of its command: an engine that starts anew may use its id for another one
   * @param takenBack why it was taken back after it had succeeded, else empty
   */
  record Outcome(long id, String digest, boolean succeeded, String detail, String takenBack) {}

  DeviceState with(@Nullable PendingChange change) {
    return new DeviceState(model, originals, written, bootId, change, outcomes, notice);
  }

  DeviceState withBoot(String id) {
    return new DeviceState(model, originals, written, id, pending, outcomes, notice);
  }

  DeviceState withNotice(String text) {
    return new DeviceState(model, originals, written, bootId, pending, outcomes, text);
  }

  DeviceState with(Model next, List<DeviceItem> nextOriginals, List<Written> nextWritten) {
    return new DeviceState(next, nextOriginals, nextWritten, bootId, pending, outcomes, notice);
  }

  /** Remembers an outcome in place of an older one of the same command. */
  DeviceState with(Outcome outcome) {
    List<Outcome> all = new java.util.ArrayList<>(outcomes);
    all.removeIf(o -> o.id() == outcome.id());
    all.add(outcome);
    while (all.size() > MAX_OUTCOMES) {
      all.removeFirst();
    }
    return new DeviceState(model, originals, written, bootId, pending, all, notice);
  }
}
