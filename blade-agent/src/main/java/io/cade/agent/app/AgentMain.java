package io.cade.agent.app;

import io.cade.agent.linux.LinuxI2cProvider;
import io.cade.agent.run.Agent;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * {@code agent --config FILE}: runs until it is told to end (TERM); {@code agent --bus-scan [--bus
 * N]}: what is on the I²C buses. Exit codes: 0 ended in order, 1 failed, 2 usage or configuration.
 */
public final class AgentMain {
  private AgentMain() {}

  public static void main(String[] args) {
    if (args.length == 1 && (args[0].equals("--help") || args[0].equals("-h"))) {
      System.out.println(Arguments.USAGE);
      return;
    }
    if (Arguments.isBusScan(args)) {
      scan(args);
      return;
    }
    Path file;
    AgentFile settings;
    try {
      file = Arguments.configFile(args);
      settings = AgentFile.read(file);
    } catch (IllegalArgumentException e) {
      fail(2, String.valueOf(e.getMessage()));
      return;
    } catch (NoSuchFileException e) {
      fail(2, "no such file: " + e.getMessage() + "; name the configuration with --config");
      return;
    } catch (IOException e) {
      fail(2, String.valueOf(e.getMessage()));
      return;
    }
    try {
      Agent agent = AgentProgram.start(settings);
      AtomicInteger code = new AtomicInteger();
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    agent.close();
                    // An end that was asked for is a success, whatever signal asked.
                    Runtime.getRuntime().halt(code.get());
                  },
                  "agent-end"));
      System.out.println("agent of card " + agent.position() + " is up");
      agent.awaitFailure();
      // Whoever keeps this process alive starts it again.
      code.set(1);
      fail(1, "stopped by a failure of its own; what is logged before tells which");
    } catch (NoSuchFileException e) {
      fail(1, "no such file: " + e.getMessage() + "; " + file + " names it");
    } catch (IOException e) {
      fail(1, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void scan(String[] args) {
    try {
      System.exit(
          BusScanCommand.run(
              Arguments.bus(args),
              Path.of("/dev"),
              LinuxI2cProvider::newContext,
              System.out,
              System.err));
    } catch (IllegalArgumentException e) {
      fail(2, String.valueOf(e.getMessage()));
    }
  }

  private static void fail(int code, String message) {
    System.err.println("cade agent: " + message);
    System.exit(code);
  }
}
