package io.cade.engine.device;

import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.DeviceItem.AddressItem;
import io.cade.agent.wire.DeviceItem.FileItem;
import io.cade.agent.wire.DeviceItem.FirewallItem;
import io.cade.agent.wire.DeviceItem.KernelItem;
import io.cade.agent.wire.DeviceItem.PackageItem;
import io.cade.agent.wire.DeviceItem.RouteItem;
import io.cade.agent.wire.DeviceItem.UnitItem;
import io.cade.agent.wire.DeviceItem.UserItem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/** The texts of an item, whatever its kind. */
public final class ItemTexts {
  private ItemTexts() {}

  /** Turns each text of an item into another. */
  @FunctionalInterface
  interface Turn {
    String of(String text) throws ModelProblem;
  }

  /**
   * The item with each of its texts turned.
   *
   * @throws IllegalArgumentException when a text becomes too long
   */
  static DeviceItem map(DeviceItem item, Turn turn) throws ModelProblem {
    return switch (item) {
      case PackageItem i -> new PackageItem(turn.of(i.name()), turn.of(i.version()));
      case UserItem i -> {
        var groups = new ArrayList<String>();
        for (String group : i.groups()) {
          groups.add(turn.of(group));
        }
        var keys = new ArrayList<String>();
        for (String key : i.keys()) {
          keys.add(turn.of(key));
        }
        yield new UserItem(turn.of(i.name()), turn.of(i.shell()), groups, keys);
      }
      case FileItem i ->
          new FileItem(
              turn.of(i.path()), turn.of(i.content()), turn.of(i.mode()), turn.of(i.owner()));
      case KernelItem i -> new KernelItem(turn.of(i.name()), turn.of(i.value()));
      case AddressItem i -> new AddressItem(turn.of(i.device()), turn.of(i.address()));
      case RouteItem i -> new RouteItem(turn.of(i.destination()), turn.of(i.via()));
      case FirewallItem i -> new FirewallItem(turn.of(i.table()), turn.of(i.rules()));
      case UnitItem i -> {
        var restartOn = new ArrayList<String>();
        for (String key : i.restartOn()) {
          restartOn.add(turn.of(key));
        }
        yield new UnitItem(turn.of(i.name()), i.enabled(), i.running(), restartOn);
      }
      case AbsentItem i -> new AbsentItem(turn.of(i.key()));
    };
  }

  /**
   * What is said of the item beside its key, by attribute; {@code absent} alone for what is not to
   * be.
   */
  public static Map<String, String> attributes(DeviceItem item) {
    Map<String, String> all = new LinkedHashMap<>();
    switch (item) {
      case PackageItem i -> all.put("version", i.version());
      case UserItem i -> {
        all.put("shell", i.shell());
        all.put("groups", String.join(" ", i.groups()));
        all.put("keys", String.join("\n", i.keys()));
      }
      case FileItem i -> {
        all.put("content", i.content());
        all.put("mode", i.mode());
        all.put("owner", i.owner());
      }
      case KernelItem i -> all.put("value", i.value());
      case AddressItem i -> all.put("device", i.device());
      case RouteItem i -> all.put("via", i.via());
      case FirewallItem i -> all.put("rules", i.rules());
      case UnitItem i -> {
        all.put("enabled", String.valueOf(i.enabled()));
        all.put("running", String.valueOf(i.running()));
        if (!i.restartOn().isEmpty()) {
          all.put("restart-on", String.join(" ", i.restartOn()));
        }
      }
      case AbsentItem _ -> all.put("absent", "true");
    }
    return all;
  }
}
