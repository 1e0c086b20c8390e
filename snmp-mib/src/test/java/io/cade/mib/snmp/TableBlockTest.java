package io.cade.mib.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.Variable;
import org.snmp4j.smi.VariableBinding;

/** The table against a plain sorted map of all its instances. */
class TableBlockTest {
  private record Row(int a, int b) {}

  private static final TableBlock.Shape<Row> SHAPE =
      new TableBlock.Shape<>(
          new OID("1.3.9.1"),
          r -> new int[] {r.a(), r.b()},
          List.of(
              new TableBlock.Column<>(2, (r, now) -> new Integer32(r.a() * 100 + r.b())),
              new TableBlock.Column<>(5, (r, now) -> new Integer32(r.b())),
              new TableBlock.Column<>(6, (r, now) -> new Integer32(r.a()))));

  @Test
  void answersAreThoseOfASortedMap() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      var rows = new ArrayList<Row>();
      int count = random.nextInt(8);
      for (int i = 0; i < count; i++) {
        // -1 is the largest arc, 4,294,967,295
        rows.add(new Row(random.nextInt(4) - 1, random.nextInt(4) - 1));
      }
      Collections.shuffle(rows, random);
      var block = new TableBlock<>(SHAPE, List.copyOf(rows));
      var model = new TreeMap<OID, Variable>();
      for (Row row : rows) {
        for (TableBlock.Column<Row> column : SHAPE.columns()) {
          var oid = new OID(new int[] {1, 3, 9, 1, column.arc(), row.a(), row.b()});
          model.putIfAbsent(oid, column.value().apply(row, Instant.EPOCH));
        }
      }
      for (int probe = 0; probe < 100; probe++) {
        OID oid = oid(random);
        assertThat(block.get(oid, Instant.EPOCH)).as("%s", oid).isEqualTo(model.get(oid));
        boolean inclusive = random.nextBoolean();
        Map.Entry<OID, Variable> expected =
            inclusive ? model.ceilingEntry(oid) : model.higherEntry(oid);
        VariableBinding found = block.next(oid, inclusive, Instant.EPOCH);
        assertThat(found)
            .as("%s inclusive %s", oid, inclusive)
            .isEqualTo(
                expected == null
                    ? null
                    : new VariableBinding(expected.getKey(), expected.getValue()));
      }
    }
  }

  private static OID oid(Random random) {
    int[] start = {1, 3, 9, 1};
    int length = random.nextInt(9);
    int[] arcs = new int[length];
    for (int i = 0; i < length; i++) {
      arcs[i] =
          i < 4
              ? start[i] + (random.nextInt(20) == 0 ? random.nextInt(3) - 1 : 0)
              : random.nextInt(8) - 1;
    }
    return new OID(arcs);
  }

  @Test
  void sameListInstanceKeepsTheBlockAndAnotherDoesNot() {
    List<Row> rows = List.of(new Row(1, 1));
    var block = new TableBlock<>(SHAPE, rows);
    assertThat(block.over(rows)).isSameAs(block);
    assertThat(block.over(List.of(new Row(1, 1)))).isNotSameAs(block);
  }
}
