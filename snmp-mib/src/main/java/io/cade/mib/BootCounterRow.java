package io.cade.mib;

/**
 * A row of cadeBootCounterTable.
 *
 * @param group which service counts; the first part of the index
 * @param number of the outcome within its group, from 1; the second part of the index
 * @param name of the outcome, cut at 255 octets
 * @param value how often it came about
 */
public record BootCounterRow(BootCounterGroup group, int number, String name, long value) {
  public BootCounterRow {
    Checks.range("number", number, 1, 65_535);
    Checks.range("value", value, 0, Long.MAX_VALUE);
  }
}
