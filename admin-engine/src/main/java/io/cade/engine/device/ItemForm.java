package io.cade.engine.device;

import io.cade.agent.config.Section;
import io.cade.agent.wire.DeviceItem;
import java.nio.file.Path;
import java.util.List;

/** One item as a person writes it: {@code kind:name} and what belongs to it. */
final class ItemForm {
  private ItemForm() {}

  /**
   * @throws IllegalArgumentException when the key or a text is wrong
   */
  static DeviceItem read(String key, Section section) {
    int colon = key.indexOf(':');
    String kind = colon < 0 ? "" : key.substring(0, colon);
    String name = colon < 0 ? "" : key.substring(colon + 1);
    boolean absent = section.flag("absent", false);
    if (name.isBlank()) {
      throw refused(key);
    }
    DeviceItem item =
        switch (kind) {
          case "package" -> new DeviceItem.PackageItem(name, section.text("version", ""));
          case "user" ->
              new DeviceItem.UserItem(
                  name,
                  section.text("shell", "/usr/sbin/nologin"),
                  section.list("groups", 32, text -> text),
                  section.list("keys", 32, text -> text));
          case "file" -> file(name, section, absent);
          case "kernel" -> new DeviceItem.KernelItem(name, needed(section, "value", absent));
          case "address" -> {
            int slash = name.indexOf('/');
            if (slash < 1 || slash == name.length() - 1) {
              throw new IllegalArgumentException("should be like address:eth1/192.0.2.1/24");
            }
            yield new DeviceItem.AddressItem(name.substring(0, slash), name.substring(slash + 1));
          }
          case "route" -> new DeviceItem.RouteItem(name, needed(section, "via", absent));
          case "firewall" -> new DeviceItem.FirewallItem(name, needed(section, "rules", absent));
          case "unit" ->
              new DeviceItem.UnitItem(
                  name,
                  section.flag("enabled", true),
                  section.flag("running", true),
                  section.list("restart-on", DeviceItem.UnitItem.MAX_RESTART_ON, text -> text));
          default -> throw refused(key);
        };
    return absent ? new DeviceItem.AbsentItem(item.key()) : item;
  }

  private static IllegalArgumentException refused(String key) {
    return new IllegalArgumentException(
        "should be KIND:NAME with one of the kinds package, user, file, kernel, address, route,"
            + " firewall, unit; not '"
            + key
            + "'");
  }

  private static String needed(Section section, String key, boolean absent) {
    return absent ? section.text(key, "") : section.text(key);
  }

  private static DeviceItem file(String path, Section section, boolean absent) {
    if (!absent && !section.has("content")) {
      section.problem("content", "is missing");
    }
    String mode = section.text("mode", "0644");
    if (!mode.matches("[0-7]{4}")) {
      section.problem("mode", "is '" + mode + "', four octal digits like 0644 are meant");
      mode = "0644";
    }
    if (!path.startsWith("/")
        || path.endsWith("/")
        || path.contains("//")
        || List.of(path.split("/")).contains("..")
        || path.indexOf('\0') >= 0
        || !Path.of(path).normalize().toString().equals(path)) {
      throw new IllegalArgumentException("should be an absolute path without '.' and '..'");
    }
    return new DeviceItem.FileItem(
        path, section.text("content", ""), mode, section.text("owner", ""));
  }
}
