package io.cade.mib.snmp;

import io.cade.mib.ManagerRole;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.Variable;
import org.snmp4j.smi.VariableBinding;

/** Scalars. Each value is asked for when it is needed. */
final class ScalarBlock implements Block {
  private record Scalar(OID instance, Supplier<Variable> value, @Nullable Writer writer) {}

  /**
   * How a scalar is written.
   *
   * @param role the least role that may
   * @param change what a value of that syntax comes to
   */
  record Writer(ManagerRole role, Syntax syntax, Function<Variable, Written> change) {}

  /**
   * Names a scalar: its OID without the instance 0, where its value comes from, and how it is
   * written if it can be.
   */
  record Source(String object, Supplier<Variable> value, @Nullable Writer writer) {
    /** A scalar that can only be read. */
    Source(String object, Supplier<Variable> value) {
      this(object, value, null);
    }
  }

  private final List<Scalar> scalars;
  private final int[][] instances;

  ScalarBlock(List<Source> sources) {
    scalars =
        sources.stream()
            .map(s -> new Scalar(new OID(s.object() + ".0"), s.value(), s.writer()))
            .sorted(Comparator.comparing(Scalar::instance))
            .toList();
    instances = scalars.stream().map(s -> s.instance().getValue()).toArray(int[][]::new);
  }

  @Override
  public @Nullable Variable get(OID instance, Instant now) {
    for (Scalar scalar : scalars) {
      if (scalar.instance.equals(instance)) {
        return scalar.value.get();
      }
    }
    return null;
  }

  @Override
  public boolean covers(OID oid) {
    for (Scalar scalar : scalars) {
      int objectLength = scalar.instance.size() - 1;
      if (oid.size() >= objectLength && oid.leftMostCompare(objectLength, scalar.instance) == 0) {
        return true;
      }
    }
    return false;
  }

  @Override
  public @Nullable Writable writable(OID instance) {
    for (Scalar scalar : scalars) {
      int objectLength = scalar.instance.size() - 1;
      if (instance.size() >= objectLength
          && instance.leftMostCompare(objectLength, scalar.instance) == 0) {
        Writer writer = scalar.writer;
        return writer == null
            ? null
            : new Writable(
                writer.role(),
                writer.syntax(),
                scalar.instance.equals(instance) ? writer.change() : null);
      }
    }
    return null;
  }

  @Override
  public @Nullable VariableBinding next(OID from, boolean inclusive, Instant now) {
    for (Scalar scalar : scalars) {
      int order = scalar.instance.compareTo(from);
      if (order > 0 || (order == 0 && inclusive)) {
        return new VariableBinding(scalar.instance, scalar.value.get());
      }
    }
    return null;
  }

  @Override
  public int size() {
    return scalars.size();
  }

  @Override
  public int find(int[] arcs, int length) {
    int at = after(arcs, length, true);
    return at >= 0 && compare(at, arcs, length) == 0 ? at : -1;
  }

  @Override
  public int after(int[] arcs, int length, boolean inclusive) {
    for (int i = 0; i < scalars.size(); i++) {
      int order = compare(i, arcs, length);
      if (order > 0 || (order == 0 && inclusive)) {
        return i;
      }
    }
    return -1;
  }

  private int compare(int position, int[] arcs, int length) {
    int[] instance = instances[position];
    return Arrays.compareUnsigned(instance, 0, instance.length, arcs, 0, length);
  }

  @Override
  public byte[] encoded(int position, Instant now) {
    Scalar scalar = scalars.get(position);
    return Ber.encoded(new VariableBinding(scalar.instance, scalar.value.get()));
  }
}
