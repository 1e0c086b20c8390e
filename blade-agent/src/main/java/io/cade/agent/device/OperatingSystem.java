package io.cade.agent.device;

import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogLine;
import java.io.IOException;
import java.util.List;

/**
 * A card's operating system, seen as things that can be looked at and changed (SPEC R2). Seam: a
 * real system ({@code io.cade.agent.debian}) or a simulated one. Each call is one thing, takes as
 * long as the system needs for it, and is bounded by the plug-in. Items have passed {@link
 * ItemRules} before they come here. Called by one thread at a time.
 */
public interface OperatingSystem {
  /**
   * Whether this system could be made so, as far as can be told without changing anything.
   *
   * @throws IOException when not; the message is for an operator
   */
  void check(DeviceItem wanted) throws IOException, InterruptedException;

  /**
   * What is there now. Passing the result to {@link #change} later makes it so again.
   *
   * @param key as of {@link DeviceItem#key()}
   * @return an item with that key, {@link DeviceItem.AbsentItem} when there is nothing
   * @throws NoItemException when something is there that no item describes
   * @throws IOException when it cannot be told
   */
  DeviceItem look(String key) throws IOException, InterruptedException;

  /**
   * Makes one thing so; harmless when it is so already. A single file, table or value is replaced
   * as a whole or not at all.
   *
   * @throws IOException when that fails; the message is for an operator
   */
  void change(DeviceItem wanted) throws IOException, InterruptedException;

  /**
   * Stops and starts a unit that runs, so that it reads its files anew.
   *
   * @param unit its name
   * @throws IOException when that fails; the message is for an operator
   */
  void restart(String unit) throws IOException, InterruptedException;

  /** Another one after each start of the system: then it has forgotten what is volatile. */
  String bootId() throws IOException;

  /**
   * Whether a start of the system forgets it, so that the agent has to make it so again. Deliberate
   * for what may cut the device off: after a reboot nothing of it is there before the agent is.
   */
  default boolean isVolatile(DeviceItem item) {
    return switch (item) {
      case DeviceItem.KernelItem _,
          DeviceItem.AddressItem _,
          DeviceItem.RouteItem _,
          DeviceItem.FirewallItem _ ->
          true;
      case DeviceItem.PackageItem _,
          DeviceItem.UserItem _,
          DeviceItem.FileItem _,
          DeviceItem.UnitItem _,
          DeviceItem.AbsentItem _ ->
          false;
    };
  }

  /** Inventory: all packages with their versions, by name. */
  List<DeviceItem.PackageItem> packages() throws IOException, InterruptedException;

  /** Inventory: the units that it knows, by name. Like {@link #journal}, for any thread. */
  default List<Inventory.Unit> units() throws IOException, InterruptedException {
    return List.of();
  }

  /** Release of the kernel that runs. */
  default String kernel() {
    return System.getProperty("os.version", "");
  }

  /**
   * The newest entries of a unit's journal, oldest first.
   *
   * @param unit its name, as of {@link io.cade.agent.wire.LogSource}
   * @param sinceMicros only later ones, microseconds since 1970; 0 for all
   * @param lines at most
   * @throws IOException when there is no such unit, or no journal
   */
  default List<LogLine> journal(String unit, long sinceMicros, int lines)
      throws IOException, InterruptedException {
    throw new IOException("this card's system keeps no journal");
  }
}
