package io.cade.engine.snmp;

import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.change.Transaction;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.Change;
import io.cade.engine.operate.Caller;
import io.cade.mib.CabinetCommand;

/** What commands of SNMP managers change. */
public final class SnmpCommands implements EngineControl.Commands {
  @Override
  public Transaction<Boolean> of(CabinetCommand command, Caller caller) {
    return switch (command) {
      case CabinetCommand.AlarmAcknowledge asked -> acknowledge(asked.sequence(), caller);
      case CabinetCommand.CardPower _,
          CabinetCommand.CardLocate _,
          CabinetCommand.CardAssign _,
          CabinetCommand.TestNotification _,
          CabinetCommand.ThresholdSet _,
          CabinetCommand.StartUpdate _ ->
          (cabinet, now) -> {
            throw new Refusal(
                Refusal.Kind.CONFLICT, "this engine does not do that by SNMP: use its commands");
          };
    };
  }

  private static Transaction<Boolean> acknowledge(long sequence, Caller caller) {
    return (cabinet, now) -> {
      for (Alarm alarm : cabinet.alarms().values()) {
        if (alarm.sequence() == sequence) {
          return alarm.acknowledgedBy().isEmpty()
              ? Decision.of(true, new Change.AlarmAcknowledged(alarm.key(), caller.user()))
              : Decision.nothing(true);
        }
      }
      throw new Refusal(Refusal.Kind.NOT_FOUND, "no active alarm has number " + sequence);
    };
  }
}
