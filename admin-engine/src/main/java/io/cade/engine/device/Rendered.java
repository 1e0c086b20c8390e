package io.cade.engine.device;

import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.PackageItem;
import io.cade.agent.wire.DeviceItem.UnitItem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * What a version says of one card.
 *
 * @param digest of items and ignored keys: the same digest is the same device
 * @param secrets values that are shown to nobody, by the parameter's name
 */
public record Rendered(
    List<DeviceItem> items, List<String> ignored, String digest, Map<String, String> secrets) {
  public Rendered {
    items = List.copyOf(items);
    ignored = List.copyOf(ignored);
    secrets = Map.copyOf(secrets);
  }

  /** Whether it may cut the card off. */
  public boolean risky() {
    return items.stream().anyMatch(DeviceItem::risky);
  }

  /** Whether what serves on the card may stop for a moment. */
  public boolean disturbs() {
    return items.stream()
        .anyMatch(i -> i.risky() || i instanceof UnitItem || i instanceof PackageItem);
  }

  /** Size of all texts in UTF-8. */
  public long octets() {
    long sum = 0;
    for (DeviceItem item : items) {
      sum += octets(item.key());
      for (String text : ItemTexts.attributes(item).values()) {
        sum += octets(text);
      }
    }
    for (String key : ignored) {
      sum += octets(key);
    }
    return sum;
  }

  private static int octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  public boolean isEmpty() {
    return items.isEmpty() && ignored.isEmpty();
  }

  /** A text without the secrets that may stand in it. */
  public String masked(String text) {
    String shown = text;
    for (String secret : secrets.values()) {
      shown = secret.isEmpty() ? shown : shown.replace(secret, ModelParameter.MASK);
    }
    return shown;
  }
}
