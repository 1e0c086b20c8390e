package io.cade.agent.device;

import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.DeviceItem.FirewallItem;
import io.cade.agent.wire.DeviceItem.PackageItem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A system as a map, which fails where a test wants it to. */
public final class MemorySystem implements OperatingSystem {
  final Map<String, DeviceItem> items = new TreeMap<>();

  /** Changes of these items fail, and leave things as they are. */
  final Set<String> stuck = new HashSet<>();

  /** What is there that no item describes. */
  final Map<String, String> unlike = new HashMap<>();

  /** All changes, in order. */
  final List<DeviceItem> changes = new ArrayList<>();

  private final Fuse fuse;
  private int boots = 1;

  /** One that never loses power. */
  public static MemorySystem calm() {
    return new MemorySystem(new Fuse());
  }

  MemorySystem(Fuse fuse) {
    this.fuse = fuse;
  }

  public synchronized void put(DeviceItem item) {
    items.put(item.key(), item);
  }

  synchronized void reboot() {
    boots++;
    items.values().removeIf(this::isVolatile);
  }

  @Override
  public void check(DeviceItem wanted) throws IOException {
    if (wanted instanceof PackageItem p && p.name().equals("unknown")) {
      throw new IOException("there is no package unknown");
    }
  }

  @Override
  public synchronized DeviceItem look(String key) throws IOException {
    String other = unlike.get(key);
    if (other != null) {
      throw new NoItemException(other);
    }
    return items.getOrDefault(key, new AbsentItem(key));
  }

  @Override
  public synchronized void change(DeviceItem wanted) throws IOException {
    if (stuck.contains(wanted.key())) {
      throw new IOException("stuck");
    }
    fuse.pass(() -> {
      changes.add(wanted);
      if (wanted instanceof AbsentItem a) {
        items.remove(a.key());
      } else if (wanted instanceof FirewallItem f) {
        // As the real one, it tells rules in its own words.
        put(new FirewallItem(f.table(), "\t" + f.rules().replace("dport ssh", "dport 22")));
      } else {
        put(wanted);
      }
    });
  }

  /** Restarts of units, in order. */
  final List<String> restarts = new ArrayList<>();

  /** Units that a restart ends, like one whose file is wrong. */
  final Set<String> brittle = new HashSet<>();

  @Override
  public synchronized void restart(String unit) throws IOException {
    fuse.pass(() -> restarts.add(unit));
    if (brittle.contains(unit)) {
      put(new DeviceItem.UnitItem(unit, true, false));
      throw new IOException("systemctl: control process exited with error code");
    }
  }

  @Override
  public String bootId() {
    return "boot " + boots;
  }

  @Override
  public List<PackageItem> packages() {
    return List.of();
  }
}
