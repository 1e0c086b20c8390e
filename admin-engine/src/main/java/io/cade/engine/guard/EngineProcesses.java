package io.cade.engine.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Engines as processes: {@code sh RELEASE/cade engine --config FILE}. Their input is a pipe that
 * the guard holds open, so that they end when it does, however it ends; what they print goes where
 * the guard prints.
 */
final class EngineProcesses implements Guard.Children, Guard.Releases {
  /** By this an engine knows that a guard runs it. */
  static final String GUARDED = "CADE_GUARD";

  private final GuardFolder folder;
  private final StateLock lock;
  private final String installed;
  private final Path home;
  private final Path config;
  private final String javaHome;
  private final SecureRandom random;

  /**
   * @param installed version of what is in {@code home}
   * @param config the engine's configuration file
   */
  EngineProcesses(
      GuardFolder folder,
      StateLock lock,
      String installed,
      Path home,
      Path config,
      String javaHome,
      SecureRandom random) {
    this.folder = folder;
    this.lock = lock;
    this.installed = installed;
    this.home = home;
    this.config = config;
    this.javaHome = javaHome;
    this.random = random;
  }

  @Override
  public Guard.Child start(String version) throws IOException {
    Path launcher =
        (version.equals(installed) ? home : folder.release(version).resolve("content"))
            .resolve("cade");
    if (!Files.isRegularFile(launcher)) {
      throw new IOException("release " + version + " is not there: no " + launcher);
    }
    byte[] token = new byte[16];
    random.nextBytes(token);
    folder.token(HexFormat.of().formatHex(token));
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    "/bin/sh",
                    launcher.toString(),
                    "engine",
                    "--config",
                    config.toString(),
                    "--exit-on-stdin-eof"))
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("JAVA_HOME", javaHome);
    builder.environment().put("CADE_NO_BUILD", "1");
    builder.environment().put(GUARDED, "1");
    Process process = builder.start();
    try {
      lock.started(process.toHandle());
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
    return new Started(process);
  }

  @Override
  public void prune(String stable, String other) throws IOException {
    List<Path> found;
    try (var list = Files.list(folder.releases())) {
      found = list.toList();
    }
    for (Path each : found) {
      String name = each.getFileName().toString();
      if (!name.equals(stable) && !name.equals(other)) {
        DurableFiles.real().delete(each);
      }
    }
  }

  private record Started(Process process) implements Guard.Child {
    @Override
    public long pid() {
      return process.pid();
    }

    @Override
    public Optional<Integer> exit() {
      return process.isAlive() ? Optional.empty() : Optional.of(process.exitValue());
    }

    @Override
    public void end(Duration limit) {
      process.destroy();
      if (!ended(limit)) {
        process.destroyForcibly();
        // Nothing outlives that but a process that the kernel holds.
        ended(limit);
      }
    }

    private boolean ended(Duration limit) {
      try {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }
}
