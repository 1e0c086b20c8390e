package io.cade.agent.device;

import io.cade.agent.wire.DeviceItem;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What items may say, whatever the system: names that no program could take for an option or for
 * two words, paths that stay where they say, values without line ends. Pure.
 */
public final class ItemRules {
  private static final Pattern PACKAGE = Pattern.compile("[a-z0-9][a-z0-9+.-]{1,127}");
  private static final Pattern VERSION = Pattern.compile("([A-Za-z0-9][A-Za-z0-9.+:~-]{0,127})?");
  private static final Pattern USER = Pattern.compile("[a-z_][a-z0-9_-]{0,31}");
  private static final Pattern MODE = Pattern.compile("0[0-7]{3}");
  private static final Pattern OWNER =
      Pattern.compile("(([a-z_][a-z0-9_-]{0,31}|\\d{1,9}):([a-z_][a-z0-9_-]{0,31}|\\d{1,9}))?");
  private static final Pattern KERNEL =
      Pattern.compile("[A-Za-z0-9_]+(\\.[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*)+");
  private static final Pattern DEVICE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,14}");
  private static final Pattern UNIT = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9:_.@-]{0,127}");
  private static final Pattern TABLE =
      Pattern.compile("((ip|ip6|inet|arp|bridge|netdev) )?[A-Za-z_][A-Za-z0-9_]{0,31}");
  private static final List<String> NOT_FILES = List.of("/proc/", "/sys/", "/dev/", "/run/cade/");
  private static final int MAX_SEGMENT_BYTES = 255;

  private ItemRules() {}

  /**
   * Checks all of an item.
   *
   * @throws IOException when it is wrong; the message names the item and the rule
   */
  public static void check(DeviceItem item) throws IOException {
    checkKey(item.key());
    switch (item) {
      case DeviceItem.PackageItem p ->
          must(
              VERSION.matcher(p.version()).matches(), item, "is no version: '" + p.version() + "'");
      case DeviceItem.UserItem u -> user(u);
      case DeviceItem.FileItem f -> file(f);
      case DeviceItem.KernelItem k ->
          must(!k.value().isBlank() && isLine(k.value()), item, "needs a value of one line");
      case DeviceItem.AddressItem _ -> {}
      case DeviceItem.RouteItem r -> route(r);
      case DeviceItem.FirewallItem f -> {
        String flaw = NftText.flaw(f.rules());
        must(flaw.isEmpty(), item, flaw);
      }
      case DeviceItem.UnitItem u -> {
        for (String key : u.restartOn()) {
          checkKey(key);
        }
      }
      case DeviceItem.AbsentItem a ->
          must(!a.key().startsWith("kernel:"), item, "a kernel's parameter cannot be absent");
    }
  }

  /**
   * Checks a key.
   *
   * @throws IOException when its kind is unknown or its name is none of that kind
   */
  public static void checkKey(String text) throws IOException {
    ItemKey key = ItemKey.parse(text);
    String name = key.name();
    boolean sound =
        switch (key.kind()) {
          case "package" -> PACKAGE.matcher(name).matches();
          case "user" -> USER.matcher(name).matches();
          case "file" -> isPath(name);
          case "kernel" -> KERNEL.matcher(name).matches();
          case "address" ->
              DEVICE.matcher(key.addressDevice()).matches() && prefix(key.address()) != null;
          case "route" -> name.equals("default") || prefix(name) != null;
          case "firewall" -> TABLE.matcher(name).matches();
          case "unit" -> UNIT.matcher(name).matches();
          default ->
              throw new IOException(
                  "'"
                      + text
                      + "' is of no known kind: package, user, file, kernel, address, route,"
                      + " firewall, unit");
        };
    if (!sound) {
      throw new IOException("'" + name + "' is no name of a " + key.kind() + wanted(key.kind()));
    }
  }

  private static String wanted(String kind) {
    return switch (kind) {
      case "file" -> ": an absolute path without '..', not below /proc, /sys or /dev, is meant";
      case "address" -> ": INTERFACE/ADDRESS/BITS is meant";
      case "route" -> ": 'default' or ADDRESS/BITS is meant";
      case "firewall" -> ": [FAMILY ]NAME is meant, like 'inet cade'";
      case "kernel" -> ": a dotted name like net.core.somaxconn is meant";
      default -> "";
    };
  }

  private static void user(DeviceItem.UserItem u) throws IOException {
    must(isPath(u.shell()) && !u.shell().contains(":"), u, "'" + u.shell() + "' is no shell");
    for (String group : u.groups()) {
      must(USER.matcher(group).matches(), u, "'" + group + "' is no group");
    }
    for (String key : u.keys()) {
      must(
          !key.isBlank() && isLine(key) && key.strip().equals(key) && !key.startsWith("#"),
          u,
          "each key is one line of authorized_keys");
    }
  }

  private static void file(DeviceItem.FileItem f) throws IOException {
    must(MODE.matcher(f.mode()).matches(), f, "mode '" + f.mode() + "' is not like 0644");
    must(OWNER.matcher(f.owner()).matches(), f, "owner '" + f.owner() + "' is not USER:GROUP");
    must(f.content().indexOf('\0') < 0, f, "content is not text: it holds a NUL");
    try {
      StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(f.content()));
    } catch (CharacterCodingException e) {
      throw new IOException(f.key() + ": content is no Unicode text", e);
    }
  }

  private static void route(DeviceItem.RouteItem r) throws IOException {
    InetAddress via = literal(r.via());
    must(via != null, r, "next hop '" + r.via() + "' is no address");
    InetAddress to = r.destination().equals("default") ? null : prefix(r.destination());
    boolean four = to == null || to instanceof Inet4Address;
    must(
        four == via instanceof Inet4Address,
        r,
        "destination and next hop are of different families (for IPv6 write ::/0, not default)");
  }

  private static void must(boolean so, DeviceItem item, String otherwise) throws IOException {
    if (!so) {
      throw new IOException(item.key() + ": " + otherwise);
    }
  }

  private static boolean isLine(String text) {
    return text.chars().noneMatch(c -> (c < 0x20 && c != '\t') || c == 0x7f);
  }

  /** Absolute, with nothing in it that means another place. */
  static boolean isPath(String path) {
    if (!path.startsWith("/") || path.length() < 2 || path.length() > 512 || !isLine(path)) {
      return false;
    }
    for (String segment : path.substring(1).split("/", -1)) {
      if (segment.isEmpty()
          || segment.equals(".")
          || segment.equals("..")
          || segment.getBytes(StandardCharsets.UTF_8).length > MAX_SEGMENT_BYTES) {
        return false;
      }
    }
    return NOT_FILES.stream().noneMatch(path::startsWith);
  }

  /** The address of {@code ADDRESS/BITS}, null when it is none. */
  static @Nullable InetAddress prefix(String text) {
    int slash = text.indexOf('/');
    if (slash < 1 || !text.substring(slash + 1).matches("\\d{1,3}")) {
      return null;
    }
    InetAddress address = literal(text.substring(0, slash));
    if (address == null) {
      return null;
    }
    int bits = Integer.parseInt(text.substring(slash + 1));
    return bits <= address.getAddress().length * 8 ? address : null;
  }

  private static @Nullable InetAddress literal(String text) {
    if (!text.matches("[0-9A-Fa-f.:]{2,45}")) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
