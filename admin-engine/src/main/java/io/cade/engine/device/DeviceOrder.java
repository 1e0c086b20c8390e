package io.cade.engine.device;

import java.time.Instant;
import java.util.List;

/**
 * A change that a card was told to make.
 *
 * @param command id of the command
 * @param label of the model that it brings; of a trial, of the model that the card has
 * @param version number within the type
 * @param digest of what it brings
 * @param keys of the items of a trial, else empty
 * @param stage how far it is, since {@code since}
 * @param confirm id of the command that confirms it, 0 before
 * @param confirmSeconds within which it is to be confirmed, 0 for never
 * @param byOperator whether it takes an operator to confirm
 * @param detail why it failed, else empty
 */
public record DeviceOrder(
    Kind kind,
    long command,
    String label,
    int version,
    String digest,
    List<String> keys,
    Stage stage,
    Instant since,
    long confirm,
    int confirmSeconds,
    boolean byOperator,
    String by,
    String why,
    String detail) {
  public enum Kind {
    /** Be what the model says. */
    APPLY,
    /** Try items. */
    TRY
  }

  public enum Stage {
    /** The card has not said yet that it is done. */
    QUEUED,
    /** Done, and taken back unless confirmed in time. */
    UNCONFIRMED,
    /** Told that it is confirmed. */
    CONFIRMING,
    FAILED
  }

  public DeviceOrder {
    keys = List.copyOf(keys);
  }

  /** Whether the card is at it. */
  public boolean busy() {
    return stage != Stage.FAILED;
  }

  /** The same at another stage. */
  public DeviceOrder into(Stage next, Instant now, long confirming, String cause) {
    return new DeviceOrder(
        kind,
        command,
        label,
        version,
        digest,
        keys,
        next,
        now,
        confirming,
        confirmSeconds,
        byOperator,
        by,
        why,
        cause);
  }

  /** The same, which confirms itself when the card is reached. */
  public DeviceOrder agreed() {
    return new DeviceOrder(
        kind,
        command,
        label,
        version,
        digest,
        keys,
        stage,
        since,
        confirm,
        confirmSeconds,
        false,
        by,
        why,
        detail);
  }
}
