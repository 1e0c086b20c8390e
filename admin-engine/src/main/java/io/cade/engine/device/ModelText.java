package io.cade.engine.device;

import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.DeviceItem.FileItem;
import io.cade.agent.wire.DeviceItem.UnitItem;
import io.cade.agent.wire.DeviceItem.UserItem;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Writes a version as {@link ModelFile} reads it, with its secrets masked. */
public final class ModelText {
  private final StringBuilder out = new StringBuilder();
  private final ModelVersion version;

  private ModelText(ModelVersion version) {
    this.version = version;
  }

  public static String of(ModelVersion version) {
    ModelText text = new ModelText(version);
    text.write();
    return text.out.toString();
  }

  private void write() {
    if (!version.description().isEmpty()) {
      line(0, "description", version.description());
    }
    for (ModelRole role : ModelRole.values()) {
      List<ModelParameter> parameters =
          version.parameters().stream().filter(p -> p.role() == role).toList();
      List<ModelItem> items = version.items().stream().filter(i -> i.role() == role).toList();
      if (parameters.isEmpty() && items.isEmpty()) {
        continue;
      }
      head(0, role.word());
      if (!parameters.isEmpty()) {
        head(1, "parameters");
        parameters.forEach(this::parameter);
      }
      if (!items.isEmpty()) {
        head(1, "items");
        items.forEach(this::item);
      }
    }
    map(0, "ignore", version.ignored(), false);
    map(0, "values", version.values(), true);
    if (!version.serviceValues().isEmpty()) {
      head(0, "services");
      version.serviceValues().forEach((name, values) -> map(1, name, values, true));
    }
    if (!version.cardValues().isEmpty()) {
      head(0, "cards");
      version.cardValues().forEach((at, values) -> map(1, quoted(at.toString()), values, true));
    }
    if (out.isEmpty()) {
      out.append("# This version says nothing yet.\n");
    }
  }

  private void parameter(ModelParameter p) {
    head(2, p.name());
    line(3, "type", p.type().word());
    String standard = p.standard();
    if (standard != null) {
      line(3, "default", p.secret() ? ModelParameter.MASK : standard);
    }
    list(3, "values", p.choices());
    if (p.min() != null) {
      line(3, "min", String.valueOf(p.min()));
    }
    if (p.max() != null) {
      line(3, "max", String.valueOf(p.max()));
    }
    if (!p.description().isEmpty()) {
      line(3, "description", p.description());
    }
    if (p.secret()) {
      line(3, "secret", "true");
    }
  }

  private void item(ModelItem item) {
    head(2, quoted(item.key()));
    switch (item.template()) {
      case UserItem user -> {
        line(3, "shell", user.shell());
        list(3, "groups", user.groups());
        list(3, "keys", user.keys());
      }
      case AbsentItem _ -> line(3, "absent", "true");
      case UnitItem unit -> {
        line(3, "enabled", String.valueOf(unit.enabled()));
        line(3, "running", String.valueOf(unit.running()));
        list(3, "restart-on", unit.restartOn());
      }
      default ->
          ItemTexts.attributes(item.template())
              .forEach((name, value) -> {
                boolean stands =
                    name.equals("device")
                        || (value.isEmpty()
                            && !(item.template() instanceof FileItem && name.equals("content")));
                if (!stands) {
                  line(3, name, value);
                }
              });
    }
    list(3, "after", item.after());
    if (out.charAt(out.length() - 2) == ':') {
      // Nothing but its key: an empty mapping.
      out.insert(out.length() - 1, " {}");
    }
  }

  private void map(int depth, String name, SortedMap<String, String> all, boolean values) {
    if (all.isEmpty()) {
      return;
    }
    head(depth, name);
    for (Map.Entry<String, String> each : all.entrySet()) {
      boolean hidden =
          values && version.parameter(each.getKey()).filter(ModelParameter::secret).isPresent();
      line(depth + 1, quoted(each.getKey()), hidden ? ModelParameter.MASK : each.getValue());
    }
  }

  private void head(int depth, String name) {
    out.append("  ".repeat(depth)).append(name).append(":\n");
  }

  private void list(int depth, String name, List<String> all) {
    if (!all.isEmpty()) {
      head(depth, name);
      all.forEach(text ->
          out.append("  ".repeat(depth + 1)).append("- ").append(quoted(text)).append('\n'));
    }
  }

  private void line(int depth, String name, String value) {
    String indent = "  ".repeat(depth);
    out.append(indent).append(name).append(": ");
    if (isBlock(value)) {
      boolean ends = value.endsWith("\n");
      out.append(ends ? "|" : "|-").append('\n');
      String body = ends ? value.substring(0, value.length() - 1) : value;
      for (String each : body.split("\n", -1)) {
        out.append(each.isEmpty() ? "" : indent + "  " + each).append('\n');
      }
    } else {
      out.append(quoted(value)).append('\n');
    }
  }

  /** Whether it can be written line by line as it is. */
  private static boolean isBlock(String value) {
    return value.contains("\n")
        && !value.startsWith("\n")
        && !value.startsWith(" ")
        && !value.endsWith("\n\n")
        && value
            .chars()
            .allMatch(c -> c == '\n' || c == '\t' || (c >= ' ' && c != 0x7f && c < 0x80))
        && value.lines().noneMatch(l -> l.isBlank() && !l.isEmpty());
  }

  /** Plain where nothing can be mistaken, else in double quotes (YAML 1.2 §7.3.1). */
  private static String quoted(String text) {
    if (text.matches("[A-Za-z/][A-Za-z0-9_./:@*+-]*[A-Za-z0-9_/*]|[a-z]")
        && !text.matches("(?i)y|n|yes|no|on|off|null|~")) {
      return text;
    }
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\t' -> quoted.append("\\t");
        case '\r' -> quoted.append("\\r");
        default -> {
          if (c < ' ' || c == 0x7f) {
            quoted.append("\\x%02x".formatted((int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
