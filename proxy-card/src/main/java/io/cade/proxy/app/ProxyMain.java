package io.cade.proxy.app;

import io.cade.agent.config.ConfigProblems;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The program {@code cade proxy}: {@code --config FILE [--exit-on-stdin-eof]}. Prints one line
 * {@code READY …} when it listens. A termination signal drains and ends it with 0. Exit codes: 0
 * done, 1 failed, 2 usage or configuration.
 */
public final class ProxyMain {
  private static final String USAGE = "usage: ./cade proxy --config FILE [--exit-on-stdin-eof]";
  private static final long STOP_SECONDS = 15;

  private ProxyMain() {}

  /** Runs until it is told to end. */
  public static void main(String[] args) {
    int code = run(args, System.in, System.out, System.err, EngineConnectors.real());
    System.out.flush();
    // Not exit(): when a signal is ending the process already, that would wait for itself.
    Runtime.getRuntime().halt(code);
  }

  static int run(
      String[] args, InputStream in, PrintStream out, PrintStream err, EngineConnector connector) {
    if (args.length == 1 && (args[0].equals("--help") || args[0].equals("-h"))) {
      out.println(USAGE);
      return 0;
    }
    Arguments arguments = Arguments.parse(args);
    if (arguments.problem() != null || arguments.config() == null) {
      String problem = arguments.problem() != null ? arguments.problem() : "--config is missing";
      err.println("cade proxy: " + problem + "; " + USAGE);
      return 2;
    }
    ProxyConfig config;
    try {
      config = ProxyConfig.read(arguments.config());
    } catch (ConfigProblems e) {
      err.println("cade proxy: " + e.getMessage());
      return 2;
    }
    CountDownLatch end = new CountDownLatch(1);
    Thread onSignal =
        Thread.ofPlatform()
            .name("on-signal")
            .unstarted(() -> {
              end.countDown();
              waitForHalt();
            });
    Runtime.getRuntime().addShutdownHook(onSignal);
    try {
      Server server = new Server(config, connector, InstantSource.system(), new SecureRandom());
      out.println(server.start());
      out.flush();
      if (arguments.exitOnEnd()) {
        Thread.ofPlatform().name("stdin").daemon().start(() -> watch(in, end));
      }
      end.await();
      server.stop();
      return 0;
    } catch (StartException e) {
      err.println(e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    } finally {
      removeHook(onSignal);
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // it is running: a signal came
    }
  }

  /** The process ends when this returns, with the signal's code: so not before it is halted. */
  private static void waitForHalt() {
    try {
      TimeUnit.SECONDS.sleep(STOP_SECONDS);
      System.err.println("not stopped within " + STOP_SECONDS + " s, ending all the same");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void watch(InputStream in, CountDownLatch end) {
    try {
      while (in.read() >= 0) {
        // whatever is written there, only its end counts
      }
    } catch (IOException e) {
      // an end, too
    }
    end.countDown();
  }

  /** The command line. */
  private record Arguments(@Nullable Path config, boolean exitOnEnd, @Nullable String problem) {
    static Arguments parse(String[] args) {
      Path config = null;
      boolean exitOnEnd = false;
      for (int i = 0; i < args.length; i++) {
        if (args[i].equals("--config") && i + 1 < args.length) {
          config = Path.of(args[++i]);
        } else if (args[i].equals("--exit-on-stdin-eof")) {
          exitOnEnd = true;
        } else {
          return new Arguments(null, false, "unknown or incomplete option: " + args[i]);
        }
      }
      return new Arguments(config, exitOnEnd, null);
    }
  }
}
