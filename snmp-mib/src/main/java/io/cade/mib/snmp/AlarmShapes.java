package io.cade.mib.snmp;

import io.cade.mib.AlarmDetailRow;
import io.cade.mib.AlarmRows;
import io.cade.mib.CabinetCommand;
import io.cade.mib.ManagerRole;
import io.cade.mib.MibOids;
import io.cade.mib.SuppressedRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.snmp4j.smi.Gauge32;
import org.snmp4j.smi.Integer32;

/** What CADE-ALARM-MIB shows beside the active alarms. Owned by the SNMP thread. */
final class AlarmShapes {
  private static final int ACKNOWLEDGED = 1;
  private static final int NOT = 2;

  private TableBlock<AlarmDetailRow> details = new TableBlock<>(details(), List.of());
  private TableBlock<SuppressedRow> suppressed = new TableBlock<>(suppressed(), List.of());

  /** After cadeAlarmActiveTable, in the order of the tree. */
  List<Block> over(AlarmRows rows) {
    details = details.over(rows.details());
    suppressed = suppressed.over(rows.suppressed());
    List<Block> blocks = new ArrayList<>();
    blocks.add(details);
    blocks.add(suppressed);
    blocks.add(
        new ScalarBlock(
            List.of(
                new ScalarBlock.Source(
                    MibOids.CADE_ALARM_SUPPRESSED_COUNT,
                    () -> new Gauge32(rows.suppressed().size())),
                new ScalarBlock.Source(
                    MibOids.CADE_ALARM_RULE_COUNT, () -> new Gauge32(rows.rules())),
                new ScalarBlock.Source(
                    MibOids.CADE_ALARM_RULE_ACTIONS, () -> new Gauge32(rows.ruleActions())))));
    return blocks;
  }

  private static TableBlock.Shape<AlarmDetailRow> details() {
    return Shapes.shape(
        MibOids.CADE_ALARM_DETAIL_ENTRY,
        r -> new int[] {(int) r.sequence()},
        List.of(
            Shapes.<AlarmDetailRow>column(
                    MibOids.CADE_ALARM_ACKNOWLEDGED,
                    r -> new Integer32(r.acknowledgedBy().isEmpty() ? NOT : ACKNOWLEDGED))
                .writtenBy(acknowledge()),
            Shapes.column(MibOids.CADE_ALARM_ACKNOWLEDGED_BY, r -> Values.text(r.acknowledgedBy())),
            Shapes.column(
                MibOids.CADE_ALARM_ACKNOWLEDGED_TIME, r -> Values.dateAndTime(r.acknowledgedAt())),
            Shapes.column(MibOids.CADE_ALARM_ROOT_CAUSE, r -> Values.text(r.rootCause())),
            Shapes.column(MibOids.CADE_ALARM_FLAPPING, r -> Values.text(r.flapping()))));
  }

  private static TableBlock.Writer<AlarmDetailRow> acknowledge() {
    return new TableBlock.Writer<>(
        ManagerRole.OPERATOR,
        new Syntax.Enumerated(Set.of(ACKNOWLEDGED)),
        (row, value) -> new Written.Change(new CabinetCommand.AlarmAcknowledge(row.sequence())));
  }

  private static TableBlock.Shape<SuppressedRow> suppressed() {
    return Shapes.shape(
        MibOids.CADE_ALARM_SUPPRESSED_ENTRY,
        r -> new int[] {r.index()},
        List.of(
            Shapes.column(MibOids.CADE_ALARM_SUPPRESSED_SOURCE, r -> Values.text(r.source())),
            Shapes.column(MibOids.CADE_ALARM_SUPPRESSED_TYPE, r -> Values.text(r.type())),
            Shapes.column(
                MibOids.CADE_ALARM_SUPPRESSED_SEVERITY, r -> new Integer32(r.severity().code())),
            Shapes.column(MibOids.CADE_ALARM_SUPPRESSED_TEXT, r -> Values.text(r.text())),
            Shapes.column(MibOids.CADE_ALARM_SUPPRESSED_BY, r -> Values.text(r.by())),
            Shapes.column(
                MibOids.CADE_ALARM_SUPPRESSED_SINCE, r -> Values.dateAndTime(r.since()))));
  }
}
