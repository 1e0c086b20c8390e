package io.cade.mib.snmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RFC 3411 section 5, RFC 3414 section 2.2. */
class EngineIdentityTest {
  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  Path folder;

  /** Agent and sender of traps are one engine: managers know both by one id and its boots. */
  @Test
  void whoSendsTrapsHasTheIdentityOfTheAgentAndCountsNoStart() throws Exception {
    var agent = EngineIdentity.startedIn(folder, new Random(1));
    assertThat(EngineIdentity.of(folder, new Random(2))).isEqualTo(agent);
    assertThat(EngineIdentity.of(folder, new Random(3))).isEqualTo(agent);
    assertThat(EngineIdentity.startedIn(folder, new Random(4)).boots()).isEqualTo(2);
  }

  @Test
  void bootsCountUpWithEveryStartAndTheIdStays() throws Exception {
    var first = EngineIdentity.startedIn(folder, new Random(1));
    var second = EngineIdentity.startedIn(folder, new Random(2));
    assertThat(first.boots()).isEqualTo(1);
    assertThat(second).isEqualTo(new EngineIdentity(first.engineIdHex(), 2));
    assertThat(folder.resolve("snmp-engine.new")).doesNotExist();
  }

  @Test
  void idNamesTheEnterpriseAndIsDifferentForEachCabinet() throws Exception {
    var one = EngineIdentity.startedIn(folder, new Random(1));
    var other =
        EngineIdentity.startedIn(Files.createDirectory(folder.resolve("other")), new Random(2));
    assertThat(one.engineIdHex()).startsWith("80007ed905").hasSize(26);
    assertThat(other.engineIdHex()).isNotEqualTo(one.engineIdHex());
  }

  @Test
  void numberOfBootsThatIsUsedUpTakesANewIdentity() throws Exception {
    var first = EngineIdentity.startedIn(folder, new Random(1));
    Files.writeString(
        folder.resolve("snmp-engine"),
        "engineId=" + first.engineIdHex() + "\nboots=" + (Integer.MAX_VALUE - 1) + "\n");
    var next = EngineIdentity.startedIn(folder, new Random(2));
    assertThat(next.boots()).isEqualTo(1);
    assertThat(next.engineIdHex()).isNotEqualTo(first.engineIdHex());
  }

  @Test
  void damagedFileIsReportedAndLeftAlone() throws Exception {
    for (String damage :
        new String[] {"", "engineId=zz\nboots=3\n", "engineId=8000\nboots=3\n", "\\u00zz"}) {
      Path file = Files.writeString(folder.resolve("snmp-engine"), damage);
      assertThatThrownBy(() -> EngineIdentity.startedIn(folder, new Random(1)))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll(file.toString(), "damaged");
      assertThat(file).hasContent(damage);
    }
  }

  @Test
  void folderThatIsNotThereIsReported() {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> EngineIdentity.startedIn(missing, new Random(1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(missing.toString());
  }
}
