package io.cade.proxy.app;

import io.cade.agent.config.ConfigProblems;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.apache.commons.daemon.Daemon;
import org.apache.commons.daemon.DaemonContext;
import org.apache.commons.daemon.DaemonInitException;
import org.jspecify.annotations.Nullable;

/**
 * The proxy or balancer under Apache Commons Daemon (jsvc): arguments {@code --config FILE}. jsvc
 * calls the methods one after the other from its own thread.
 */
public final class ProxyDaemon implements Daemon {
  private @Nullable ProxyConfig config;
  private @Nullable Server server;

  /** For jsvc. */
  public ProxyDaemon() {}

  @Override
  public void init(DaemonContext context) throws DaemonInitException {
    String[] args = context.getArguments();
    if (args == null || args.length != 2 || !args[0].equals("--config")) {
      throw new DaemonInitException("usage: --config FILE");
    }
    try {
      config = ProxyConfig.read(java.nio.file.Path.of(args[1]));
    } catch (ConfigProblems e) {
      throw new DaemonInitException(e.getMessage());
    }
  }

  @Override
  public void start() throws StartException, InterruptedException {
    ProxyConfig read = config;
    if (read == null) {
      throw new IllegalStateException("start before init");
    }
    Server started =
        new Server(read, EngineConnectors.real(), InstantSource.system(), new SecureRandom());
    System.out.println(started.start());
    server = started;
  }

  @Override
  public void stop() throws InterruptedException {
    Server running = server;
    server = null;
    if (running != null) {
      running.stop();
    }
  }

  @Override
  public void destroy() {
    config = null;
  }
}
