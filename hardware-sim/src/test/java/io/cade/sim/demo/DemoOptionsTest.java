package io.cade.sim.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.cade.sim.control.StateLocation;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoOptionsTest {
  private static final Path STANDARD = Path.of("/srv/cade/state");

  @Test
  void withoutOptionsItIsTwoChassisOfFourteen() throws Exception {
    assertThat(DemoOptions.parse(new String[0], STANDARD))
        .isEqualTo(new DemoOptions(2, 14, STANDARD, 0));
  }

  @Test
  void everyOptionIsRead() throws Exception {
    String[] args =
        "--chassis 20 --cards 1 --state /x/../y --port-offset 50000 --balancers 2".split(" ");
    assertThat(DemoOptions.parse(args, STANDARD))
        .isEqualTo(new DemoOptions(20, 1, Path.of("/y"), 50_000, 2));
  }

  @Test
  void theGuardIsAWordWithoutAValue() throws Exception {
    assertThat(DemoOptions.parse("--guard --cards 3".split(" "), STANDARD))
        .isEqualTo(new DemoOptions(2, 3, STANDARD, 0, 1, true));
    assertThat(DemoOptions.parse("--cards 3 --guard".split(" "), STANDARD).guard()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--chassis 0",
        "--chassis 21",
        "--cards 15",
        "--cards two",
        "--cards",
        "--balancers 3",
        "--port-offset -1",
        "--port-offset 50001",
        "--state",
        "--verbose",
        "start"
      })
  void aWrongOptionIsUsage(String line) {
    DemoFailure refused =
        catchThrowableOfType(DemoFailure.class, () -> DemoOptions.parse(line.split(" "), STANDARD));
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.getMessage()).contains(line.split(" ")[0]).hasLineCount(1);
  }

  @Test
  void theStandardDirectoryIsTheEnvironmentsElseTheTrees() {
    assertThat(StateLocation.standard(Map.of("CADE_STATE", "/var/x")::get, _ -> "/tree"))
        .isEqualTo(Path.of("/var/x"));
    assertThat(StateLocation.standard(_ -> null, Map.of("cade.home", "/tree")::get))
        .isEqualTo(Path.of("/tree/state"));
  }
}
