package io.cade.mib.snmp;

/** What became of a notification. */
public sealed interface Delivery {

  /** The receiver has acknowledged it. */
  record Acknowledged() implements Delivery {}

  /** It was sent and cannot be acknowledged: a trap. It may be lost. */
  record Unconfirmed() implements Delivery {}

  /**
   * It was not acknowledged. It may have arrived all the same; sent again, it keeps its sequence
   * number.
   *
   * @param reason why, for the operator's log
   */
  record Failed(String reason) implements Delivery {}
}
