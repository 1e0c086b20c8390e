package io.cade.engine.observe;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What became of the boot services' requests, collected for whoever shows it. Thread-safe; bounded
 * by the outcomes that exist.
 */
public final class BootCounters {
  /** The services that count, in the order of the MIB's enumeration. */
  public enum Group {
    DHCP,
    DHCP_MALFORMED,
    TFTP,
    BOOT_TREE,
    BOOT_HTTP
  }

  /**
   * @param number of the outcome within its group, from 1
   * @param name in lower camel case, like {@code ignoredUnknownRelay}
   * @param value since the engine started
   */
  public record Counter(Group group, int number, String name, long value) {}

  private final Map<Group, Supplier<? extends Map<? extends Enum<?>, Long>>> sources =
      new ConcurrentHashMap<>();

  /**
   * From now on the group is read from there; the map has all outcomes in their order, zeros
   * included.
   */
  public void register(Group group, Supplier<? extends Map<? extends Enum<?>, Long>> source) {
    sources.put(group, source);
  }

  /** All counters as they are now, by group and number. */
  public List<Counter> read() {
    List<Counter> all = new ArrayList<>();
    new EnumMap<>(sources)
        .forEach((group, source) -> {
          int number = 0;
          for (var outcome : source.get().entrySet()) {
            number++;
            all.add(
                new Counter(group, number, camelCase(outcome.getKey().name()), outcome.getValue()));
          }
        });
    return all;
  }

  /** {@code UNKNOWN_RELAY} is {@code unknownRelay}. */
  public static String camelCase(String constant) {
    StringBuilder name = new StringBuilder();
    for (String word : constant.toLowerCase(Locale.ROOT).split("_")) {
      name.append(
          name.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return name.toString();
  }
}
