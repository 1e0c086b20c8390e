package io.cade.engine.app;

import io.cade.agent.config.ConfigProblems;
import io.cade.engine.guard.GuardProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * {@code cade guard --config FILE [--exit-on-stdin-eof]}: the engine under its guard, until it is
 * told to end (SPEC U3). Exit codes: 0 done, 1 failed, 2 usage or configuration, 5 the state
 * directory is in use.
 */
public final class GuardMain {
  private static final String USAGE = "usage: cade guard --config FILE [--exit-on-stdin-eof]";
  private static final long END_SECONDS = 40;

  private GuardMain() {}

  public static void main(String[] args) {
    int code = run(args);
    System.err.flush();
    // Not exit(): when a signal is ending the process already, that would wait for itself.
    Runtime.getRuntime().halt(code);
  }

  private static int run(String[] args) {
    Path file = null;
    boolean watchInput = false;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--config" -> {
          if (++i == args.length) {
            return fail(2, "--config needs a file; " + USAGE);
          }
          file = Path.of(args[i]);
        }
        case "--exit-on-stdin-eof" -> watchInput = true;
        case "--help", "-h" -> {
          System.out.println(USAGE);
          return 0;
        }
        default -> {
          return fail(2, "unknown argument '" + args[i] + "'; " + USAGE);
        }
      }
    }
    if (file == null) {
      return fail(2, USAGE);
    }
    String home = System.getProperty("cade.home", "");
    if (home.isEmpty()) {
      return fail(2, "is started by the launcher: ./cade guard --config FILE");
    }
    try {
      EngineConfig config = EngineConfig.read(file);
      CountDownLatch end = new CountDownLatch(1);
      CountDownLatch ended = new CountDownLatch(1);
      endOnSignal(end, ended);
      if (watchInput) {
        Thread.ofPlatform().name("stdin").daemon().start(() -> EngineMain.awaitEndOfInput(end));
      }
      try {
        return GuardProgram.run(
            new GuardProgram.Setting(
                config.stateDirectory(),
                file.toAbsolutePath(),
                config.listenAddress(),
                config.ports().admin(),
                config.ports().gateway(),
                Path.of(home),
                Version.current(),
                System.getProperty("java.home", "")),
            end,
            line -> System.err.println("cade guard: " + line));
      } finally {
        ended.countDown();
      }
    } catch (ConfigProblems e) {
      return fail(2, String.join("\ncade guard: ", e.problems()));
    } catch (IOException e) {
      return fail(1, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private static void endOnSignal(CountDownLatch end, CountDownLatch ended) {
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("end")
                .unstarted(() -> {
                  end.countDown();
                  try {
                    var _ = ended.await(END_SECONDS, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
  }

  private static int fail(int code, String message) {
    System.err.println("cade guard: " + message);
    return code;
  }
}
