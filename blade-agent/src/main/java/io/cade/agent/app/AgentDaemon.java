package io.cade.agent.app;

import io.cade.agent.run.Agent;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.commons.daemon.Daemon;
import org.apache.commons.daemon.DaemonContext;
import org.apache.commons.daemon.DaemonController;
import org.apache.commons.daemon.DaemonInitException;
import org.jspecify.annotations.Nullable;

/**
 * The agent under jsvc or another starter of Commons Daemon; arguments {@code --config FILE}. Its
 * methods are called by the starter, one after the other.
 */
public final class AgentDaemon implements Daemon {
  private @Nullable Path file;
  private @Nullable Agent agent;
  private @Nullable DaemonController controller;

  @Override
  public void init(DaemonContext context) throws DaemonInitException {
    controller = context.getController();
    try {
      file = Arguments.configFile(context.getArguments());
    } catch (IllegalArgumentException e) {
      throw new DaemonInitException(e.getMessage(), e);
    }
  }

  @Override
  public void start() throws IOException, InterruptedException {
    if (file == null) {
      throw new IllegalStateException("started before it was initialised");
    }
    Agent started = AgentProgram.start(AgentFile.read(file));
    agent = started;
    Thread.ofVirtual().name("agent-failure").start(() -> tellFailure(started));
  }

  /** The starter ends the process then, with a code that is not that of an end in order. */
  private void tellFailure(Agent of) {
    try {
      of.awaitFailure();
      if (controller != null) {
        controller.fail("the agent stopped by a failure of its own, which its log tells");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void stop() {
    if (agent != null) {
      agent.close();
      agent = null;
    }
  }

  @Override
  public void destroy() {
    stop();
  }
}
