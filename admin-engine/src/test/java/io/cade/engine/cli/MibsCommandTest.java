package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./cade mibs DIR}. */
class MibsCommandTest {
  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  Path folder;

  @Test
  void writesTheMibFilesAndWhatMonitoringProgramsNeed() throws Exception {
    Path target = folder.resolve("new/folder");
    Desk.Outcome said = new Desk().run("mibs", target.toString());
    assertThat(said.code()).isZero();
    assertThat(said.out().lines())
        .contains(
            target.resolve("mibs/CADE-ALARM-MIB.txt").toString(),
            target.resolve("prometheus/snmp.yml").toString(),
            target.resolve("opennms/cade.events.xml").toString())
        .allMatch(line -> Files.isRegularFile(Path.of(line)));
    assertThat(new Desk().run("mibs", target.toString(), "--json").out())
        .startsWith("{")
        .contains("\"files\"");
  }

  @Test
  void noFolderAndOneThatCannotBeMadeAreSaidSo() {
    Desk.Outcome nothing = new Desk().run("mibs", "");
    assertThat(nothing.code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(nothing.err()).contains("'' is no folder");
    Desk.Outcome nowhere = new Desk().run("mibs", "/proc/none");
    assertThat(nowhere.code()).isEqualTo(ExitCode.FAILED.code());
    assertThat(nowhere.err())
        .contains("cannot write /proc/none: ")
        .doesNotContain("none: /proc/none");
  }

  @Test
  void aFileInTheWayIsNamedAndKept() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "mine");
    Desk.Outcome said = new Desk().run("mibs", file.toString());
    assertThat(said.code()).isEqualTo(ExitCode.FAILED.code());
    assertThat(said.err()).contains(file + " is a file, not a folder");
    assertThat(file).hasContent("mine");
  }
}
