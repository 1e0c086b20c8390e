package io.cade.engine.guard;

import io.cade.engine.model.Change;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/**
 * What an engine's data looks like on disk, in one word. Two releases with the same word read each
 * other's data; with another word, the older one need not be tried with what the newer one wrote.
 */
public final class DataFormat {
  private static final String OURS = "io.cade.";

  private DataFormat() {}

  /**
   * The word of this release: version of the tables, and a checksum over the form of every change
   * of the log. The latter is found by looking at the records themselves, so that nobody can forget
   * to raise a number.
   *
   * @param tables version of the store's tables
   */
  public static String current(int tables) {
    Set<String> seen = new TreeSet<>();
    describe(Change.class, seen);
    CRC32C sum = new CRC32C();
    for (String line : seen) {
      sum.update(line.getBytes(StandardCharsets.UTF_8));
      sum.update('\n');
    }
    return "tables-%d-changes-%08x".formatted(tables, sum.getValue());
  }

  /** One line for each type of ours that can be in the log, with all that it is made of. */
  private static void describe(Type type, Set<String> seen) {
    if (type instanceof ParameterizedType generic) {
      describe(generic.getRawType(), seen);
      for (Type argument : generic.getActualTypeArguments()) {
        describe(argument, seen);
      }
      return;
    }
    if (!(type instanceof Class<?> found)
        || !found.getName().startsWith(OURS)
        || !seen.add("type " + found.getName())) {
      return;
    }
    if (found.isEnum()) {
      for (Object constant : found.getEnumConstants()) {
        seen.add(found.getName() + " = " + ((Enum<?>) constant).name());
      }
    }
    if (found.isSealed()) {
      for (Class<?> each : found.getPermittedSubclasses()) {
        describe(each, seen);
      }
    }
    if (found.isRecord()) {
      for (RecordComponent component : found.getRecordComponents()) {
        seen.add(
            found.getName()
                + "."
                + component.getName()
                + " "
                + component.getGenericType().getTypeName());
        describe(component.getGenericType(), seen);
      }
    }
  }
}
