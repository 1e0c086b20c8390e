package io.cade.sim.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Starts the roles as processes with this process's own Java and class path. Their standard input
 * is a pipe that this process holds open, so that none outlives it, however it ends.
 */
final class Children implements Supervisor.Starter {
  private static final long OUTPUT_MILLIS = 500;
  private static final String MAKES_CACHE = "-XX:AOTCacheOutput=";

  private static final String RECORDS = "CADE_AOT_RECORD";

  private final DemoConfiguration configuration;
  private final UnaryOperator<@Nullable String> properties;

  Children(DemoConfiguration configuration, UnaryOperator<@Nullable String> properties) {
    this.configuration = configuration;
    this.properties = properties;
  }

  @Override
  public Child start(Role role) throws IOException {
    return start(command(role), configuration.log(role), property("java.home", ""));
  }

  /**
   * The command line of a role: with the flags that a system property has, else by the launcher,
   * which knows the role's flags and cache, else with standard flags.
   */
  List<String> command(Role role) {
    List<String> command = new ArrayList<>();
    String told = property(role.jvm().property(), "");
    Path launcher = Path.of(property("cade.home", "")).resolve("cade");
    if (told.isBlank() && Files.isExecutable(launcher) && !Files.isDirectory(launcher)) {
      command.add(launcher.toAbsolutePath().toString());
      command.add(
          role == Role.ENGINE && configuration.isGuarded() ? "guard" : role.jvm().command());
    } else {
      command.add(Path.of(property("java.home", ""), "bin", "java").toString());
      command.addAll(told.isBlank() ? role.jvm().standardFlags() : flags(role, told));
      command.add("-cp");
      command.add(property("java.class.path", ""));
      command.add(role.mainClass());
    }
    command.add("--config");
    command.add(configuration.file(role).toString());
    command.add("--exit-on-stdin-eof");
    return command;
  }

  private static List<String> flags(Role role, String told) {
    return Arrays.stream(told.strip().split("\\s+"))
        // Three processes must not make one cache.
        .filter(flag -> isFirst(role) || !flag.startsWith(MAKES_CACHE))
        .toList();
  }

  private static boolean isFirst(Role role) {
    return Arrays.stream(Role.values()).filter(r -> r.jvm() == role.jvm()).findFirst().orElse(role)
        == role;
  }

  /** Whether a process makes a cache when it ends, which takes it seconds. */
  boolean makesCaches(UnaryOperator<@Nullable String> environment) {
    return environment.apply(RECORDS) != null
        || Arrays.stream(Role.values())
            .anyMatch(role -> property(role.jvm().property(), "").contains(MAKES_CACHE));
  }

  private String property(String name, String otherwise) {
    String value = properties.apply(name);
    return value == null ? otherwise : value;
  }

  static Child start(List<String> command, Path log, String javaHome) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", javaHome);
    // Whatever is built now is what this process runs, too.
    builder.environment().put("CADE_NO_BUILD", "1");
    Process process = builder.start();
    ChildLog output = new ChildLog(log, process.getInputStream());
    Thread.ofPlatform().name("log of " + process.pid()).daemon().start(output);
    return new Started(process, output);
  }

  private record Started(Process process, ChildLog output, CompletableFuture<Integer> exit)
      implements Child {
    Started(Process process, ChildLog output) {
      this(
          process,
          output,
          process
              .onExit()
              // What it said last is wanted; but its own children may keep the output open.
              .thenCompose(p ->
                  output
                      .ended()
                      .copy()
                      .completeOnTimeout(null, OUTPUT_MILLIS, TimeUnit.MILLISECONDS)
                      .thenApply(_ -> p.exitValue())));
    }

    @Override
    public long pid() {
      long engine = output.guarded();
      return engine == 0 ? process.pid() : engine;
    }

    @Override
    public void onOtherPid(Runnable told) {
      output.onGuarded(told);
    }

    @Override
    public CompletableFuture<String> ready() {
      return output.ready();
    }

    @Override
    public String lastLine() {
      return output.lastLine();
    }

    @Override
    public void closeInput() {
      try {
        process.getOutputStream().close();
      } catch (IOException e) {
        // It has ended already.
      }
    }

    @Override
    public void terminate() {
      process.destroy();
    }

    @Override
    public void kill() {
      process.destroyForcibly();
    }
  }
}
