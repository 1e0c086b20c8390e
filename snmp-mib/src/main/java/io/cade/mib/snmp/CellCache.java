package io.cade.mib.snmp;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Encoded variable bindings of a table, as far as somebody has asked for them: at most one for each
 * instance. Those of columns that age are kept for one moment only. Owned by the SNMP thread.
 */
final class CellCache {
  /** By column; the array of a column is made when it is first asked for. */
  private final byte[] @Nullable [][] cells;

  /** The moment that the cells of a column were encoded for, where it ages. */
  private final @Nullable Instant[] moments;

  private final int rows;

  CellCache(int columns, int rows) {
    this.cells = new byte[columns][][];
    this.moments = new @Nullable Instant[columns];
    this.rows = rows;
  }

  /** Null if it has to be encoded. */
  @SuppressWarnings("ReferenceEquality") // a frame has one instance
  byte @Nullable [] get(int column, int row, boolean ages, Instant now) {
    if (ages && moments[column] != now) {
      moments[column] = now;
      cells[column] = null;
    }
    byte[][] encoded = cells[column];
    return encoded == null ? null : encoded[row];
  }

  void put(int column, int row, byte[] octets) {
    byte[][] encoded = cells[column];
    if (encoded == null) {
      encoded = new byte[rows][];
      cells[column] = encoded;
    }
    encoded[row] = octets;
  }

  /** Takes over a cell of another cache, if it has it. */
  void keep(int column, int row, CellCache other, int otherRow) {
    byte[][] encoded = other.cells[column];
    if (encoded != null && encoded[otherRow] != null) {
      put(column, row, encoded[otherRow]);
    }
  }
}
