package io.cade.mib.snmp;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.Variable;

/** What the shapes of all tables are made with. */
final class Shapes {
  private Shapes() {}

  static <R> TableBlock.Column<R> column(String oid, Function<R, Variable> value) {
    return TableBlock.Column.of(new OID(oid).last(), value);
  }

  static <R> TableBlock.Column<R> column(String oid, BiFunction<R, Instant, Variable> value) {
    return new TableBlock.Column<>(new OID(oid).last(), value);
  }

  static <R> TableBlock.Shape<R> shape(
      String entry, Function<R, int[]> index, List<TableBlock.Column<R>> columns) {
    List<TableBlock.Column<R>> ascending =
        columns.stream().sorted(Comparator.comparingInt(TableBlock.Column::arc)).toList();
    return new TableBlock.Shape<>(new OID(entry), index, ascending);
  }

  /** TruthValue (RFC 2579). */
  static Variable truth(boolean value) {
    return new Integer32(value ? 1 : 2);
  }
}
