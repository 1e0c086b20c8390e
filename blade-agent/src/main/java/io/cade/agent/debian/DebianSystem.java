package io.cade.agent.debian;

import io.cade.agent.device.ItemKey;
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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Debian and what is made of it: dpkg and apt, systemd, passwd's tools, nftables, iproute2, and the
 * kernel's {@code /proc/sys}. Wants to be root. Called by one thread at a time, but for what only
 * tells of it: inventory and journals.
 */
public final class DebianSystem implements OperatingSystem {
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private final Path own;
  private final FileFunctions files;
  private final PackageFunctions packages;
  private final UnitFunctions units;
  private final JournalFunctions journal;
  private final UserFunctions users;
  private final KernelFunctions kernel;
  private final ItemFunctions<AddressItem> addresses;
  private final ItemFunctions<RouteItem> routes;
  private final FirewallFunctions firewall;

  /**
   * This machine.
   *
   * @param own the agent's directory, in which no model may change anything
   */
  public static DebianSystem ofThisMachine(Path own) {
    return running(Path.of("/"), own.toAbsolutePath().normalize(), List.of());
  }

  /**
   * A Debian that runs in namespaces of its own beside this machine, as a container does.
   *
   * @param root of its file system as seen from here, like {@code /proc/PID/root}
   * @param enter words put before all programs, like {@code nsenter -t PID -a}
   */
  public static DebianSystem running(Path root, Path own, List<String> enter) {
    OsPrograms programs = new OsPrograms(enter);
    return new DebianSystem(root, own, true, programs, programs);
  }

  /**
   * A Debian below another root, which nothing runs from: an image that is being made, or a scratch
   * root of a test. Units are enabled there but not started; packages come from its archives.
   *
   * @param network words put before the programs that address network and packet filter, like
   *     {@code ip netns exec NAME}
   */
  public static DebianSystem below(Path root, Path own, List<String> network) {
    return new DebianSystem(
        root.toAbsolutePath().normalize(),
        own,
        false,
        new OsPrograms(List.of()),
        new OsPrograms(network));
  }

  /**
   * @param root of the file system that is managed
   * @param own no model may change anything in there
   * @param live whether it runs; if not, nothing can be started there
   * @param network runs the programs that address network and packet filter
   */
  private DebianSystem(Path root, Path own, boolean live, Programs programs, Programs network) {
    this.own = own;
    Accounts accounts = new Accounts(root);
    files = new FileFunctions(root, accounts);
    packages = new PackageFunctions(root, live, programs, System::nanoTime);
    units = new UnitFunctions(root, live, programs);
    journal = new JournalFunctions(live, programs);
    users =
        new UserFunctions(
            live ? List.of() : List.of("--prefix", root.toString()), programs, accounts, files);
    kernel = new KernelFunctions(root.resolve("proc/sys"));
    NetworkFunctions net = new NetworkFunctions(network);
    addresses = net.addresses();
    routes = net.routes();
    firewall = new FirewallFunctions(network);
  }

  @Override
  public void check(DeviceItem wanted) throws IOException, InterruptedException {
    switch (wanted) {
      case PackageItem p -> packages.check(p);
      case UserItem u -> users.check(u);
      case FileItem f -> {
        notOwn(f.path());
        files.check(f);
      }
      case KernelItem k -> kernel.check(k);
      case AddressItem a -> addresses.check(a);
      case RouteItem r -> routes.check(r);
      case FirewallItem f -> firewall.check(f);
      case UnitItem u -> units.check(u);
      case AbsentItem a -> {
        if (a.key().startsWith("file:")) {
          notOwn(ItemKey.parse(a.key()).name());
        }
      }
    }
  }

  private void notOwn(String path) throws IOException {
    if (Path.of(path).startsWith(own)) {
      throw new IOException(own + " is the agent's own");
    }
  }

  private ItemFunctions<?> functions(String kind) throws IOException {
    return switch (kind) {
      case "package" -> packages;
      case "user" -> users;
      case "file" -> files;
      case "kernel" -> kernel;
      case "address" -> addresses;
      case "route" -> routes;
      case "firewall" -> firewall;
      case "unit" -> units;
      default -> throw new IOException("'" + kind + "' is no kind of thing on Debian");
    };
  }

  @Override
  public DeviceItem look(String key) throws IOException, InterruptedException {
    ItemKey parts = ItemKey.parse(key);
    if (parts.kind().equals("file")) {
      notOwn(parts.name());
    }
    return functions(parts.kind()).look(parts.name());
  }

  @Override
  public void change(DeviceItem wanted) throws IOException, InterruptedException {
    switch (wanted) {
      case PackageItem p -> packages.change(p);
      case UserItem u -> users.change(u);
      case FileItem f -> files.change(f);
      case KernelItem k -> kernel.change(k);
      case AddressItem a -> addresses.change(a);
      case RouteItem r -> routes.change(r);
      case FirewallItem f -> firewall.change(f);
      case UnitItem u -> units.change(u);
      case AbsentItem a -> {
        ItemKey key = ItemKey.parse(a.key());
        functions(key.kind()).remove(key.name());
      }
    }
  }

  @Override
  public void restart(String unit) throws IOException, InterruptedException {
    units.restart(unit);
  }

  @Override
  public String bootId() throws IOException {
    return Files.readString(BOOT_ID).strip();
  }

  @Override
  public List<PackageItem> packages() throws IOException, InterruptedException {
    return packages.all();
  }

  @Override
  public List<Inventory.Unit> units() throws IOException, InterruptedException {
    return journal.units();
  }

  @Override
  public List<LogLine> journal(String unit, long sinceMicros, int lines)
      throws IOException, InterruptedException {
    return journal.journal(unit, sinceMicros, lines);
  }
}
