package io.cade.engine.device;

import io.cade.agent.wire.DeviceItem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is other between two versions, or between two states of a card. Pure; shows no secret. */
public final class ModelDiff {
  /** Longest text that is shown whole. */
  private static final int SHOWN = 160;

  private ModelDiff() {}

  /**
   * One difference.
   *
   * @param what it is about: the key of an item, {@code parameter NAME}, {@code value NAME}, …
   * @param change one of the words added, removed and changed
   * @param attribute of an item, else empty
   * @param before empty when it was added
   * @param after empty when it was removed
   */
  public record Line(String what, String change, String attribute, String before, String after) {}

  /** From one version to another. */
  public static List<Line> between(ModelVersion from, ModelVersion to) {
    List<Line> lines = new ArrayList<>();
    if (!from.description().equals(to.description())) {
      lines.add(
          new Line("description", "changed", "", cut(from.description()), cut(to.description())));
    }
    compare("parameter ", parameters(from), parameters(to), "", lines);
    compareItems(templates(from), templates(to), ModelDiff::cut, lines);
    compare("", orders(from), orders(to), "after", lines);
    compare("ignore ", from.ignored(), to.ignored(), "", lines);
    compare("value ", values(from, from.values()), values(to, to.values()), "", lines);
    Set<String> services = new LinkedHashSet<>(from.serviceValues().keySet());
    services.addAll(to.serviceValues().keySet());
    for (String name : services) {
      compare(
          "service " + name + " value ",
          values(from, from.serviceValues().get(name)),
          values(to, to.serviceValues().get(name)),
          "",
          lines);
    }
    Set<Object> cards = new LinkedHashSet<>(from.cardValues().keySet());
    cards.addAll(to.cardValues().keySet());
    for (Object at : cards) {
      compare(
          "card " + at + " value ",
          values(from, from.cardValues().get(at)),
          values(to, to.cardValues().get(at)),
          "",
          lines);
    }
    return lines;
  }

  /** From what a card was given to what it is to be given. */
  public static List<Line> between(@Nullable Rendered from, Rendered to) {
    Map<String, DeviceItem> before = new LinkedHashMap<>();
    if (from != null) {
      from.items().forEach(i -> before.put(i.key(), i));
    }
    Map<String, DeviceItem> after = new LinkedHashMap<>();
    to.items().forEach(i -> after.put(i.key(), i));
    List<Line> lines = new ArrayList<>();
    compareItems(
        before, after, text -> cut(to.masked(from == null ? text : from.masked(text))), lines);
    return lines;
  }

  private interface Show {
    String of(String text);
  }

  private static void compareItems(
      Map<String, DeviceItem> from, Map<String, DeviceItem> to, Show show, List<Line> lines) {
    Set<String> keys = new LinkedHashSet<>(to.keySet());
    keys.addAll(from.keySet());
    for (String key : keys) {
      DeviceItem before = from.get(key);
      DeviceItem after = to.get(key);
      if (before == null && after != null) {
        lines.add(new Line(key, "added", "", "", summary(after, show)));
      } else if (after == null && before != null) {
        lines.add(new Line(key, "removed", "", summary(before, show), ""));
      } else if (before != null && after != null) {
        Map<String, String> old = ItemTexts.attributes(before);
        Map<String, String> now = ItemTexts.attributes(after);
        Set<String> names = new LinkedHashSet<>(now.keySet());
        names.addAll(old.keySet());
        for (String name : names) {
          String a = old.getOrDefault(name, "");
          String b = now.getOrDefault(name, "");
          if (!a.equals(b)) {
            lines.add(new Line(key, "changed", name, show.of(a), show.of(b)));
          }
        }
      }
    }
  }

  private static String summary(DeviceItem item, Show show) {
    StringBuilder text = new StringBuilder();
    ItemTexts.attributes(item)
        .forEach((name, value) -> {
          if (!value.isEmpty()) {
            text.append(text.isEmpty() ? "" : ", ").append(name).append(' ').append(show.of(value));
          }
        });
    return text.toString();
  }

  private static void compare(
      String prefix,
      SortedMap<String, String> from,
      SortedMap<String, String> to,
      String attribute,
      List<Line> lines) {
    Set<String> names = new LinkedHashSet<>(from.keySet());
    names.addAll(to.keySet());
    for (String name : names) {
      String before = from.get(name);
      String after = to.get(name);
      if (before == null && after != null) {
        lines.add(new Line(prefix + name, "added", attribute, "", shown(after)));
      } else if (before != null && after == null) {
        lines.add(new Line(prefix + name, "removed", attribute, shown(before), ""));
      } else if (before != null && after != null && !before.equals(after)) {
        lines.add(new Line(prefix + name, "changed", attribute, shown(before), shown(after)));
      }
    }
  }

  /** Two secrets may differ though both are shown as the mask. */
  private static String shown(String value) {
    int hidden = value.indexOf(ModelParameter.MASK);
    return cut(hidden < 0 ? value : value.substring(0, hidden) + ModelParameter.MASK);
  }

  private static SortedMap<String, String> parameters(ModelVersion version) {
    SortedMap<String, String> all = new TreeMap<>();
    for (ModelParameter p : version.parameters()) {
      StringBuilder text = new StringBuilder(p.role().word() + ", " + p.type().word());
      if (!p.choices().isEmpty()) {
        text.append(" of ").append(String.join(" ", p.choices()));
      }
      if (p.min() != null || p.max() != null) {
        text.append(", from ").append(p.min()).append(" to ").append(p.max());
      }
      if (p.secret()) {
        text.append(", secret");
      }
      String standard = p.standard();
      if (standard != null) {
        text.append(", default ").append(hidden(p, standard));
      }
      all.put(p.name(), text.toString());
    }
    return all;
  }

  private static SortedMap<String, String> values(
      ModelVersion version, @Nullable SortedMap<String, String> values) {
    SortedMap<String, String> all = new TreeMap<>();
    if (values != null) {
      values.forEach((name, value) ->
          all.put(name, version.parameter(name).map(p -> hidden(p, value)).orElse(value)));
    }
    return all;
  }

  /** A digest of the secret behind the mask tells only here whether it is another one. */
  private static String hidden(ModelParameter p, String value) {
    return p.secret() ? ModelParameter.MASK + value : value;
  }

  private static Map<String, DeviceItem> templates(ModelVersion version) {
    Map<String, DeviceItem> all = new LinkedHashMap<>();
    version.items().forEach(i -> all.put(i.key(), i.template()));
    return all;
  }

  private static SortedMap<String, String> orders(ModelVersion version) {
    SortedMap<String, String> all = new TreeMap<>();
    version
        .items()
        .forEach(i -> {
          if (!i.after().isEmpty()) {
            all.put(i.key(), String.join(" ", i.after()));
          }
        });
    return all;
  }

  static String cut(String text) {
    return text.length() > SHOWN
        ? text.substring(0, SHOWN) + "… (" + text.length() + " characters)"
        : text;
  }
}
