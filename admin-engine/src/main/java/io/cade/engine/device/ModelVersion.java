package io.cade.engine.device;

import io.cade.agent.wire.CardPosition;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One version of a model, never altered: who wrote it, when and why (SPEC R1). Values that are set
 * for a service or a card are part of it, so that they have a history, too.
 *
 * @param number from 1, ascending within the type, never used again
 * @param items in the order in which they are applied
 * @param ignored patterns of keys that are not looked at, and why
 * @param values of parameters, for the type
 * @param serviceValues of parameters, for the cards of a service
 * @param cardValues of parameters, for a card; goes before those of its service
 */
public record ModelVersion(
    int number,
    String description,
    List<ModelParameter> parameters,
    List<ModelItem> items,
    SortedMap<String, String> ignored,
    SortedMap<String, String> values,
    SortedMap<String, SortedMap<String, String>> serviceValues,
    SortedMap<CardPosition, SortedMap<String, String>> cardValues,
    Instant at,
    String by,
    String why) {
  /** Characters of all items, parameters and values of a version. */
  public static final int MAX_SIZE = 128 << 10;

  public static final int MAX_PARAMETERS = 128;

  public ModelVersion {
    parameters = List.copyOf(parameters);
    items = List.copyOf(items);
    ignored = copy(ignored);
    values = copy(values);
    serviceValues = deep(serviceValues);
    cardValues = deep(cardValues);
  }

  private static <K extends Comparable<K>, V> SortedMap<K, V> copy(Map<K, V> map) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(map));
  }

  private static <K extends Comparable<K>> SortedMap<K, SortedMap<String, String>> deep(
      Map<K, SortedMap<String, String>> map) {
    TreeMap<K, SortedMap<String, String>> all = new TreeMap<>();
    map.forEach((key, values) -> {
      if (!values.isEmpty()) {
        all.put(key, copy(values));
      }
    });
    return Collections.unmodifiableSortedMap(all);
  }

  /** The first version of a type that nobody has written yet. */
  static ModelVersion empty() {
    return new ModelVersion(
        1,
        "",
        List.of(),
        List.of(),
        Collections.emptySortedMap(),
        Collections.emptySortedMap(),
        Collections.emptySortedMap(),
        Collections.emptySortedMap(),
        Instant.EPOCH,
        "",
        "as delivered");
  }

  public Optional<ModelParameter> parameter(String name) {
    return parameters.stream().filter(p -> p.name().equals(name)).findFirst();
  }

  public Optional<ModelItem> item(String key) {
    return items.stream().filter(i -> i.key().equals(key)).findFirst();
  }

  /** Whether it says nothing at all of a device. */
  public boolean saysNothing() {
    return items.isEmpty() && ignored.isEmpty();
  }

  /** The same content as another version. */
  public ModelVersion as(int newNumber, Instant now, String who, String reason) {
    return new ModelVersion(
        newNumber,
        description,
        parameters,
        items,
        ignored,
        values,
        serviceValues,
        cardValues,
        now,
        who,
        reason);
  }

  public ModelVersion withItems(List<ModelItem> next) {
    return new ModelVersion(
        number,
        description,
        parameters,
        next,
        ignored,
        values,
        serviceValues,
        cardValues,
        at,
        by,
        why);
  }

  /** The same with other values. */
  public ModelVersion withValues(
      Map<String, String> ofType,
      Map<String, SortedMap<String, String>> ofServices,
      Map<CardPosition, SortedMap<String, String>> ofCards) {
    return new ModelVersion(
        number,
        description,
        parameters,
        items,
        ignored,
        new TreeMap<>(ofType),
        new TreeMap<>(ofServices),
        new TreeMap<>(ofCards),
        at,
        by,
        why);
  }

  /** Whether another version says the same. */
  public boolean saysTheSameAs(ModelVersion other) {
    return as(0, Instant.EPOCH, "", "").equals(other.as(0, Instant.EPOCH, "", ""));
  }

  /** Characters that it takes. */
  public int size() {
    int size = 0;
    for (ModelItem item : items) {
      for (String text : ItemTexts.attributes(item.template()).values()) {
        size += text.length();
      }
      size += item.key().length();
    }
    for (ModelParameter p : parameters) {
      String standard = p.standard();
      size += p.description().length() + (standard == null ? 0 : standard.length());
    }
    size += size(values);
    for (SortedMap<String, String> each : serviceValues.values()) {
      size += size(each);
    }
    for (SortedMap<String, String> each : cardValues.values()) {
      size += size(each);
    }
    return size;
  }

  private static int size(SortedMap<String, String> all) {
    return all.values().stream().mapToInt(String::length).sum();
  }
}
