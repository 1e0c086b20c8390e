package io.cade.mib.smi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A TEXTUAL-CONVENTION (RFC 2579 section 3). Immutable.
 *
 * @param description lines as they stand
 * @param values names of its numbers in the order of the file, empty if it is no enumeration
 */
public record SmiConvention(
    String module, String name, String description, Map<Integer, String> values) {
  public SmiConvention {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }
}
