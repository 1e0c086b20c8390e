package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The launcher passes on every command that the operator's tree has, and tells of it. */
final class LauncherWordsTest {
  @Test
  void theLauncherKnowsEveryCommand() throws Exception {
    String launcher = Files.readString(Path.of("../cade"));
    Set<String> commands = CommandTree.build().getSubcommands().keySet();
    assertThat(commands).contains("show", "service", "backup");
    for (String command : commands) {
      assertThat(launcher)
          .as("passed on")
          .containsPattern("(?m)^  (?=show \\|)[a-z| ]*\\b" + command + "\\b[a-z| ]*\\)$");
      assertThat(launcher).as("help").containsPattern("(?m)^  (.* )?" + command + "( .*)?$");
    }
  }
}
