package io.cade.engine.app;

import io.cade.agent.config.ConfigProblems;
import java.nio.file.Path;
import org.apache.commons.daemon.Daemon;
import org.apache.commons.daemon.DaemonContext;
import org.apache.commons.daemon.DaemonInitException;
import org.jspecify.annotations.Nullable;

/**
 * The engine as a daemon under jsvc: {@code --config FILE} as its argument. {@code init} reads the
 * configuration, {@code start} returns when the engine is ready.
 */
public final class EngineDaemon implements Daemon {
  private @Nullable Path file;
  private @Nullable EngineConfig config;
  private @Nullable Engine engine;

  @Override
  public void init(DaemonContext context) throws DaemonInitException {
    try {
      Path named = configFile(context.getArguments());
      config = EngineConfig.read(named);
      file = named;
    } catch (ConfigProblems | IllegalArgumentException e) {
      throw new DaemonInitException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * The file named by the arguments.
   *
   * @throws IllegalArgumentException when they are anything but {@code --config FILE}
   */
  static Path configFile(String[] arguments) {
    if (arguments.length != 2 || !arguments[0].equals("--config")) {
      throw new IllegalArgumentException("arguments: --config FILE");
    }
    return Path.of(arguments[1]);
  }

  @Override
  public void start() throws Exception {
    EngineConfig ready = config;
    if (ready == null) {
      throw new IllegalStateException("init comes before start");
    }
    engine = Engine.start(ready, file);
  }

  @Override
  public void stop() throws Exception {
    Engine running = engine;
    engine = null;
    if (running != null) {
      running.close();
    }
  }

  @Override
  public void destroy() {
    config = null;
  }
}
