package io.cade.sim.demo;

import io.cade.sim.control.StateLocation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * {@code cade demo}: a whole cabinet on this machine. Exit codes: 0 ended by the operator, 1
 * failed, 2 usage, 5 another demonstration uses the state directory.
 */
public final class DemoMain {
  private static final Duration LEFTOVER_TIME = Duration.ofSeconds(20);

  private DemoMain() {}

  public static void main(String[] args) {
    long began = System.nanoTime();
    int code = run(args, began);
    System.out.flush();
    // Not exit(): when a signal is ending the process already, that would wait for itself.
    Runtime.getRuntime().halt(code);
  }

  private static int run(String[] args, long began) {
    if (List.of(args).contains("--help") || List.of(args).contains("-h")) {
      System.out.println(DemoOptions.USAGE);
      return 0;
    }
    Path standard = StateLocation.standard(System::getenv, System::getProperty);
    try {
      DemoOptions options = DemoOptions.parse(args, standard);
      try (DemoDirectory directory = DemoDirectory.inspect(options.state())) {
        PortPlan ports = new PortPlan(options.portOffset());
        requireFree(options, ports);
        directory.take();
        return new Demo(options, ports, standard, began).run();
      }
    } catch (DemoFailure e) {
      System.err.println("cade demo: " + e.getMessage());
      return e.exitCode();
    } catch (IOException e) {
      System.err.println("cade demo: " + e.getMessage());
      return DemoFailure.FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return DemoFailure.FAILED;
    }
  }

  private static void requireFree(DemoOptions options, PortPlan ports)
      throws DemoFailure, InterruptedException {
    var endpoints = ports.endpoints(options.chassis(), options.cards(), options.balancers());
    Optional<PortPlan.Endpoint> taken = PortPlan.firstInUse(endpoints);
    if (taken.isPresent()) {
      List<ProcessHandle> leftovers = Leftovers.of(options.state());
      if (!leftovers.isEmpty()) {
        System.out.println("waiting for processes of an earlier demo to end");
        long deadline = System.nanoTime() + LEFTOVER_TIME.toNanos();
        while (leftovers.stream().anyMatch(ProcessHandle::isAlive)
            && System.nanoTime() < deadline) {
          TimeUnit.MILLISECONDS.sleep(100);
        }
        taken = PortPlan.firstInUse(endpoints);
      }
    }
    if (taken.isPresent()) {
      throw new DemoFailure(
          DemoFailure.FAILED,
          taken.get()
              + " is in use by another program; use --port-offset N to shift all ports, or stop"
              + " that program");
    }
  }
}
