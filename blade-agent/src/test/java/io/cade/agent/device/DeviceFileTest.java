package io.cade.agent.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DeviceFileTest {
  @TempDir private Path card;

  private Path file() {
    return card.resolve("device.json");
  }

  @Test
  void whatIsStoredIsLoaded() throws Exception {
    DeviceState state = DeviceState.empty().withBoot("boot 1");
    new DeviceFile(card).store(state);
    assertThat(new DeviceFile(card).load()).isEqualTo(state);
  }

  @Test
  void whereThereIsNoneThereIsNothingToKnow() throws Exception {
    assertThat(new DeviceFile(card).load()).isEqualTo(DeviceState.empty());
  }

  @Test
  void oneThatIsDamagedIsPutAside() throws Exception {
    for (byte[] damaged :
        new byte[][] {
          "{\"model\": 7".getBytes(StandardCharsets.UTF_8), {}, new byte[4_096], {0, 0, 0, -1, 7}
        }) {
      Files.write(file(), damaged);
      assertThatThrownBy(() -> new DeviceFile(card).load())
          .isInstanceOf(DeviceJournal.Lost.class)
          .hasMessageContaining("put aside");
      assertThat(file()).doesNotExist();
      assertThat(card.resolve("device.json.unreadable")).hasBinaryContent(damaged);
    }
  }

  @Test
  void oneThatCannotBeReadIsNotTakenForDamagedNorForNone() throws Exception {
    Files.createSymbolicLink(file(), file());
    assertThatThrownBy(() -> new DeviceFile(card).load())
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(DeviceJournal.Lost.class);
    assertThat(Files.isSymbolicLink(file())).isTrue();
    Files.delete(file());
    Files.createDirectory(file());
    assertThatThrownBy(() -> new DeviceFile(card).load())
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(DeviceJournal.Lost.class);
    assertThat(file()).isDirectory();
  }
}
