package io.cade.agent.app;

import com.pi4j.context.Context;
import io.cade.agent.hw.BusScan;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code agent --bus-scan [--bus N]}: what is on the I²C buses of this machine. Exit codes are
 * those of all commands: 0 chips were found, 1 none were, or there is no bus or no right to use it.
 */
final class BusScanCommand {
  private static final int FAILED = 1;

  private BusScanCommand() {}

  /**
   * @param only the bus to look at; null for all
   * @param devices where the kernel has its devices, {@code /dev}
   */
  static int run(
      @Nullable Integer only,
      Path devices,
      Supplier<Context> contexts,
      PrintStream out,
      PrintStream err) {
    List<Integer> buses;
    try {
      buses = only == null ? buses(devices) : List.of(only);
    } catch (IOException e) {
      err.println("cade agent: cannot list " + devices + ": " + e.getMessage());
      return FAILED;
    }
    if (buses.isEmpty()) {
      err.println(
          "cade agent: this machine has no I²C bus: there is no "
              + devices.resolve("i2c-*")
              + "; load the module i2c-dev and the adapter's driver (modprobe i2c-dev)");
      return FAILED;
    }
    int found = 0;
    boolean usable = false;
    try (Closing context = new Closing(contexts.get())) {
      for (int bus : buses) {
        Path device = devices.resolve("i2c-" + bus);
        if (!Files.exists(device)) {
          err.println(
              "cade agent: there is no " + device + "; without --bus all buses are looked at");
          continue;
        }
        if (!Files.isReadable(device) || !Files.isWritable(device)) {
          err.println(
              "cade agent: no right to use "
                  + device
                  + ": run as root or as a member of the group i2c");
          continue;
        }
        usable = true;
        out.printf("bus %d%n", bus);
        for (BusScan.Found chip : new BusScan(context.context(), bus).run()) {
          out.printf("  0x%02x  %-26s %s%n", chip.address(), chip.chip(), chip.value());
          found++;
        }
      }
    }
    if (!usable) {
      return FAILED;
    }
    out.printf("%d chips%n", found);
    return found > 0 ? 0 : FAILED;
  }

  private record Closing(Context context) implements AutoCloseable {
    @Override
    public void close() {
      context.shutdown();
    }
  }

  private static List<Integer> buses(Path devices) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(devices, "i2c-*")) {
      for (Path device : all) {
        String number = String.valueOf(device.getFileName()).substring("i2c-".length());
        if (number.matches("\\d{1,5}")) {
          numbers.add(Integer.parseInt(number));
        }
      }
    }
    numbers.sort(Comparator.naturalOrder());
    return numbers;
  }
}
