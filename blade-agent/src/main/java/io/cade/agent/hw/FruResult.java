package io.cade.agent.hw;

/** What an inventory EEPROM holds: a board's identity, or bytes that cannot be trusted. */
public sealed interface FruResult permits FruBoardInfo, FruResult.Unusable {

  /**
   * No usable board information.
   *
   * @param cause what is wrong and at which byte, or why the chip could not be read
   */
  record Unusable(String cause) implements FruResult {}
}
