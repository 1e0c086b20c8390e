package io.cade.agent.device;

import io.cade.agent.wire.DeviceItem;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * A {@link DeviceItem#key()} in its two parts.
 *
 * @param kind for example {@code file}
 * @param name for example {@code /etc/motd}
 */
public record ItemKey(String kind, String name) {
  /**
   * The parts of a key.
   *
   * @throws IOException when it has none
   */
  public static ItemKey parse(String key) throws IOException {
    int colon = key.indexOf(':');
    if (colon < 1 || colon == key.length() - 1) {
      throw new IOException("'" + key + "' is no key like file:/etc/motd");
    }
    return new ItemKey(key.substring(0, colon), key.substring(colon + 1));
  }

  /** Items by their keys, in the order of the keys. */
  static <T extends DeviceItem> Map<String, T> index(Iterable<T> items) {
    Map<String, T> index = new TreeMap<>();
    items.forEach(item -> index.put(item.key(), item));
    return index;
  }

  /** The interface of {@code address:INTERFACE/ADDRESS/BITS}. */
  public String addressDevice() {
    int slash = name.indexOf('/');
    return slash < 0 ? name : name.substring(0, slash);
  }

  /** The address with its prefix length of {@code address:INTERFACE/ADDRESS/BITS}. */
  public String address() {
    return name.substring(name.indexOf('/') + 1);
  }
}
