package io.cade.engine.device;

import io.cade.agent.wire.DeviceItem;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes the items of one card from a version of its model. Pure. */
public final class Rendering {
  private static final Pattern NAMED = Pattern.compile("\\{\\{\\s*([^{}]*?)\\s*}}");

  /** What a card may be told at once, in octets: it has to fit into a message and a commit. */
  public static final int MAX_OCTETS = 512 << 10;

  private Rendering() {}

  /**
   * What the version says of the card.
   *
   * @throws ModelProblem when a value is missing, two items become one, or all of them together are
   *     larger than {@link #MAX_OCTETS}
   */
  public static Rendered render(ModelVersion version, Facts facts) throws ModelProblem {
    Map<String, String> values = values(version, facts);
    Map<String, String> secrets = new HashMap<>();
    for (ModelParameter p : version.parameters()) {
      String value = values.get(p.name());
      if (p.secret() && value != null && !value.isEmpty()) {
        secrets.put(p.name(), value);
      }
    }
    List<DeviceItem> items = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    for (ModelItem item : version.items()) {
      DeviceItem done;
      try {
        done = ItemTexts.map(item.template(), text -> filled(item.key(), text, values, facts));
      } catch (IllegalArgumentException e) {
        throw new ModelProblem(
            "item " + item.key() + " for card " + facts.card() + ": " + e.getMessage());
      }
      if (!keys.add(done.key())) {
        throw new ModelProblem("two items become " + done.key() + " on card " + facts.card());
      }
      items.add(done);
    }
    List<String> ignored = List.copyOf(version.ignored().keySet());
    Rendered rendered = new Rendered(items, ignored, digest(items, ignored), secrets);
    if (rendered.octets() > MAX_OCTETS) {
      throw new ModelProblem(
          "the items of card %s have %d KiB with all values filled in, %d are allowed"
              .formatted(facts.card(), rendered.octets() >> 10, MAX_OCTETS >> 10));
    }
    return rendered;
  }

  private static Map<String, String> values(ModelVersion version, Facts facts) throws ModelProblem {
    Map<String, String> values = new HashMap<>();
    for (ModelParameter p : version.parameters()) {
      String value = version.values().get(p.name());
      String from = "";
      for (String service : facts.services()) {
        String mine = of(version.serviceValues().get(service), p.name());
        if (mine != null) {
          if (!from.isEmpty() && !mine.equals(value)) {
            throw new ModelProblem(
                "services %s and %s, both on card %s, have different values of %s: set it for the card"
                    .formatted(from, service, facts.card(), p.name()));
          }
          from = service;
          value = mine;
        }
      }
      String ofCard = of(version.cardValues().get(facts.card()), p.name());
      value = ofCard != null ? ofCard : value != null ? value : p.standard();
      if (value != null) {
        values.put(p.name(), value);
      }
    }
    return values;
  }

  private static @Nullable String of(@Nullable SortedMap<String, String> values, String name) {
    return values == null ? null : values.get(name);
  }

  private static String filled(String key, String text, Map<String, String> values, Facts facts)
      throws ModelProblem {
    if (!text.contains("{{")) {
      return text;
    }
    Matcher matcher = NAMED.matcher(text);
    StringBuilder done = new StringBuilder();
    while (matcher.find()) {
      String name = matcher.group(1);
      String fact = facts.of(name);
      String value = fact == null ? values.get(name) : fact;
      if (value == null) {
        throw new ModelProblem(
            "item %s on card %s: parameter %s has no value; set one with model set"
                .formatted(key, facts.card(), name));
      }
      if (value.isEmpty() && fact != null) {
        throw new ModelProblem(
            "item %s: the %s of card %s is not known yet".formatted(key, name, facts.card()));
      }
      matcher.appendReplacement(done, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(done).toString();
  }

  /** Names in braces within a text. */
  static List<String> names(String text) {
    List<String> names = new ArrayList<>();
    Matcher matcher = NAMED.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  private static String digest(List<DeviceItem> items, List<String> ignored) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (DeviceItem item : items) {
        add(sha, item.key());
        ItemTexts.attributes(item)
            .forEach((name, value) -> {
              add(sha, name);
              add(sha, value);
            });
      }
      ignored.forEach(key -> add(sha, key));
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** With its length, so that no two lists of texts look the same. */
  private static void add(MessageDigest sha, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    sha.update(bytes);
  }
}
