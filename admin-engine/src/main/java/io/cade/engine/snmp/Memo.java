package io.cade.engine.snmp;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What was derived last, for as long as it would be derived from the same instances: models and
 * observations are immutable, so the same instance means the same content. Not thread-safe; {@link
 * EngineCabinetView} has one lock for all.
 */
final class Memo<T> {
  private Object[] inputs = {};
  private @Nullable T value;

  @SuppressWarnings("ReferenceEquality") // the point of it
  T of(Supplier<T> derive, Object... now) {
    T known = value;
    boolean same = known != null && inputs.length == now.length;
    for (int i = 0; same && i < now.length; i++) {
      same = inputs[i] == now[i];
    }
    if (same && known != null) {
      return known;
    }
    T next = derive.get();
    value = next;
    inputs = now;
    return next;
  }
}
