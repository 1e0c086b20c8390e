package io.cade.agent.app;

import io.cade.agent.run.Agent;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * {@code agent --config FILE}: runs until it is told to end (TERM). Exit codes: 0 ended in order, 1
 * failed, 2 usage.
 */
public final class AgentMain {
  private AgentMain() {}

  public static void main(String[] args) {
    Path file;
    try {
      file = Arguments.configFile(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    try {
      Agent agent = AgentProgram.start(file);
      CountDownLatch ended = new CountDownLatch(1);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    agent.close();
                    ended.countDown();
                    // An end that was asked for is a success, whatever signal asked.
                    Runtime.getRuntime().halt(0);
                  },
                  "agent-end"));
      System.out.println("agent of card " + agent.position() + " is up");
      ended.await();
    } catch (NoSuchFileException e) {
      System.err.println("agent: no such file: " + e.getMessage() + "; name it with --config");
      System.exit(1);
    } catch (IOException e) {
      System.err.println("agent: " + e.getMessage());
      System.exit(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
