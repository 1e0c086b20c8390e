package io.cade.sim.os;

import io.cade.agent.device.ItemKey;
import io.cade.agent.device.ItemRules;
import io.cade.agent.device.OperatingSystem;
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
import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogLine;
import io.cade.agent.wire.WireJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The operating system of one simulated card: a tree of files and a list of everything else in the
 * card's own directory. What a power cut forgets on a real card (kernel parameters, addresses,
 * routes, packet filter) is in memory only. Thread-safe: the agent and the technician share it.
 */
public final class SimulatedSystem implements OperatingSystem {
  private static final Set<String> INTERFACES = Set.of("lo", "eth0", "eth1");
  private static final Set<String> GROUPS =
      Set.of("adm", "audio", "backup", "operator", "ssh", "staff", "sudo", "users", "www-data");
  private static final Map<String, String> KERNEL =
      Map.of(
          "net.core.somaxconn", "4096",
          "net.ipv4.ip_forward", "0",
          "net.ipv4.conf.all.rp_filter", "2",
          "net.ipv4.tcp_syncookies", "1",
          "kernel.panic", "0",
          "vm.swappiness", "60");

  /**
   * What the card keeps beside its files.
   *
   * @param items packages, units and accounts
   * @param files modes and owners of files that Cade wrote; content is in the tree
   * @param boots how often it was started
   */
  record Image(List<DeviceItem> items, List<FileItem> files, int boots) {}

  private final Path directory;
  private final FileTree tree;
  private final WireJson json = new WireJson();
  // Guarded by this, as everything below.
  private final Map<String, DeviceItem> items = new TreeMap<>();
  private final Map<String, FileItem> files = new TreeMap<>();
  private int boots;
  private final UnitJournal journal;

  private SimulatedSystem(Path directory, InstantSource clock) {
    this.journal = new UnitJournal(clock);
    this.directory = directory;
    this.tree = new FileTree(directory.resolve("root"));
  }

  /**
   * The system of a card; one that was never started is as from the factory.
   *
   * @param cardDirectory the card's own
   * @param clock by which its journal is written
   */
  public static SimulatedSystem on(Path cardDirectory, InstantSource clock) throws IOException {
    SimulatedSystem system = new SimulatedSystem(cardDirectory.resolve("system"), clock);
    system.load();
    return system;
  }

  private synchronized void load() throws IOException {
    Path file = directory.resolve("system.json");
    if (Files.exists(file)) {
      Image image = json.decode(Files.readAllBytes(file), Image.class);
      image.items().forEach(item -> items.put(item.key(), item));
      image.files().forEach(item -> files.put(item.path(), item));
      boots = image.boots();
      return;
    }
    Files.createDirectories(directory);
    PackageShelf.installedAtFirst().forEach((name, version) -> install(name, version));
    put(new UserItem("root", "/bin/bash", List.of(), List.of()));
    tree.write("/etc/motd", "A server card of this cabinet.\n");
    tree.write("/etc/hostname", "card\n");
    store();
  }

  private void install(String name, String version) {
    put(new PackageItem(name, version));
    for (UnitItem unit : PackageShelf.units(name)) {
      items.putIfAbsent(unit.key(), unit);
    }
  }

  private void put(DeviceItem item) {
    items.put(item.key(), item);
  }

  private void store() throws IOException {
    List<DeviceItem> kept = items.values().stream().filter(i -> !isVolatile(i)).toList();
    Path fresh = directory.resolve("system.json.new");
    Files.write(fresh, json.encode(new Image(kept, List.copyOf(files.values()), boots)));
    Files.move(fresh, directory.resolve("system.json"), StandardCopyOption.ATOMIC_MOVE);
  }

  /** The card gets power: what is volatile is as from the factory again, enabled units run. */
  public synchronized void powerOn() throws IOException {
    boots++;
    items.values().removeIf(this::isVolatile);
    KERNEL.forEach((name, value) -> put(new KernelItem(name, value)));
    journal.clear();
    items.replaceAll((key, item) ->
        item instanceof UnitItem u ? new UnitItem(u.name(), u.enabled(), u.enabled()) : item);
    items.values().forEach(item -> journal.note(null, item));
    store();
  }

  /** Whether its packet filter keeps the card from a port of its engine. */
  public synchronized boolean cutsOff(int port) {
    return items.values().stream()
        .anyMatch(i -> i instanceof FirewallItem f && PacketFilter.cuts(f.rules(), port));
  }

  @Override
  public synchronized String bootId() {
    return "boot " + boots;
  }

  @Override
  public synchronized void check(DeviceItem wanted) throws IOException {
    switch (wanted) {
      case PackageItem p -> {
        String _ = PackageShelf.version(p.name(), p.version());
      }
      case AddressItem a -> needsInterface(a.device());
      case KernelItem k -> {
        if (!KERNEL.containsKey(k.name())) {
          throw new IOException("the kernel has no parameter " + k.name());
        }
      }
      case UserItem u -> {
        for (String group : u.groups()) {
          if (!GROUPS.contains(group)) {
            throw new IOException("there is no group '" + group + "'");
          }
        }
      }
      case FileItem _, RouteItem _, FirewallItem _, UnitItem _, AbsentItem _ -> {}
    }
  }

  private static void needsInterface(String name) throws IOException {
    if (!INTERFACES.contains(name)) {
      throw new IOException("there is no interface " + name + "; there are eth0, eth1, lo");
    }
  }

  @Override
  public synchronized DeviceItem look(String key) throws IOException {
    ItemKey parts = ItemKey.parse(key);
    if (parts.kind().equals("file")) {
      return file(parts.name());
    }
    DeviceItem item = items.get(key);
    return item == null ? new AbsentItem(key) : item;
  }

  private DeviceItem file(String path) throws IOException {
    String content = tree.read(path);
    if (content == null) {
      return new AbsentItem("file:" + path);
    }
    FileItem known = files.get(path);
    return new FileItem(
        path, content, known == null ? "0644" : known.mode(), known == null ? "" : known.owner());
  }

  @Override
  public synchronized void change(DeviceItem wanted) throws IOException {
    switch (wanted) {
      case FileItem f -> {
        tree.write(f.path(), f.content());
        files.put(f.path(), new FileItem(f.path(), "", f.mode(), f.owner()));
      }
      case PackageItem p -> install(p.name(), PackageShelf.version(p.name(), p.version()));
      case UnitItem u -> {
        journal.note(items.get(u.key()), u);
        if (!items.containsKey(u.key()) && (u.enabled() || u.running())) {
          throw new IOException(
              "there is no unit " + u.name() + "; it comes with its package: put that before it");
        }
        put(new UnitItem(u.name(), u.enabled(), u.running()));
      }
      case AbsentItem a -> remove(a.key());
      case AddressItem _, KernelItem _, UserItem _ -> {
        check(wanted);
        put(wanted);
      }
      case RouteItem _, FirewallItem _ -> put(wanted);
    }
    store();
  }

  @Override
  public synchronized void restart(String unit) throws IOException {
    if (!(items.get("unit:" + unit) instanceof UnitItem there) || !there.running()) {
      throw new IOException("there is no unit " + unit + " that runs");
    }
    UnitItem stopped = new UnitItem(unit, there.enabled(), false);
    journal.note(there, stopped);
    journal.note(stopped, there);
  }

  private void remove(String key) throws IOException {
    ItemKey parts = ItemKey.parse(key);
    switch (parts.kind()) {
      case "file" -> {
        tree.delete(parts.name());
        files.remove(parts.name());
      }
      case "package" -> {
        items.remove(key);
        PackageShelf.units(parts.name()).forEach(unit -> items.remove(unit.key()));
      }
      case "unit" ->
          items.computeIfPresent(key, (k, unit) -> new UnitItem(parts.name(), false, false));
      case "kernel" -> throw new IOException("a parameter of the kernel cannot be removed");
      case "user" -> {
        if (parts.name().equals("root")) {
          throw new IOException("root cannot be removed");
        }
        items.remove(key);
      }
      default -> items.remove(key);
    }
  }

  @Override
  public synchronized List<PackageItem> packages() {
    List<PackageItem> all = new ArrayList<>();
    for (DeviceItem item : items.values()) {
      if (item instanceof PackageItem p) {
        all.add(p);
      }
    }
    return all;
  }

  @Override
  public synchronized List<Inventory.Unit> units() {
    List<Inventory.Unit> all = new ArrayList<>();
    for (DeviceItem item : items.values()) {
      if (item instanceof UnitItem u) {
        all.add(
            new Inventory.Unit(
                u.name() + ".service", u.enabled(), u.running() ? "running" : "dead"));
      }
    }
    return all;
  }

  @Override
  public String kernel() {
    return "6.1.0-sim";
  }

  @Override
  public synchronized List<LogLine> journal(String unit, long sinceMicros, int lines)
      throws IOException {
    String name = unit.replaceAll("\\.service$", "");
    if (!items.containsKey("unit:" + name)) {
      throw new IOException("there is no unit " + unit);
    }
    return journal.read(name, sinceMicros, lines);
  }

  /**
   * A technician's hand changes a file; its mode and owner stay.
   *
   * @param content null to delete it
   * @throws IllegalArgumentException when it is no path
   */
  public synchronized void edit(String path, @Nullable String content) throws IOException {
    check(path);
    if (content == null) {
      if (tree.read(path) == null) {
        throw new IOException("there is no " + path);
      }
      tree.delete(path);
      files.remove(path);
    } else {
      tree.write(path, content);
    }
    store();
  }

  private static void check(String path) throws IOException {
    ItemRules.checkKey("file:" + path);
  }

  /** A technician's hand starts, stops, enables or disables a unit. */
  public synchronized void unit(String name, String verb) throws IOException {
    if (!(items.get("unit:" + name) instanceof UnitItem unit)) {
      throw new IOException("there is no unit " + name + " on this card");
    }
    boolean enabled = verb.equals("enable") || (unit.enabled() && !verb.equals("disable"));
    boolean running = verb.equals("start") || (unit.running() && !verb.equals("stop"));
    journal.note(unit, new UnitItem(name, enabled, running));
    put(new UnitItem(name, enabled, running));
    store();
  }
}
