package io.cade.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class AlarmDocumentTest {
  @ParameterizedTest
  @EnumSource(AlarmType.class)
  void everyAlarmIsInTheManualWithItsCause(AlarmType type) throws IOException {
    assertThat(Files.readAllLines(Path.of("../docs/alarms.md")))
        .anySatisfy(line ->
            assertThat(line)
                .startsWith("| `" + type.word() + "` | ")
                .contains("| " + type.probableCause() + " |"));
  }
}
