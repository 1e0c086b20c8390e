package io.cade.mib.smi;

import java.util.List;

/**
 * What a MIB file holds, in its order. Immutable.
 *
 * @param name of the module
 */
public record SmiModule(
    String name, List<SmiDefinition> definitions, List<SmiConvention> conventions) {
  public SmiModule {
    definitions = List.copyOf(definitions);
    conventions = List.copyOf(conventions);
  }
}
