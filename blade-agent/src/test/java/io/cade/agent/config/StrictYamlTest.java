package io.cade.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StrictYamlTest {
  @TempDir Path dir;

  record Sample(String name, int port, Duration every, int inner) {}

  private Sample read(String yaml) throws IOException, ConfigProblems {
    Path file = dir.resolve("sample.yaml");
    Files.writeString(file, yaml);
    return StrictYaml.read(
        file,
        s -> {
          Section inner = s.section("inner");
          return new Sample(
              s.text("name"),
              s.integer("port", 1, 65535, 80),
              s.duration("every", Duration.ofMillis(1), Duration.ofHours(1), Duration.ofSeconds(2)),
              inner.integer("depth", 0, 9, 0));
        });
  }

  private List<String> problems(String yaml) {
    ConfigProblems problems = catchThrowableOfType(ConfigProblems.class, () -> read(yaml));
    return problems.problems();
  }

  @Test
  void absentKeysHaveTheirDefaults() throws Exception {
    assertThat(read("name: a")).isEqualTo(new Sample("a", 80, Duration.ofSeconds(2), 0));
  }

  @Test
  void everyKeyIsRead() throws Exception {
    assertThat(read("name: a\nport: 81\nevery: 250 ms\ninner:\n  depth: 3\n"))
        .isEqualTo(new Sample("a", 81, Duration.ofMillis(250), 3));
  }

  @Test
  void allProblemsAreReportedAtOnce() {
    assertThat(problems("port: 70000\nevery: soon\nnam: a\ninner:\n  dept: 3\n"))
        .anyMatch(p -> p.startsWith("name: is missing"))
        .anyMatch(p -> p.startsWith("port: 70000 is outside"))
        .anyMatch(p -> p.startsWith("every: 'soon'"))
        .anyMatch(p -> p.startsWith("unknown key 'nam'"))
        .anyMatch(p -> p.startsWith("unknown key 'inner.dept'"))
        .hasSize(5);
  }

  @Test
  void brokenYamlIsReportedWithItsLine() {
    assertThat(problems("name: a\nport: [1\n")).singleElement().asString().startsWith("line ");
  }

  @Test
  void theSameKeyTwiceIsRefused() {
    assertThat(problems("name: a\nname: b\n")).hasSize(1);
  }

  @Test
  void aMissingFileIsSaidToBeMissing() {
    ConfigProblems problems =
        catchThrowableOfType(
            ConfigProblems.class, () -> StrictYaml.read(dir.resolve("none"), s -> s.text("a")));
    assertThat(problems).hasMessageContaining("no such file");
  }
}
