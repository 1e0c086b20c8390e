package io.cade.mib.snmp;

import io.cade.mib.ManagerRole;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.Variable;
import org.snmp4j.smi.VariableBinding;

/**
 * One table over an immutable list of rows. Only the rows' indices are laid out; an OID and a value
 * are made when a manager asks for them, and what was encoded is kept for the next who asks. So a
 * refresh of a cabinet of 280 cards and 3,000 sensors costs some thousand small arrays and not
 * 40,000 objects, and a GETNEXT is two binary searches. Owned by the SNMP thread.
 */
final class TableBlock<R> implements Block {

  /**
   * A column: the last arc of its OID, how its value comes from a row at a moment, whether the
   * moment matters, and how it is written if it can be.
   */
  record Column<R>(
      int arc, BiFunction<R, Instant, Variable> value, boolean ages, @Nullable Writer<R> writer) {
    /** A column whose value depends on the row and the moment. It can only be read. */
    Column(int arc, BiFunction<R, Instant, Variable> value) {
      this(arc, value, true, null);
    }

    /** A column whose value depends on the row alone: it is encoded once for as long as that is. */
    static <R> Column<R> of(int arc, Function<R, Variable> value) {
      return new Column<>(arc, (row, now) -> value.apply(row), false, null);
    }

    /** The same column, which can be written. */
    Column<R> writtenBy(Writer<R> how) {
      return new Column<>(arc, value, ages, how);
    }
  }

  /**
   * How a column is written.
   *
   * @param role the least role that may
   * @param syntax what values it takes
   * @param change what a value of that syntax comes to in a row
   */
  record Writer<R>(ManagerRole role, Syntax syntax, BiFunction<R, Variable, Written> change) {}

  /**
   * What does not change from refresh to refresh.
   *
   * @param entry OID of the conceptual row
   * @param index the index arcs of a row (RFC 2578 section 7.7)
   * @param columns readable columns by ascending arc
   */
  record Shape<R>(OID entry, Function<R, int[]> index, List<Column<R>> columns) {}

  private final Shape<R> shape;
  private final List<R> source;
  private final List<R> rows;
  private final int[][] indices;
  private final int[] entry;
  private final CellCache cells;

  TableBlock(Shape<R> shape, List<R> rows) {
    this.shape = shape;
    this.source = rows;
    int[][] found = new int[rows.size()][];
    boolean ascending = true;
    for (int i = 0; i < found.length; i++) {
      found[i] = shape.index().apply(rows.get(i));
      ascending &= i == 0 || Arrays.compareUnsigned(found[i - 1], found[i]) < 0;
    }
    this.rows = ascending ? rows : sorted(shape, rows);
    this.indices = ascending ? found : this.rows.stream().map(shape.index()).toArray(int[][]::new);
    this.entry = shape.entry().getValue();
    this.cells = new CellCache(shape.columns().size(), this.rows.size());
  }

  /**
   * A walk over rows out of order would never end: they are put in order, and of duplicates the
   * first is kept.
   */
  private static <R> List<R> sorted(Shape<R> shape, List<R> rows) {
    var copy = new ArrayList<R>(rows);
    copy.sort((a, b) -> Arrays.compareUnsigned(shape.index().apply(a), shape.index().apply(b)));
    var unique = new ArrayList<R>(copy.size());
    int[] last = null;
    for (R row : copy) {
      int[] index = shape.index().apply(row);
      if (last == null || !Arrays.equals(last, index)) {
        unique.add(row);
      }
      last = index;
    }
    return unique;
  }

  /** This block if it stands for the same list instance, which is immutable, else a new one. */
  @SuppressWarnings("ReferenceEquality") // comparing thousands of rows would cost what this saves
  TableBlock<R> over(List<R> newRows) {
    if (newRows == source) {
      return this;
    }
    var next = new TableBlock<>(shape, newRows);
    next.keepCellsOf(this);
    return next;
  }

  /** Rows that are equal keep what was encoded of them. */
  private void keepCellsOf(TableBlock<R> last) {
    int old = 0;
    for (int row = 0; row < indices.length; row++) {
      while (old < last.indices.length
          && Arrays.compareUnsigned(last.indices[old], indices[row]) < 0) {
        old++;
      }
      if (old == last.indices.length) {
        return;
      }
      if (Arrays.equals(last.indices[old], indices[row])
          && last.rows.get(old).equals(rows.get(row))) {
        for (int column = 0; column < shape.columns().size(); column++) {
          if (!shape.columns().get(column).ages()) {
            cells.keep(column, row, last.cells, old);
          }
        }
      }
    }
  }

  @Override
  public boolean covers(OID oid) {
    int[] arcs = oid.getValue();
    int prefix = shape.entry().size();
    if (arcs.length <= prefix || !oid.startsWith(shape.entry())) {
      return false;
    }
    int column = columnAtOrAfter(arcs[prefix]);
    return column < shape.columns().size() && shape.columns().get(column).arc() == arcs[prefix];
  }

  @Override
  public @Nullable Variable get(OID instance, Instant now) {
    if (!covers(instance)) {
      return null;
    }
    int[] arcs = instance.getValue();
    int prefix = shape.entry().size();
    int row = rowAtOrAfter(arcs, prefix + 1);
    if (row == rows.size() || compareIndex(row, arcs, prefix + 1) != 0) {
      return null;
    }
    return shape.columns().get(columnAtOrAfter(arcs[prefix])).value().apply(rows.get(row), now);
  }

  @Override
  public @Nullable Writable writable(OID instance) {
    if (!covers(instance)) {
      return null;
    }
    int[] arcs = instance.getValue();
    int prefix = shape.entry().size();
    Writer<R> writer = shape.columns().get(columnAtOrAfter(arcs[prefix])).writer();
    if (writer == null) {
      return null;
    }
    int at = rowAtOrAfter(arcs, prefix + 1);
    if (at == rows.size() || compareIndex(at, arcs, prefix + 1) != 0) {
      return new Writable(writer.role(), writer.syntax(), null);
    }
    R row = rows.get(at);
    return new Writable(writer.role(), writer.syntax(), value -> writer.change().apply(row, value));
  }

  @Override
  public @Nullable VariableBinding next(OID from, boolean inclusive, Instant now) {
    if (rows.isEmpty()) {
      return null;
    }
    int[] arcs = from.getValue();
    int prefix = shape.entry().size();
    if (!from.startsWith(shape.entry())) {
      return from.compareTo(shape.entry()) < 0 ? binding(0, 0, now) : null;
    }
    if (arcs.length == prefix) {
      return binding(0, 0, now);
    }
    int column = columnAtOrAfter(arcs[prefix]);
    if (column == shape.columns().size()) {
      return null;
    }
    if (shape.columns().get(column).arc() != arcs[prefix]) {
      return binding(column, 0, now);
    }
    int row = rowAtOrAfter(arcs, prefix + 1);
    if (!inclusive && row < rows.size() && compareIndex(row, arcs, prefix + 1) == 0) {
      row++;
    }
    if (row < rows.size()) {
      return binding(column, row, now);
    }
    return column + 1 < shape.columns().size() ? binding(column + 1, 0, now) : null;
  }

  private VariableBinding binding(int column, int row, Instant now) {
    Column<R> c = shape.columns().get(column);
    int[] entry = shape.entry().getValue();
    int[] index = indices[row];
    int[] arcs = Arrays.copyOf(entry, entry.length + 1 + index.length);
    arcs[entry.length] = c.arc();
    System.arraycopy(index, 0, arcs, entry.length + 1, index.length);
    return new VariableBinding(new OID(arcs), c.value().apply(rows.get(row), now));
  }

  private int columnAtOrAfter(int arc) {
    List<Column<R>> columns = shape.columns();
    int i = 0;
    while (i < columns.size() && Integer.compareUnsigned(columns.get(i).arc(), arc) < 0) {
      i++;
    }
    return i;
  }

  /**
   * Binary search for the first row whose index is not below {@code arcs} from {@code offset} on.
   */
  private int rowAtOrAfter(int[] arcs, int offset) {
    int low = 0;
    int high = indices.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compareIndex(middle, arcs, offset) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private int compareIndex(int row, int[] arcs, int offset) {
    int[] index = indices[row];
    return Arrays.compareUnsigned(index, 0, index.length, arcs, offset, arcs.length);
  }

  @Override
  public int size() {
    return rows.size() * shape.columns().size();
  }

  @Override
  public int find(int[] arcs, int length) {
    if (length <= entry.length || !Arrays.equals(arcs, 0, entry.length, entry, 0, entry.length)) {
      return -1;
    }
    int at = after(arcs, length, true);
    if (at < 0) {
      return -1;
    }
    int column = at / rows.size();
    return shape.columns().get(column).arc() == arcs[entry.length]
            && compareIndex(at % rows.size(), arcs, entry.length + 1, length) == 0
        ? at
        : -1;
  }

  @Override
  public int after(int[] arcs, int length, boolean inclusive) {
    if (rows.isEmpty()) {
      return -1;
    }
    int prefix = entry.length;
    int common = Math.min(length, prefix);
    int order = Arrays.compareUnsigned(arcs, 0, common, entry, 0, common);
    if (order != 0 || length <= prefix) {
      return order <= 0 ? 0 : -1;
    }
    int column = columnAtOrAfter(arcs[prefix]);
    if (column == shape.columns().size()) {
      return -1;
    }
    if (shape.columns().get(column).arc() != arcs[prefix]) {
      return column * rows.size();
    }
    int low = 0;
    int high = indices.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      int compared = compareIndex(middle, arcs, prefix + 1, length);
      if (compared < 0 || (compared == 0 && !inclusive)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    int at = column * rows.size() + low;
    return at < size() ? at : -1;
  }

  private int compareIndex(int row, int[] arcs, int offset, int length) {
    int[] index = indices[row];
    return Arrays.compareUnsigned(index, 0, index.length, arcs, offset, length);
  }

  @Override
  public byte[] encoded(int position, Instant now) {
    int column = position / rows.size();
    int row = position % rows.size();
    boolean ages = shape.columns().get(column).ages();
    byte[] known = cells.get(column, row, ages, now);
    if (known == null) {
      known = Ber.encoded(binding(column, row, now));
      cells.put(column, row, known);
    }
    return known;
  }
}
