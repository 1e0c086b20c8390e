package io.cade.sim.tools;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in a small tree of its own, with a written Maven that only notes its calls. */
@Timeout(120)
class LauncherTest {
  private static final Path LAUNCHER =
      Path.of(System.getProperty("cade.home", "..")).resolve("cade").toAbsolutePath().normalize();

  @TempDir Path folder;
  private Path tree;
  private Path tools;

  private record Outcome(int code, String out, String err) {}

  @BeforeEach
  void makeTree() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a POSIX shell (/bin/sh)");
    tree = Files.createDirectories(folder.resolve("tree with a blank"));
    Files.copy(LAUNCHER, tree.resolve("cade"));
    assertThat(tree.resolve("cade").toFile().setExecutable(true)).isTrue();
    Files.createDirectories(tree.resolve(".mvn"));
    write("pom.xml", "<project/>");
    write("m/pom.xml", "<project/>");
    write("m/src/main/java/A.java", "class A {}");
    write("m/src/main/java/B.java", "class B {}");
    write("m/src/test/java/ATest.java", "class ATest {}");
    tools = Files.createDirectories(folder.resolve("tools"));
    Path mvn = tools.resolve("mvn");
    Files.writeString(
        mvn,
        """
        #!/bin/sh
        if [ "$1" = -v ]; then echo 'Apache Maven 3.9.9 (x)'; exit; fi
        echo "$*" >>calls
        if [ -e slow ]; then sleep 1; fi
        if [ -e broken ]; then echo '[ERROR] /m/A.java:[1,1] no such thing'; exit 1; fi
        mkdir -p hardware-sim/target/dist/lib
        : >hardware-sim/target/dist/lib/hardware-sim-1.jar
        echo lib/a.jar:lib/b.jar >hardware-sim/target/dist/classpath
        """);
    assertThat(mvn.toFile().setExecutable(true)).isTrue();
  }

  @Test
  void unknownCommandIsAUsageErrorInOneLine() throws Exception {
    Outcome outcome = cade("fly");

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.err()).contains("unknown command 'fly'").contains("./cade help");
    assertThat(calls()).isEmpty();
  }

  @Test
  void helpNamesTheCommandsWithoutBuilding() throws Exception {
    Outcome outcome = cade("help");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).contains("demo", "test", "alarm", "exit codes");
    assertThat(calls()).isEmpty();
  }

  @Test
  void buildsOnceAndThenOnlyWhenSourcesChanged() throws Exception {
    assertThat(cade("build").code()).isZero();
    assertThat(cade("build").code()).isZero();
    assertThat(calls()).hasSize(1);

    write("m/src/main/java/A.java", "class A { int x; }");
    assertThat(cade("build").code()).isZero();
    assertThat(calls()).hasSize(2);

    write("m/src/main/resources/new.properties", "a=b");
    assertThat(cade("build").code()).isZero();
    assertThat(calls()).hasSize(3);
  }

  @Test
  void deletedSourceCountsAsAChange() throws Exception {
    cade("build");
    Files.delete(tree.resolve("m/src/main/java/B.java"));

    cade("build");

    assertThat(calls()).hasSize(2);
  }

  @Test
  void changedTestNeedsNoBuildOfThePrograms() throws Exception {
    cade("build");
    write("m/src/test/java/ATest.java", "class ATest { int x; }");

    cade("build");

    assertThat(calls()).hasSize(1);
  }

  @Test
  void failedBuildSaysWhyAndIsTriedAgain() throws Exception {
    write("broken", "");
    Outcome failed = cade("build");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.err()).contains("/m/A.java:[1,1] no such thing").contains("build.log");

    Files.delete(tree.resolve("broken"));
    assertThat(cade("build").code()).isZero();
    assertThat(calls()).hasSize(2);
  }

  @Test
  void failedRebuildLeavesNothingThatLooksBuilt() throws Exception {
    cade("build");
    write("m/src/main/java/A.java", "class A { int x }");
    write("broken", "");

    assertThat(cade("build").code()).isEqualTo(1);
    Outcome unbuilt = cade(Map.of("CADE_NO_BUILD", "1"), "build");

    assertThat(unbuilt.code()).isEqualTo(1);
    assertThat(unbuilt.err()).contains("nothing is built").contains("./cade build");
  }

  @Test
  void secondBuildOfSameDependenciesIsOffline() throws Exception {
    cade("build");
    write("m/src/main/java/A.java", "class A { int x; }");
    cade("build");

    assertThat(calls().getFirst()).doesNotContain(" -o ");
    assertThat(calls().getLast()).contains(" -o ");
  }

  @Test
  void twoCallsAtOnceBuildOnce() throws Exception {
    write("slow", "");
    Process one = start(tree.resolve("cade"), Map.of(), "build");
    Process two = start(tree.resolve("cade"), Map.of(), "build");

    assertThat(one.waitFor()).isZero();
    assertThat(two.waitFor()).isZero();
    assertThat(calls()).hasSize(1);
  }

  @Test
  void findsItsTreeThroughSymbolicLinks() throws Exception {
    Path inner =
        Files.createSymbolicLink(folder.resolve("inner"), Path.of("tree with a blank/cade"));
    Path outer = Files.createSymbolicLink(folder.resolve("outer"), inner);

    assertThat(finish(start(outer, Map.of(), "build")).code()).isZero();

    assertThat(calls()).hasSize(1);
  }

  @Test
  void classPathHasTheJarsInTheOrderOfTheBuild() throws Exception {
    Outcome outcome = cade("jvm", "engine");

    Path dist = tree.resolve("hardware-sim/target/dist");
    assertThat(outcome.out().lines().toList())
        .hasSize(3)
        .last()
        .isEqualTo(dist + "/lib/hardware-sim-1.jar:" + dist + "/lib/a.jar:" + dist + "/lib/b.jar");
  }

  @Test
  void anEngineEndsWhenItsHeapIsFull() throws Exception {
    assertThat(cade("jvm", "engine").out()).contains(" -XX:+ExitOnOutOfMemoryError ");
  }

  @Test
  void anAgentHasTheJarsOfACardOnly() throws Exception {
    assertThat(cade("build").code()).isZero();
    write(
        "hardware-sim/target/dist/classpath",
        "lib/boot-images-1.jar:lib/bcprov-jdk18on-1.jar:lib/jackson-core-2.22.4.jar"
            + ":lib/jackson-core-3.1.5.jar:lib/blade-agent-1.jar:lib/logback-core-1.jar\n");

    Path lib = tree.resolve("hardware-sim/target/dist/lib");
    assertThat(cade("jvm", "agent").out().lines().toList())
        .hasSize(3)
        .last()
        .isEqualTo(
            lib
                + "/boot-images-1.jar:"
                + lib
                + "/jackson-core-2.22.4.jar:"
                + lib
                + "/blade-agent-1.jar");
  }

  @Test
  void withoutJdk25ItSaysWhereItLookedAndWhatToDo() throws Exception {
    Path old = folder.resolve("jdk-17");
    Files.createDirectories(old.resolve("bin"));
    Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
    for (String program : List.of("java", "javac")) {
      Files.writeString(old.resolve("bin").resolve(program), "#!/bin/sh\n");
      assertThat(old.resolve("bin").resolve(program).toFile().setExecutable(true)).isTrue();
    }
    Path none = Files.createDirectories(folder.resolve("none"));

    Outcome outcome =
        cade(
            Map.of(
                "JAVA_HOME",
                old.toString(),
                "CADE_JDK_FOLDER",
                none.toString(),
                "PATH",
                toolsWithoutJava(old)),
            "build");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("needs a JDK 25")
        .contains(old.toString())
        .contains(none + "/*25*")
        .contains("JAVA_HOME");
    assertThat(calls()).isEmpty();
  }

  @Test
  void jdkInTheUsualFolderIsFoundWhenJavaHomeIsOld() throws Exception {
    Path jvms = Files.createDirectories(folder.resolve("jvms"));
    Files.createSymbolicLink(jvms.resolve("some-25-jdk"), Path.of(System.getProperty("java.home")));

    Outcome outcome =
        cade(Map.of("JAVA_HOME", "/nowhere", "CADE_JDK_FOLDER", jvms.toString()), "jvm", "cli");

    assertThat(outcome.out().lines().findFirst()).contains(jvms.resolve("some-25-jdk").toString());
  }

  /** A PATH on which the only java is the old one. */
  private String toolsWithoutJava(Path old) throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    for (String program :
        List.of("sh", "readlink", "id", "find", "sort", "cksum", "cat", "sed", "mkdir", "uname")) {
      for (String place : List.of("/usr/bin", "/bin")) {
        Path real = Path.of(place, program);
        Path link = bin.resolve(program);
        if (Files.exists(real) && !Files.exists(link)) {
          Files.createSymbolicLink(link, real);
        }
      }
    }
    return bin + ":" + old.resolve("bin");
  }

  private List<String> calls() throws IOException {
    Path file = tree.resolve("calls");
    if (!Files.exists(file)) {
      return List.of();
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines.toList();
    }
  }

  private void write(String file, String text) throws IOException {
    Path path = tree.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private Outcome cade(String... arguments) throws Exception {
    return cade(Map.of(), arguments);
  }

  private Outcome cade(Map<String, String> environment, String... arguments) throws Exception {
    return finish(start(tree.resolve("cade"), environment, arguments));
  }

  private Process start(Path program, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    Map<String, String> its = builder.environment();
    its.keySet().removeIf(name -> name.startsWith("CADE_"));
    its.put("PATH", tools + ":" + System.getenv("PATH"));
    its.put("JAVA_HOME", System.getProperty("java.home"));
    its.put("CADE_NO_AOT", "1");
    its.put("CADE_NO_INSTALL", "1");
    its.putAll(environment);
    return builder.start();
  }

  private static Outcome finish(Process process) throws Exception {
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Outcome(process.exitValue(), out, err);
  }
}
