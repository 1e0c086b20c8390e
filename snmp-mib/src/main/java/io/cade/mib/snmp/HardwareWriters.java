package io.cade.mib.snmp;

import io.cade.mib.CabinetCommand;
import io.cade.mib.CabinetCommand.Power;
import io.cade.mib.CabinetCommand.Threshold;
import io.cade.mib.CardHardwareRow;
import io.cade.mib.ManagerRole;
import io.cade.mib.PowerCommand;
import io.cade.mib.RolloutRow;
import io.cade.mib.SlotRow;
import io.cade.mib.Switch;
import io.cade.mib.TestNotification;
import io.cade.mib.ThresholdRow;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.Variable;

/**
 * What a SET of the objects of hardware and of versions comes to. Whether the cabinet can do it now
 * is the engine's to say.
 */
final class HardwareWriters {
  /** Names of services have at most so many octets: a DNS label. */
  private static final int MAX_SERVICE = 63;

  private HardwareWriters() {}

  static TableBlock.Writer<SlotRow> locate() {
    return new TableBlock.Writer<>(
        ManagerRole.TECHNICIAN,
        new Syntax.Enumerated(Set.of(Switch.OFF.code(), Switch.ON.code())),
        (row, value) ->
            new Written.Change(
                new CabinetCommand.CardLocate(
                    row.chassis(), row.slot(), value.toInt() == Switch.ON.code())));
  }

  static TableBlock.Writer<CardHardwareRow> power() {
    return new TableBlock.Writer<>(
        ManagerRole.TECHNICIAN,
        new Syntax.Enumerated(
            Set.of(PowerCommand.ON.code(), PowerCommand.OFF.code(), PowerCommand.CYCLE.code())),
        (row, value) ->
            new Written.Change(
                new CabinetCommand.CardPower(row.chassis(), row.slot(), power(value.toInt()))));
  }

  private static Power power(int code) {
    return code == PowerCommand.ON.code()
        ? Power.ON
        : code == PowerCommand.OFF.code() ? Power.OFF : Power.CYCLE;
  }

  static TableBlock.Writer<CardHardwareRow> assignment() {
    return new TableBlock.Writer<>(
        ManagerRole.OPERATOR,
        new Syntax.Text(0, MAX_SERVICE),
        (row, value) ->
            new Written.Change(
                new CabinetCommand.CardAssign(row.chassis(), row.slot(), text(value))));
  }

  private static String text(Variable value) {
    return new String(((OctetString) value).getValue(), StandardCharsets.UTF_8);
  }

  static TableBlock.Writer<RolloutRow> version() {
    return new TableBlock.Writer<>(
        ManagerRole.OPERATOR,
        new Syntax.UnsignedRange(0, Integer.MAX_VALUE),
        (row, value) ->
            new Written.Change(new CabinetCommand.RollService(row.service(), value.toInt())));
  }

  static TableBlock.Writer<ThresholdRow> threshold(Threshold which) {
    int least = which == Threshold.HYSTERESIS ? 0 : Integer.MIN_VALUE;
    return new TableBlock.Writer<>(
        ManagerRole.OPERATOR,
        new Syntax.IntegerRange(least, Integer.MAX_VALUE),
        (row, value) ->
            new Written.Change(
                new CabinetCommand.ThresholdSet(
                    row.chassis(), row.slot(), row.sensor(), which, value.toInt())));
  }

  static ScalarBlock.Writer testNotification() {
    return new ScalarBlock.Writer(
        ManagerRole.TECHNICIAN,
        new Syntax.Enumerated(Set.of(TestNotification.SEND.code())),
        value -> new Written.Change(new CabinetCommand.TestNotification()));
  }
}
