package io.cade.agent.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.DiskStatus;
import io.cade.agent.wire.DiskStatus.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /proc/mdstat} as md(4) writes it. */
final class MdArrayTest {
  private static final String HEALTHY =
      """
      Personalities : [raid1]
      md0 : active raid1 sdb1[1] sda1[0]
            78083008 blocks super 1.2 [2/2] [UU]
            bitmap: 0/1 pages [0KB], 65536KB chunk

      unused devices: <none>
      """;

  private static final String FAILED =
      """
      Personalities : [raid1]
      md0 : active raid1 sdb1[1](F) sda1[0]
            78083008 blocks super 1.2 [2/1] [U_]

      unused devices: <none>
      """;

  private static final String REMOVED =
      """
      Personalities : [raid1]
      md0 : active raid1 sda1[0]
            78083008 blocks super 1.2 [2/1] [U_]

      unused devices: <none>
      """;

  private static final String RECOVERY =
      """
      Personalities : [raid1]
      md0 : active raid1 sdb1[2] sda1[0]
            78083008 blocks super 1.2 [2/1] [U_]
            [==>..................]  recovery = 12.6% (9840128/78083008) finish=5.4min speed=208672K/sec

      unused devices: <none>
      """;

  @TempDir Path dir;

  private MdArray array(String mdstat) throws IOException {
    Path file = Files.writeString(dir.resolve("mdstat"), mdstat);
    return new MdArray(file, dir.resolve("block"), List.of("sda", "sdb"));
  }

  @BeforeEach
  void disksOfTheMachine() throws IOException {
    Files.createDirectories(dir.resolve("block/sda/device"));
    Files.writeString(dir.resolve("block/sda/device/serial"), "WD-1\n");
    Files.createDirectories(dir.resolve("block/sdb"));
  }

  @Test
  void bothDisksOfAWholeMirrorAreHealthy() throws IOException {
    assertThat(array(HEALTHY).disks())
        .containsExactly(
            new DiskStatus(0, "WD-1", State.HEALTHY, 100),
            new DiskStatus(1, "sdb", State.HEALTHY, 100));
  }

  @Test
  void aFailedDiskIsNamed() throws IOException {
    assertThat(array(FAILED).disks())
        .extracting(DiskStatus::state)
        .containsExactly(State.HEALTHY, State.FAILED);
  }

  @Test
  void aDiskThatTheMirrorDoesNotKnowIsMissingWithItsName() throws IOException {
    assertThat(array(REMOVED).disks())
        .containsExactly(
            new DiskStatus(0, "WD-1", State.HEALTHY, 100),
            new DiskStatus(1, "sdb", State.MISSING, 0));
  }

  @Test
  void recoveryShowsItsProgress() throws IOException {
    assertThat(array(RECOVERY).disks())
        .containsExactly(
            new DiskStatus(0, "WD-1", State.HEALTHY, 100),
            new DiskStatus(1, "sdb", State.REBUILDING, 12));
  }

  @Test
  void recoveryOfTheFirstDiskIsNotTakenForTheSecond() throws IOException {
    String first =
        """
        md0 : active raid1 sda1[2] sdb1[1]
              78083008 blocks super 1.2 [2/1] [_U]
              [>....................]  recovery =  0.3% (245760/78083008) finish=9.9min speed=1K/sec
        """;
    assertThat(array(first).disks())
        .extracting(DiskStatus::state)
        .containsExactly(State.REBUILDING, State.HEALTHY);
  }

  @Test
  void theWorstOfSeveralArraysCounts() throws IOException {
    String two =
        """
        md1 : active raid1 sdb2[1] sda2[0]
              1 blocks super 1.2 [2/2] [UU]
        md0 : active raid1 sdb1[1](F) sda1[0]
              1 blocks super 1.2 [2/1] [U_]
        """;
    assertThat(array(two).disks())
        .extracting(DiskStatus::state)
        .containsExactly(State.HEALTHY, State.FAILED);
  }

  @Test
  void noArrayAndNonsenseAreNoDisks() throws IOException {
    assertThat(array("Personalities : \nunused devices: <none>\n").disks()).isEmpty();
    assertThat(array("\u0000\u0001 md : what [[ ]]\n [U").disks()).isEmpty();
    assertThatThrownBy(() -> array(HEALTHY).add(7)).isInstanceOf(IOException.class);
  }
}
