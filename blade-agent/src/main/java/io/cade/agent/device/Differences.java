package io.cade.agent.device;

import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.ItemDifference;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;

/**
 * In what a thing differs from what it ought to be (SPEC R5): named by attribute, short enough to
 * be read, and without the content of what others must not read. Pure.
 */
final class Differences {
  private static final int MAX_VALUE = 256;
  private static final int DIGEST_CHARACTERS = 16;
  private static final String ABSENT = "absent";
  private static final String PRESENT = "present";

  private final String key;
  private final List<ItemDifference> found = new ArrayList<>();

  private Differences(String key) {
    this.key = key;
  }

  /** Empty when the thing is as wanted. Both have the same key. */
  static List<ItemDifference> between(DeviceItem wanted, DeviceItem found) {
    Differences d = new Differences(wanted.key());
    d.compare(wanted, found);
    return d.found;
  }

  /** A thing that is there, but is none that an item describes. */
  static ItemDifference unlike(DeviceItem wanted, String what) {
    return new ItemDifference(
        wanted.key(), "kind", wanted instanceof DeviceItem.AbsentItem ? ABSENT : "item", cut(what));
  }

  private void compare(DeviceItem wanted, DeviceItem now) {
    if (isNothing(wanted) && isNothing(now)) {
      return;
    }
    if (wanted instanceof DeviceItem.AbsentItem || now instanceof DeviceItem.AbsentItem) {
      add("presence", presence(wanted), presence(now));
      return;
    }
    switch (wanted) {
      case DeviceItem.PackageItem w when now instanceof DeviceItem.PackageItem n -> {
        if (!w.version().isEmpty()) {
          differ("version", w.version(), n.version());
        }
      }
      case DeviceItem.UserItem w when now instanceof DeviceItem.UserItem n -> {
        differ("shell", w.shell(), n.shell());
        differ("groups", sorted(w.groups()), sorted(n.groups()));
        if (!new TreeSet<>(w.keys()).equals(new TreeSet<>(n.keys()))) {
          text("keys", String.join("\n", w.keys()), String.join("\n", n.keys()), false);
        }
      }
      case DeviceItem.FileItem w when now instanceof DeviceItem.FileItem n -> {
        boolean hidden = isHidden(w.mode()) || isHidden(n.mode());
        if (!w.content().equals(n.content())) {
          text("content", w.content(), n.content(), hidden);
        }
        differ("mode", w.mode(), n.mode());
        differ("owner", owner(w.owner()), owner(n.owner()));
      }
      case DeviceItem.KernelItem w when now instanceof DeviceItem.KernelItem n ->
          differ("value", spaced(w.value()), spaced(n.value()));
      case DeviceItem.AddressItem _ when now instanceof DeviceItem.AddressItem -> {}
      case DeviceItem.RouteItem w when now instanceof DeviceItem.RouteItem n -> {
        if (!sameAddress(w.via(), n.via())) {
          add("via", w.via(), n.via());
        }
      }
      case DeviceItem.FirewallItem w when now instanceof DeviceItem.FirewallItem n -> {
        String rules = NftText.plain(w.rules());
        String are = NftText.plain(n.rules());
        if (!rules.equals(are)) {
          text("rules", rules, are, false);
        }
      }
      case DeviceItem.UnitItem w when now instanceof DeviceItem.UnitItem n -> {
        differ("enabled", yes(w.enabled()), yes(n.enabled()));
        differ("running", yes(w.running()), yes(n.running()));
      }
      default -> add("kind", wanted.getClass().getSimpleName(), now.getClass().getSimpleName());
    }
  }

  /** A unit that neither runs nor is to be started is as good as none: its file is a package's. */
  private static boolean isNothing(DeviceItem item) {
    return item instanceof DeviceItem.AbsentItem
        || (item instanceof DeviceItem.UnitItem u && !u.enabled() && !u.running());
  }

  private static String presence(DeviceItem item) {
    return item instanceof DeviceItem.AbsentItem ? ABSENT : PRESENT;
  }

  private void differ(String attribute, String wanted, String is) {
    if (!wanted.equals(is)) {
      add(attribute, wanted, is);
    }
  }

  private void add(String attribute, String wanted, String is) {
    found.add(new ItemDifference(key, attribute, cut(wanted), cut(is)));
  }

  /** The first line that differs; of what others must not read, only its size and digest. */
  private void text(String attribute, String wanted, String is, boolean hidden) {
    if (hidden) {
      add(attribute, sealed(wanted), sealed(is));
      return;
    }
    List<String> a = lines(wanted);
    List<String> b = lines(is);
    int line = 0;
    while (line < a.size() && line < b.size() && a.get(line).equals(b.get(line))) {
      line++;
    }
    if (line == a.size() && line == b.size()) {
      add(attribute, "other line ends", sealed(is));
    } else {
      add(attribute, line(a, line), line(b, line));
    }
  }

  private static List<String> lines(String text) {
    List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
    if (lines.getLast().isEmpty()) {
      lines.removeLast();
    } else {
      lines.add("(no line end)");
    }
    return lines;
  }

  private static String line(List<String> lines, int number) {
    return number < lines.size()
        ? "line " + (number + 1) + ": " + printable(lines.get(number))
        : lines.isEmpty() ? "empty" : "ends after line " + lines.size();
  }

  private static String printable(String line) {
    return line.replaceAll("\\p{Cntrl}", "?");
  }

  private static String sealed(String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    return bytes.length + " bytes, sha256 " + digest(bytes).substring(0, DIGEST_CHARACTERS);
  }

  /** SHA-256 in hexadecimal. */
  static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static boolean isHidden(String mode) {
    char others = mode.isEmpty() ? '0' : mode.charAt(mode.length() - 1);
    return ((others - '0') & 4) == 0;
  }

  private static String owner(String owner) {
    return owner.isEmpty() ? "root:root" : owner;
  }

  private static String sorted(List<String> words) {
    return String.join(",", new TreeSet<>(words));
  }

  private static String spaced(String value) {
    return value.strip().replaceAll("\\s+", " ");
  }

  private static String yes(boolean so) {
    return so ? "yes" : "no";
  }

  private static boolean sameAddress(String a, String b) {
    try {
      return a.equals(b) || InetAddress.ofLiteral(a).equals(InetAddress.ofLiteral(b));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  static String cut(String text) {
    return cut(text, MAX_VALUE);
  }

  static String cut(String text, int max) {
    if (text.length() <= max) {
      return text;
    }
    // Half a character could not be written as JSON, and the report with it.
    int end = Character.isHighSurrogate(text.charAt(max - 2)) ? max - 2 : max - 1;
    return text.substring(0, end) + "…";
  }
}
