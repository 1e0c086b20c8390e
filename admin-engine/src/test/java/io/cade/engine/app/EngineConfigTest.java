package io.cade.engine.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.config.ConfigProblems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineConfigTest {
  @TempDir Path directory;

  @Test
  void aRealCardHasFiveMinutesToBootUnlessTheOperatorSaysOtherwise() throws Exception {
    assertThat(read("").bootTime()).isEqualTo(Duration.ofMinutes(5));
    assertThat(read("bootTime: 12 min\n").bootTime()).isEqualTo(Duration.ofMinutes(12));
  }

  @Test
  void aBootTimeThatNoCardCanKeepIsRefused() {
    assertThatThrownBy(() -> read("bootTime: 9 s\n"))
        .isInstanceOf(ConfigProblems.class)
        .hasMessageContaining("bootTime");
    assertThatThrownBy(() -> read("bootTime: 2 h\n"))
        .isInstanceOf(ConfigProblems.class)
        .hasMessageContaining("bootTime");
  }

  private EngineConfig read(String more) throws Exception {
    Path file = directory.resolve("engine.yaml");
    Files.writeString(file, "stateDirectory: " + directory.resolve("state") + "\n" + more);
    return EngineConfig.read(file);
  }
}
