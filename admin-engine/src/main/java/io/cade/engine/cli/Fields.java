package io.cade.engine.cli;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object, read leniently: a member that is absent, or not of the type asked for, is shown as
 * unknown. So a command also works with an engine that is a little older or newer.
 *
 * @param members values are Fields, List, String, Number, Boolean or null
 */
record Fields(Map<String, @Nullable Object> members) {

  /** Text of a single value; empty when there is none. */
  String text(String name) {
    Object value = members.get(name);
    return value == null || value instanceof Fields || value instanceof List
        ? ""
        : value.toString();
  }

  Optional<Number> number(String name) {
    return members.get(name) instanceof Number n ? Optional.of(n) : Optional.empty();
  }

  Optional<Instant> instant(String name) {
    try {
      return members.get(name) instanceof String s
          ? Optional.of(Instant.parse(s))
          : Optional.empty();
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  boolean is(String name) {
    return Boolean.TRUE.equals(members.get(name));
  }

  Fields object(String name) {
    return members.get(name) instanceof Fields f ? f : new Fields(Map.of());
  }

  List<Fields> objects(String name) {
    return members.get(name) instanceof List<?> list
        ? list.stream().filter(Fields.class::isInstance).map(Fields.class::cast).toList()
        : List.of();
  }

  List<String> texts(String name) {
    return members.get(name) instanceof List<?> list
        ? list.stream().filter(Objects::nonNull).map(Object::toString).toList()
        : List.of();
  }
}
