package io.cade.sim.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine of a small demonstration is updated under its guard (SPEC U3), by the commands that an
 * operator types, while visitors come: to another version that is good, and to one that lacks a
 * class.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class EngineUpdateIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String GOOD = "9.1";
  private static final String BROKEN = "9.2";
  private static final String BUILT = "hardware-sim/target/dist";

  @TempDir static @Nullable Path temp;
  private @Nullable RunningDemo running;
  private String first = "";

  @BeforeAll
  void startUnderTheGuard() throws Exception {
    running =
        RunningDemo.start(
            folder().resolve("state"),
            Ports.freeOffset(),
            folder().resolve("output"),
            List.of("--chassis", "1", "--cards", "3", "--guard"));
  }

  @AfterAll
  void endEverything() {
    RunningDemo demo = running;
    if (demo != null) {
      demo.close();
    }
  }

  @Test
  @Order(1)
  void aKilledEngineComesBackUnderItsGuard() throws Exception {
    long engine = demo().pid("engine");
    assertThat(commandLine(engine)).contains("io.cade.engine.app.EngineMain");
    assertThat(ProcessHandle.of(engine).orElseThrow().destroyForcibly()).isTrue();
    Patience.until(
        "another engine",
        LIMIT,
        () -> {
          long pid = demo().pid("engine");
          return pid != 0 && pid != engine && demo().cade("show", "cabinet").exit() == 0
              ? ""
              : "pid " + pid;
        });
  }

  @Test
  @Order(2)
  void aGoodReleaseTakesOverAndNoVisitorNotices() throws Exception {
    bring(GOOD, false);
    // Something that was acknowledged must be there afterwards.
    does("spare", "set", "1");
    String site = site();
    try (Visitors visitors = Visitors.of(demo().port("http"), site)) {
      Process order =
          start(
              "update",
              "start",
              "engine:" + GOOD,
              "--healthy-within",
              "60s",
              "--gate",
              "8s",
              "--wait",
              "100");
      Patience.until(
          "it is on probation",
          LIMIT,
          () -> {
            // Changes nothing where it is taken: the old engine answers for a moment yet.
            Run.Result refused = demo().cade("update", "remove", "no-such-bundle");
            return refused.exit() == 5 && refused.err().contains("on probation as version " + GOOD)
                ? ""
                : refused.toString();
          });
      assertThat(order.waitFor(90, TimeUnit.SECONDS)).isTrue();
      assertThat(order.exitValue()).isZero();
      List<Visitors.Seen> seen = visitors.end();
      assertThat(seen).hasSizeGreaterThan(100).allMatch(Visitors.Seen::good);
      System.out.println("engine updated: " + seen.size() + " visits, none failed");
    }
    JsonNode last = last();
    first = last.path("before").asText();
    assertThat(last.path("stage").asText()).isEqualTo("done");
    assertThat(last.path("version").asText()).isEqualTo(GOOD);
    assertThat(commandLine(demo().pid("engine"))).contains("/guard/releases/" + GOOD + "/content");
    assertThat(demo().json("spare", "show").path("keptBack").asInt()).isEqualTo(1);
    assertThat(demo().json("alarm", "list"))
        .noneMatch(a -> a.path("type").asText().equals("updateFailed"));
    Patience.until(
        "orders are taken again",
        LIMIT,
        () -> {
          Run.Result taken = demo().cade("spare", "set", "0");
          return taken.exit() == 0 ? "" : taken.toString();
        });
  }

  @Test
  @Order(3)
  void aBrokenReleaseIsTakenBackByItselfAndAnAlarmSaysWhy() throws Exception {
    bring(BROKEN, true);
    try (Visitors visitors = Visitors.of(demo().port("http"), site())) {
      Run.Result order =
          demo()
              .cade(
                  "update",
                  "start",
                  "engine:" + BROKEN,
                  "--healthy-within",
                  "15s",
                  "--gate",
                  "5s",
                  "--wait",
                  "100");
      assertThat(order.exit()).as(order.toString()).isEqualTo(1);
      assertThat(order.err()).contains("the engine is " + GOOD + " again");
      assertThat(visitors.end()).hasSizeGreaterThan(100).allMatch(Visitors.Seen::good);
    }
    assertThat(last().path("stage").asText()).isEqualTo("returned");
    assertThat(last().path("data").asText()).isEqualTo("kept");
    assertThat(commandLine(demo().pid("engine"))).contains("/guard/releases/" + GOOD + "/content");
    String[] sequence = {""};
    Patience.until(
        "the alarm",
        LIMIT,
        () -> {
          for (JsonNode alarm : demo().json("alarm", "list")) {
            if (alarm.path("type").asText().equals("updateFailed")
                && alarm.path("source").asText().equals("engine")) {
              assertThat(alarm.path("text").asText())
                  .contains("version " + BROKEN + " was taken back to " + GOOD);
              sequence[0] = alarm.path("sequence").asText();
              return "";
            }
          }
          return "no such alarm";
        });
    does("alarm", "ack", sequence[0]);
    assertThat(demo().json("alarm", "list"))
        .noneMatch(a -> a.path("type").asText().equals("updateFailed"));
    assertThat(first).isNotEmpty();
  }

  /** Builds a bundle of this very distribution under another version, and imports it. */
  private void bring(String version, boolean broken) throws Exception {
    Path tree = tree(version, broken);
    Path bundle = folder().resolve("engine-" + version + ".cade");
    does(
        "update",
        "build",
        "--engine",
        tree.toString(),
        "--from",
        "any",
        "--out",
        bundle.toString());
    does("update", "verify", bundle.toString());
    does("update", "import", bundle.toString());
  }

  private static Path tree(String version, boolean broken) throws IOException {
    Path home = Objects.requireNonNull(Run.launcher().toAbsolutePath().getParent());
    Path tree = Files.createDirectories(folder().resolve("tree-" + version));
    Files.copy(home.resolve("cade"), tree.resolve("cade"));
    Path lib = Files.createDirectories(tree.resolve(BUILT).resolve("lib"));
    Files.copy(home.resolve(BUILT).resolve("classpath"), tree.resolve(BUILT).resolve("classpath"));
    List<Path> jars;
    try (Stream<Path> list = Files.list(home.resolve(BUILT).resolve("lib"))) {
      jars = list.toList();
    }
    for (Path jar : jars) {
      Path copy = lib.resolve(jar.getFileName());
      if (jar.getFileName().toString().startsWith("admin-engine-")) {
        engine(jar, copy, version, broken);
      } else {
        Files.copy(jar, copy);
      }
    }
    return tree;
  }

  private static void engine(Path jar, Path copy, String version, boolean broken)
      throws IOException {
    try (JarFile from = new JarFile(jar.toFile())) {
      Manifest manifest = new Manifest(from.getManifest());
      manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
      try (OutputStream file = Files.newOutputStream(copy);
          JarOutputStream to = new JarOutputStream(file, manifest)) {
        for (Enumeration<JarEntry> all = from.entries(); all.hasMoreElements(); ) {
          JarEntry entry = all.nextElement();
          boolean left =
              entry.getName().equals(JarFile.MANIFEST_NAME)
                  || (broken && entry.getName().endsWith("/gateway/GatewayServer.class"));
          if (!left) {
            to.putNextEntry(new JarEntry(entry.getName()));
            try (InputStream in = from.getInputStream(entry)) {
              in.transferTo(to);
            }
            to.closeEntry();
          }
        }
      }
    }
  }

  private JsonNode last() throws Exception {
    for (JsonNode update : demo().json("update", "status")) {
      if (update.path("name").asText().equals("engine")) {
        return update;
      }
    }
    throw new AssertionError("no update of the engine");
  }

  private String site() throws Exception {
    for (JsonNode service : demo().json("show", "services")) {
      for (JsonNode host : service.path("hosts")) {
        return host.asText();
      }
    }
    throw new AssertionError("no site: " + demo().json("show", "services"));
  }

  /** Whole: what {@link ProcessHandle} tells is cut at 4 KiB, and class paths are long. */
  private static String commandLine(long pid) throws IOException {
    Path file = Path.of("/proc", String.valueOf(pid), "cmdline");
    return Files.readString(file).replace('\0', ' ');
  }

  private Process start(String... words) throws IOException {
    List<String> all = new ArrayList<>(List.of(Run.launcher().toString()));
    all.addAll(List.of(words));
    all.addAll(List.of("--state", demo().state().toString()));
    ProcessBuilder builder =
        new ProcessBuilder(all)
            .redirectErrorStream(true)
            .redirectOutput(folder().resolve("order").toFile());
    builder.environment().put("CADE_NO_BUILD", "1");
    return builder.start();
  }

  private void does(String... words) throws Exception {
    Run.Result result = demo().cade(words);
    assertThat(result.exit()).as(result.toString()).isZero();
  }

  private RunningDemo demo() {
    return Objects.requireNonNull(running);
  }

  private static Path folder() {
    return Objects.requireNonNull(temp);
  }
}
