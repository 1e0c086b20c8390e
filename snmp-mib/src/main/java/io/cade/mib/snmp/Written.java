package io.cade.mib.snmp;

import io.cade.mib.CabinetCommand;

/** What a value written to an object comes to. */
sealed interface Written {

  /** A change of the cabinet. */
  record Change(CabinetCommand command) implements Written {}

  /**
   * A change within the agent, which cannot fail once its value was found good.
   *
   * @param commit makes it
   * @param undo takes it back
   */
  record Local(Runnable commit, Runnable undo) implements Written {}

  /**
   * Not now or not this value.
   *
   * @param error wrongValue, inconsistentValue, noCreation, … of {@link org.snmp4j.PDU}
   */
  record Refused(int error) implements Written {}
}
