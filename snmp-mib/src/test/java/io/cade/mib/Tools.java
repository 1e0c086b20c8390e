package io.cade.mib;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Real programs and standard MIB modules that tests use where they are installed, and are skipped
 * by name without.
 */
public final class Tools {

  /**
   * What a program said.
   *
   * @param exit exit code
   * @param output standard output and error
   */
  public record Result(int exit, String output) {}

  private Tools() {}

  /** The program's path; skips the test if it is not installed. */
  public static String need(String program, String debianPackage) {
    var folders =
        new ArrayList<>(
            List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)));
    folders.addAll(List.of("/usr/sbin", "/sbin")); // not on every user's path
    for (String folder : folders) {
      Path candidate = Path.of(folder, program);
      if (Files.isExecutable(candidate)) {
        return candidate.toString();
      }
    }
    assumeTrue(false, "needs " + program + " (package " + debianPackage + ")");
    throw new AssertionError();
  }

  /** Runs a program to its end, at most 30 seconds. */
  public static Result run(Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    try (InputStream in = process.getInputStream()) {
      String output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(command.getFirst() + " did not end; it said: " + output);
      }
      return new Result(process.exitValue(), output);
    }
  }

  /** The folder of our own MIB files. */
  public static Path ownMibs() {
    return Path.of("src/main/resources/io/cade/mib").toAbsolutePath();
  }

  /** Folders of the IETF modules that ours import; skips the test if there are none. */
  public static List<Path> standardMibs() {
    var candidates = new ArrayList<Path>();
    String configured = System.getenv("CADE_MIBS");
    if (configured != null) {
      candidates.add(Path.of(configured));
    }
    for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
      candidates.add(p.resolve("shared/mibs"));
    }
    candidates.add(Path.of("/var/lib/mibs/ietf"));
    candidates.add(Path.of("/usr/share/snmp/mibs"));
    candidates.add(Path.of("/usr/share/mibs/ietf"));
    for (Path candidate : candidates) {
      if (Stream.of("SNMPv2-SMI", "SNMP-FRAMEWORK-MIB", "INET-ADDRESS-MIB", "HCNUM-TC")
          .allMatch(m ->
              Files.exists(candidate.resolve(m)) || Files.exists(candidate.resolve(m + ".txt")))) {
        return List.of(candidate);
      }
    }
    assumeTrue(
        false,
        "needs the IETF MIB modules (set CADE_MIBS to their folder, or package"
            + " snmp-mibs-downloader)");
    throw new AssertionError();
  }

  /** Both, as net-snmp's option -M and the environment of smilint want them. */
  public static String mibPath() {
    var path = new StringBuilder(ownMibs().toString());
    standardMibs().forEach(p -> path.append(':').append(p));
    return path.toString();
  }
}
