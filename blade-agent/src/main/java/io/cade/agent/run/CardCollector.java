package io.cade.agent.run;

import io.cade.agent.core.AgentEvent;
import io.cade.agent.device.OperatingSystem;
import io.cade.agent.logs.LogStore;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.DeviceItem.PackageItem;
import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogSource;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a card tells beyond its reports: its logs and the inventory of its software (SPEC A9, R5).
 * Thread-safe.
 */
final class CardCollector {
  /** Of an inventory's names and versions; an upload holds more. */
  private static final int MAX_CHARACTERS = 512 << 10;

  private static final String NO_SYSTEM = "this card's agent has no access to its system";

  private final AgentEnvironment env;
  private final EngineExchanges engine;
  private final LogStore store;
  private final LogShipper shipper;

  CardCollector(
      AgentEnvironment env, EngineExchanges engine, java.util.function.BooleanSupplier online) {
    this.env = env;
    this.engine = engine;
    this.store =
        new LogStore(
            env.directory(), env.platform().clock(), System::nanoTime, env.platform().random());
    OperatingSystem system = env.system();
    this.shipper =
        new LogShipper(
            store,
            engine::upload,
            system == null ? LogShipper.none(NO_SYSTEM) : system::journal,
            online,
            LogShipper.INTERVAL,
            System::nanoTime);
  }

  LogShipper shipper() {
    return shipper;
  }

  /** Takes a line of the agent itself. */
  void say(String line) {
    store.write(LogSource.AGENT, line);
  }

  /** Where the lines of a service go. */
  java.util.function.Consumer<String> outputOf(String service) {
    if (!LogSource.isSource("service:" + service)) {
      // Refused with its name when it is started.
      return _ -> {};
    }
    String source = LogSource.service(service);
    return line -> store.write(source, line);
  }

  /** Carries a command out; its result says how much the engine got. */
  AgentEvent carryOut(Command.Collect command) throws InterruptedException {
    try {
      String detail =
          switch (command) {
            case Command.ReadLogs read -> logs(read);
            case Command.ReadInventory _ -> inventory();
          };
      return new AgentEvent.DeviceDone(new CommandResult(command.id(), true, detail));
    } catch (IOException | RuntimeException | Error e) {
      String cause = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      return new AgentEvent.DeviceDone(
          new CommandResult(
              command.id(), false, cause.substring(0, Math.min(cause.length(), 1_000))));
    }
  }

  private String logs(Command.ReadLogs read) throws IOException, InterruptedException {
    Duration follow = Duration.ofSeconds(read.followSeconds());
    String unit = LogSource.unitOf(read.source());
    if (unit.isEmpty()) {
      int lines = shipper.ship();
      if (!follow.isZero()) {
        shipper.follow("", 0, follow);
      }
      return lines + " new lines";
    }
    long since =
        read.sinceSeconds() == 0
            ? 0
            : (env.platform().clock().millis() - read.sinceSeconds() * 1_000) * 1_000;
    LogShipper.Found found = shipper.shipUnit(unit, Math.max(0, since), read.lines());
    if (!follow.isZero()) {
      shipper.follow(unit, found.last(), follow);
    }
    return found.lines() + " lines of unit " + unit;
  }

  private String inventory() throws IOException, InterruptedException {
    OperatingSystem system = env.system();
    if (system == null) {
      throw new IOException(NO_SYSTEM + ": its agent's file says system none");
    }
    List<Inventory.InstalledPackage> packages = new ArrayList<>();
    List<Inventory.Unit> units = new ArrayList<>();
    int left = MAX_CHARACTERS;
    int more = 0;
    for (PackageItem each : system.packages()) {
      left -= each.name().length() + each.version().length();
      if (left < 0 || packages.size() == Inventory.MAX_PACKAGES) {
        more++;
      } else {
        packages.add(new Inventory.InstalledPackage(each.name(), each.version()));
      }
    }
    @Nullable String problem = null;
    try {
      for (Inventory.Unit each : system.units()) {
        left -= each.name().length() + each.state().length();
        if (left < 0 || units.size() == Inventory.MAX_UNITS) {
          more++;
        } else {
          units.add(each);
        }
      }
    } catch (IOException e) {
      problem = "units cannot be told: " + e.getMessage();
    }
    Instant now = env.platform().clock().instant();
    engine.upload(now, system.kernel(), packages, units, more, problem == null ? "" : problem);
    return packages.size() + " packages, " + units.size() + " units";
  }
}
