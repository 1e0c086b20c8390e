package io.cade.agent.wire;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is set for one service (see {@link Setting}); what is not set has its default. Travels as an
 * object of texts, so that a proxy of another version takes what it knows and overlooks the rest:
 * only {@link #with}, on the engine, refuses.
 */
public final class ServiceSettings {
  private static final int MOST = 1_024;
  private static final ServiceSettings NONE = new ServiceSettings(Map.of());

  private final SortedMap<String, String> values;

  /**
   * @param values at most {@value #MOST}; keys of at most 64 characters, values of at most 256
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public ServiceSettings(Map<String, String> values) {
    Limits.range("number of settings", values.size(), 0, MOST);
    values.forEach((key, value) -> {
      Limits.text("name of a setting", key, 64);
      Limits.text("setting " + key, value, 256);
    });
    this.values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  /** Everything at its default. */
  public static ServiceSettings none() {
    return NONE;
  }

  /** What is set, by key. */
  @JsonValue
  public SortedMap<String, String> values() {
    return values;
  }

  /** Everything there is, by key: what is set or else the default; of cards only what is set. */
  public SortedMap<String, String> effective() {
    SortedMap<String, String> all = new TreeMap<>();
    for (Setting setting : Setting.values()) {
      if (!setting.perCard()) {
        all.put(setting.key(), setting.byDefault());
      }
    }
    all.putAll(values);
    return all;
  }

  /**
   * These with changes; an empty value goes back to the default.
   *
   * @throws IllegalArgumentException naming everything that is wrong
   */
  public ServiceSettings with(Map<String, String> changes) {
    SortedMap<String, String> next = new TreeMap<>(values);
    List<String> problems = new ArrayList<>();
    changes.forEach((key, value) -> {
      Optional<String> objection = objection(key, value);
      if (objection.isPresent()) {
        problems.add(objection.get());
      } else if (value.isEmpty()) {
        next.remove(key);
      } else {
        next.put(key, value);
      }
    });
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    ServiceSettings result = new ServiceSettings(next);
    Duration ejection = result.duration(Setting.EJECTION_TIME).orElse(Duration.ZERO);
    Duration longest = result.duration(Setting.EJECTION_TIME_MAX).orElse(ejection);
    if (ejection.compareTo(longest) > 0) {
      throw new IllegalArgumentException("ejection-time is longer than ejection-time-max");
    }
    return result;
  }

  private static Optional<String> objection(String key, String value) {
    int at = key.indexOf('@');
    Setting setting = Setting.of(at < 0 ? key : key.substring(0, at));
    if (setting == null) {
      return Optional.of(
          "there is no setting '" + (key.length() > 64 ? key.substring(0, 64) + "…" : key) + "'");
    }
    if (setting.perCard() != (at >= 0)) {
      return Optional.of(
          setting.perCard()
              ? key + " is set for one card, as in " + key + "@1.3"
              : setting.key() + " is set for the whole service, not for one card");
    }
    if (at >= 0) {
      try {
        CardPosition position = CardPosition.parse(key.substring(at + 1));
        if (!position.toString().equals(key.substring(at + 1)) || position.isManagement()) {
          return Optional.of(key + ": not the position of a server card");
        }
      } catch (IllegalArgumentException e) {
        return Optional.of(key + ": " + e.getMessage());
      }
    }
    return value.isEmpty() ? Optional.empty() : setting.objection(value);
  }

  /** The value of a setting; empty when it is not set and the proxy's own configuration decides. */
  public Optional<String> text(Setting setting) {
    return text(setting, setting.key());
  }

  /** The value of a setting for one card. */
  public String text(Setting setting, CardPosition card) {
    return text(setting, setting.key() + "@" + card).orElse(setting.byDefault());
  }

  private Optional<String> text(Setting setting, String key) {
    @Nullable String set = values.get(key);
    if (set != null && setting.objection(set).isEmpty()) {
      return Optional.of(set);
    }
    return setting.byDefault().equals(Setting.OF_PROXY)
        ? Optional.empty()
        : Optional.of(setting.byDefault());
  }

  /** Of a setting that is a number. */
  public Optional<Integer> number(Setting setting) {
    return text(setting).map(Integer::valueOf);
  }

  /** Of a setting that is a number, for one card. */
  public int number(Setting setting, CardPosition card) {
    return Integer.parseInt(text(setting, card));
  }

  /** Of a setting that is a duration. */
  public Optional<Duration> duration(Setting setting) {
    return text(setting).map(Setting::duration);
  }

  /** Of a setting that is {@code on} or {@code yes}. */
  public boolean is(Setting setting, String word) {
    return text(setting).filter(word::equals).isPresent();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ServiceSettings that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
