package io.cade.engine.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StateDirectoryTest {
  private final SecureRandom random = new SecureRandom();
  @TempDir Path dir;

  @Test
  void aSecretIsMadeOnceAndOnlyItsOwnerReadsIt() throws Exception {
    String made;
    try (StateDirectory state = StateDirectory.open(dir.resolve("state"))) {
      made = state.secret("snmp-community", random);
      assertThat(made).matches("[A-Za-z0-9_-]{32}");
    }
    try (StateDirectory state = StateDirectory.open(dir.resolve("state"))) {
      assertThat(state.secret("snmp-community", random)).isEqualTo(made);
    }
    Path secrets = dir.resolve("state/secrets");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(secrets.resolve("snmp-community"))))
        .isEqualTo("rw-------");
    try (Stream<Path> files = Files.list(secrets)) {
      assertThat(files).as("nothing is left beside it").hasSize(1);
    }
  }

  @Test
  void filesThatAPowerCutEmptiedAreMadeAnew() throws Exception {
    Path state = dir.resolve("state");
    Files.createDirectories(state.resolve("secrets"));
    Files.createFile(state.resolve("format"));
    Files.createFile(state.resolve("secrets/snmp-community"));
    Files.createFile(state.resolve("secrets/snmp-community.new"));
    try (StateDirectory open = StateDirectory.open(state)) {
      assertThat(open.secret("snmp-community", random)).hasSize(32);
    }
    assertThat(state.resolve("format")).hasContent("1");
    assertThat(state.resolve("secrets/snmp-community")).isNotEmptyFile();
  }

  @Test
  void aDirectoryOfANewerVersionIsStillRefused() throws Exception {
    Path state = Files.createDirectories(dir.resolve("state"));
    Files.writeString(state.resolve("format"), "2\n");
    assertThatThrownBy(() -> StateDirectory.open(state))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("newer version");
  }
}
