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
    return problems.problems().stream()
        .map(line -> line.substring(dir.toString().length() + 1))
        .toList();
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
        .containsExactlyInAnyOrder(
            "sample.yaml:1: 'name' is missing",
            "sample.yaml:1: 'port' is '70000', a whole number from 1 to 65535 is meant",
            "sample.yaml:2: 'every' is 'soon', a time like 250 ms, 2 s, 5 min or 1 h is meant",
            "sample.yaml:3: unknown key 'nam'; known here: every, inner, name, port",
            "sample.yaml:5: unknown key 'inner.dept'; known here: depth");
  }

  @Test
  void brokenYamlIsReportedWithItsLine() {
    assertThat(problems("name: a\nport: [1\n"))
        .singleElement()
        .asString()
        .matches("sample.yaml:\\d: not YAML: .*");
  }

  @Test
  void theSameKeyTwiceIsRefused() {
    assertThat(problems("name: a\nname: b\n"))
        .containsExactly("sample.yaml:2: 'name' is given twice");
  }

  @Test
  void aKeyWithoutAValueIsAsGoodAsAbsent() throws Exception {
    assertThat(read("name: a\nport:\n")).isEqualTo(new Sample("a", 80, Duration.ofSeconds(2), 0));
    assertThat(problems("name:\n")).containsExactly("sample.yaml:1: 'name' is missing");
  }

  @Test
  void aValueOutsideItsBoundsIsToldWithThem() {
    assertThat(problems("name: a\nevery: 2 h\n"))
        .containsExactly("sample.yaml:2: 'every' is 2 h, outside 1 ms to 1 h");
  }

  @Test
  void aSecondDocumentIsRefused() {
    assertThat(problems("name: a\n---\nname: b\n")).hasSize(1);
  }

  @Test
  void nestingDeeperThanAnyConfigurationIsRefused() {
    assertThat(problems("a: " + "[".repeat(1000) + "]".repeat(1000))).hasSize(1);
  }

  @Test
  void aTextThatIsNoUtf8IsRefused() throws Exception {
    Path file = dir.resolve("sample.yaml");
    Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xff, '\n'});
    ConfigProblems problems =
        catchThrowableOfType(ConfigProblems.class, () -> StrictYaml.read(file, s -> s.text("a")));
    assertThat(problems).hasMessageContaining("UTF-8");
  }

  @Test
  void aMissingFileIsSaidToBeMissing() {
    ConfigProblems problems =
        catchThrowableOfType(
            ConfigProblems.class, () -> StrictYaml.read(dir.resolve("none"), s -> s.text("a")));
    assertThat(problems).hasMessageContaining("no such file");
  }
}
