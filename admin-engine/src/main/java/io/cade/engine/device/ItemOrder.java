package io.cade.engine.device;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Brings items into an order in which each comes after those that it needs. */
final class ItemOrder {
  private ItemOrder() {}

  /**
   * As near to the given order as the dependencies allow.
   *
   * @throws ModelProblem when a key is unknown, or items need each other
   */
  static List<ModelItem> sorted(List<ModelItem> items) throws ModelProblem {
    Map<String, ModelItem> byKey = new LinkedHashMap<>();
    for (ModelItem item : items) {
      byKey.put(item.key(), item);
    }
    for (ModelItem item : items) {
      for (String needed : item.after()) {
        if (!byKey.containsKey(needed)) {
          throw new ModelProblem(
              item.key() + " is to come after " + needed + ", which there is not");
        }
      }
    }
    List<ModelItem> done = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (ModelItem item : items) {
      visit(item, byKey, seen, new ArrayList<>(), done);
    }
    return done;
  }

  private static void visit(
      ModelItem item,
      Map<String, ModelItem> byKey,
      Set<String> seen,
      List<String> way,
      List<ModelItem> done)
      throws ModelProblem {
    int before = way.indexOf(item.key());
    if (before >= 0) {
      throw new ModelProblem(
          "items need each other: "
              + String.join(" → ", way.subList(before, way.size()))
              + " → "
              + item.key());
    }
    if (seen.contains(item.key())) {
      return;
    }
    way.add(item.key());
    for (String needed : item.after()) {
      ModelItem first = byKey.get(needed);
      if (first != null) {
        visit(first, byKey, seen, way, done);
      }
    }
    way.removeLast();
    if (seen.add(item.key())) {
      done.add(item);
    }
  }
}
