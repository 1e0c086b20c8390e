package io.cade.engine.app;

import io.cade.agent.config.ConfigProblems;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * {@code cade engine --config FILE [--exit-on-stdin-eof]}: the engine in the foreground, until it
 * is told to end. Prints one line when it is ready. Exit codes: 0 done, 1 failed, 2 usage or
 * configuration, 5 another engine uses the state directory, 10 handed over to its guard.
 */
public final class EngineMain {
  private static final String USAGE = "usage: cade engine --config FILE [--exit-on-stdin-eof]";

  /** A release waits for the guard. */
  private static final int HANDED_OVER = 10;

  private EngineMain() {}

  public static void main(String[] args) {
    long begun = System.nanoTime();
    Path file = null;
    boolean watchInput = false;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--config" -> {
          if (++i == args.length) {
            fail(2, "--config needs a file; " + USAGE);
          }
          file = Path.of(args[i]);
        }
        case "--exit-on-stdin-eof" -> watchInput = true;
        case "--help", "-h" -> {
          System.out.println(USAGE);
          System.exit(0);
        }
        default -> fail(2, "unknown argument '" + args[i] + "'; " + USAGE);
      }
    }
    if (file == null) {
      fail(2, USAGE);
      return;
    }
    try {
      run(EngineConfig.read(file), file, watchInput, begun);
    } catch (ConfigProblems e) {
      // A line each: an editor goes to file:line, and a terminal does not fold them into a block.
      fail(2, String.join("\ncade engine: ", e.problems()));
    } catch (StateDirectory.InUse e) {
      fail(5, e.getMessage());
    } catch (Exception | LinkageError e) {
      // A jar that is missing or torn must end the process too: others of its threads live on.
      fail(1, e instanceof IOException ? e.getMessage() : String.valueOf(e));
    }
  }

  private static void run(EngineConfig config, Path file, boolean watchInput, long begun)
      throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Engine engine = Engine.start(config, file);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("end")
                .unstarted(() -> {
                  end.countDown();
                  try {
                    ended.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
    var _ = engine.handedOver().thenRun(end::countDown);
    if (watchInput) {
      Thread.ofPlatform().name("stdin").daemon().start(() -> awaitEndOfInput(end));
    }
    System.out.printf(
        "READY engine in %.2f s: API https://%s:%d, SNMP %d/udp%n",
        (System.nanoTime() - begun) / 1e9,
        config.listenAddress().getHostAddress(),
        config.ports().admin(),
        config.ports().snmp());
    end.await();
    try {
      engine.close();
    } finally {
      ended.countDown();
    }
    if (engine.handedOver().isDone()) {
      System.exit(HANDED_OVER);
    }
  }

  static void awaitEndOfInput(CountDownLatch end) {
    try {
      while (System.in.read() >= 0) {
        // Whatever is typed means nothing.
      }
    } catch (IOException e) {
      // No input any more is what we wait for.
    }
    end.countDown();
  }

  private static void fail(int code, @Nullable String message) {
    System.err.println("cade engine: " + message);
    System.exit(code);
  }
}
