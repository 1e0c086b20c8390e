package io.cade.image.blade;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A Java runtime that holds only what the agent uses, made by {@code jlink} of a JDK. */
final class JavaRuntime {
  /** Modules of the JDK that the agent and its libraries use. */
  private static final List<String> MODULES =
      List.of(
          "java.base",
          "java.logging",
          "java.management",
          "java.naming",
          "java.net.http",
          "java.sql",
          "jdk.httpserver",
          "jdk.unsupported");

  private JavaRuntime() {}

  /**
   * Makes the runtime in a folder that does not exist yet.
   *
   * @param jdk its home
   * @throws IOException when the JDK has no usable jlink; the message says what to do
   */
  static void make(Path jdk, Path target) throws IOException {
    Path jlink = jdk.resolve("bin/jlink");
    if (!Files.isExecutable(jlink)) {
      throw new IOException("no jlink in " + jdk + ": a JDK, not only a runtime, is needed");
    }
    Tool.run(
        List.of(
            jlink.toString(),
            "-J-Xmx512m",
            "--add-modules",
            String.join(",", MODULES),
            "--strip-java-debug-attributes",
            "--no-man-pages",
            "--no-header-files",
            "--vm=server",
            // What is around it is compressed as a whole, which packs better and starts faster.
            "--compress=zip-0",
            "--output",
            target.toString()),
        Tool.Output.answer());
    // Services start from the runtime's own archive. Not made by jlink: there the machine's size
    // would decide about collector and heap, and so about the bytes.
    Tool.run(
        List.of(
            target.resolve("bin/java").toString(),
            "-Xshare:dump",
            "-XX:+UseSerialGC",
            "-Xms16m",
            "-Xmx64m",
            "-Xlog:disable",
            "-Xlog:all=error:stderr"),
        Tool.Output.answer());
  }

  /**
   * Adds a runtime to a tree under {@code usr/java}, with the libraries it needs.
   *
   * @throws IOException when it cannot be read
   */
  static void addTo(FileTree tree, Path runtime) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(runtime)) {
      files = walk.filter(p -> Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS)).sorted().toList();
    }
    Set<String> own = new HashSet<>();
    List<Path> programs = new ArrayList<>();
    for (Path file : files) {
      String relative = runtime.relativize(file).toString();
      boolean library = relative.endsWith(".so");
      boolean program = relative.equals("bin/java") || relative.equals("lib/jspawnhelper");
      if (relative.startsWith("bin/") && !program) {
        continue;
      }
      tree.copy("usr/java/" + relative, program || library ? 0755 : 0644, file);
      if (library) {
        own.add(file.getFileName().toString());
      }
      if (library || program) {
        programs.add(file);
      }
    }
    SharedLibraries libraries = new SharedLibraries(tree);
    for (Path program : programs) {
      libraries.addFor(program, own);
    }
  }
}
