package io.cade.sim.demo;

import java.io.IOException;
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

  private final DemoConfiguration configuration;
  private final UnaryOperator<@Nullable String> properties;

  Children(DemoConfiguration configuration, UnaryOperator<@Nullable String> properties) {
    this.configuration = configuration;
    this.properties = properties;
  }

  @Override
  public Child start(Role role) throws IOException {
    return start(command(role), configuration.log(role));
  }

  /** The command line of a role. */
  List<String> command(Role role) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(property("java.home", "")).resolve("bin").resolve("java").toString());
    command.addAll(flags(role));
    command.add("-Dcade.home=" + property("cade.home", "."));
    command.add("-cp");
    command.add(property("java.class.path", ""));
    command.add(role.mainClass());
    command.add("--config");
    command.add(configuration.file(role).toString());
    command.add("--exit-on-stdin-eof");
    return command;
  }

  private List<String> flags(Role role) {
    String told = properties.apply(role.jvm().property());
    if (told == null || told.isBlank()) {
      return role.jvm().standardFlags();
    }
    return Arrays.stream(told.strip().split("\\s+"))
        // Three processes must not make one cache.
        .filter(flag -> isFirst(role) || !flag.startsWith(MAKES_CACHE))
        .toList();
  }

  private static boolean isFirst(Role role) {
    return Arrays.stream(Role.values()).filter(r -> r.jvm() == role.jvm()).toList().getLast()
        == role;
  }

  /** Whether a process makes a cache when it ends, which takes it seconds. */
  boolean makesCaches() {
    return Arrays.stream(Role.values())
        .anyMatch(role -> property(role.jvm().property(), "").contains(MAKES_CACHE));
  }

  private String property(String name, String otherwise) {
    String value = properties.apply(name);
    return value == null ? otherwise : value;
  }

  static Child start(List<String> command, Path log) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
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
      return process.pid();
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
