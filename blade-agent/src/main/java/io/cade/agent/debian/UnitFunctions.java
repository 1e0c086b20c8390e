package io.cade.agent.debian;

import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.DeviceItem.UnitItem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Units of systemd, by systemctl(1). Below another root there is nothing that could run them. */
final class UnitFunctions implements ItemFunctions<UnitItem> {
  private static final Set<String> RUNNING = Set.of("active", "activating", "reloading");
  private static final Set<String> KNOWN =
      Set.of(
          "enabled",
          "enabled-runtime",
          "disabled",
          "static",
          "indirect",
          "alias",
          "generated",
          "masked",
          "linked");

  private final boolean live;
  private final Path root;
  private final Programs programs;

  UnitFunctions(Path root, boolean live, Programs programs) {
    this.root = root;
    this.live = live;
    this.programs = programs;
  }

  private static String full(String name) {
    return name.matches(".*\\.(service|socket|timer|path|target|mount)") ? name : name + ".service";
  }

  @Override
  public void check(UnitItem wanted) throws IOException {
    if (wanted.running() && !live) {
      throw new IOException("nothing runs units below " + root);
    }
  }

  @Override
  public DeviceItem look(String name) throws IOException, InterruptedException {
    AbsentItem absent = new AbsentItem("unit:" + name);
    if (!live) {
      Programs.Said said = programs.look("systemctl", "--root=" + root, "is-enabled", full(name));
      String state = said.text().strip();
      return KNOWN.contains(state)
          ? new UnitItem(name, state.startsWith("enabled"), false)
          : absent;
    }
    String told =
        programs.must(
            List.of(
                "systemctl", "show", "--property=LoadState,UnitFileState,ActiveState", full(name)),
            "",
            Programs.SHORT);
    Map<String, String> properties = new HashMap<>();
    told.lines()
        .filter(line -> line.indexOf('=') > 0)
        .forEach(line ->
            properties.put(
                line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
    boolean running = RUNNING.contains(properties.getOrDefault("ActiveState", ""));
    if (properties.getOrDefault("LoadState", "not-found").equals("not-found") && !running) {
      return absent;
    }
    return new UnitItem(
        name, properties.getOrDefault("UnitFileState", "").startsWith("enabled"), running);
  }

  @Override
  public void change(UnitItem wanted) throws IOException, InterruptedException {
    if (live) {
      // Its file may have been changed just before.
      systemctl("daemon-reload");
    }
    UnitItem now =
        look(wanted.name()) instanceof UnitItem unit
            ? unit
            : new UnitItem(wanted.name(), false, false);
    String unit = full(wanted.name());
    if (!wanted.running() && now.running()) {
      systemctl("stop", unit);
    }
    if (wanted.enabled() != now.enabled()) {
      systemctl(wanted.enabled() ? "enable" : "disable", unit);
    }
    if (wanted.running() && !now.running()) {
      systemctl("start", unit);
    }
  }

  /** As {@link io.cade.agent.device.OperatingSystem#restart}. */
  void restart(String name) throws IOException, InterruptedException {
    if (!live) {
      throw new IOException("nothing runs units below " + root);
    }
    if (!(look(name) instanceof UnitItem unit && unit.running())) {
      // systemctl would start it, which nobody asked for.
      throw new IOException(name + " does not run");
    }
    // Its file may be among those that were changed.
    systemctl("daemon-reload");
    systemctl("restart", full(name));
  }

  private void systemctl(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("systemctl"));
    if (!live) {
      command.add("--root=" + root);
    }
    command.addAll(List.of(words));
    String _ = programs.must(command, "", Programs.LONG);
  }

  /** A unit's file belongs to its package: being absent means neither enabled nor running. */
  @Override
  public void remove(String name) throws IOException, InterruptedException {
    if (look(name) instanceof UnitItem) {
      change(new UnitItem(name, false, false));
    }
  }
}
