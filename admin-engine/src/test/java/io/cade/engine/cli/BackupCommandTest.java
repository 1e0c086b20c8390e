package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.backup.EngineBackup;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Change;
import io.cade.engine.operate.Role;
import io.cade.engine.store.EngineState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./cade backup} against the engine's real API server and a real state. */
@Timeout(120)
class BackupCommandTest {
  @TempDir private Path dir;
  private EngineState state;
  private ServedDesk served;
  private Path file;

  @BeforeEach
  void start() throws Exception {
    Path root = Files.createDirectory(dir.resolve("engine"));
    InstantSource clock = InstantSource.system();
    state = EngineState.open(root, clock);
    Files.createDirectory(root.resolve("pki"));
    Files.write(root.resolve("pki/large"), new byte[20 << 20]);
    served =
        new ServedDesk(dir, ServedDesk.Wishes.of(state.writer(), clock).with(Role.ADMINISTRATOR));
    served.backups = EngineBackup.open(root, state, "lab", "1", null, clock)::hold;
    file = dir.resolve("cade.tar");
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
    state.close();
  }

  private Desk.Outcome run(String... words) {
    return served.desk.run(words);
  }

  @Test
  void aBackupIsMadeCheckedAndRestored() throws Exception {
    Desk.Outcome made = run("backup", "create", file.toString());
    assertThat(made.code()).as("%s", made).isZero();
    assertThat(made.out()).contains(file + " is complete", "engine lab, version 1", "0 services");
    assertThat(made.err()).contains("MiB so far", "checking it");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(dir.resolve("cade.tar.part")).doesNotExist();

    assertThat(run("backup", "verify", file.toString()).code()).isZero();
    assertThat(run("backup", "verify", file.toString(), "--json").out())
        .contains("\"engine\" : \"lab\"");

    Path restored = dir.resolve("elsewhere/state");
    Desk.Outcome back = run("backup", "restore", file.toString(), "--state", restored.toString());
    assertThat(back.code()).as("%s", back).isZero();
    assertThat(restored.resolve("pki/large")).hasSize(20 << 20);
    try (EngineState again = EngineState.open(restored, InstantSource.system())) {
      Cabinet before = state.writer().current();
      Cabinet now = again.writer().current();
      assertThat(now.nextCommand()).isGreaterThan(before.nextCommand());
      CabinetBuilder leapt = new CabinetBuilder(before);
      leapt.apply(new Change.CommandIdsLeapt(now.nextCommand()), Instant.EPOCH);
      assertThat(now).as("all but the ids").isEqualTo(leapt.freeze(before.position() + 1));
      again.checkpoint();
      // The order itself is on record, and in the backup.
      assertThat(again.store().audit(10)).anyMatch(e -> e.action().equals("back the engine up"));
    }
  }

  @Test
  void aFileThatIsThereIsNeverReplaced() throws Exception {
    Files.writeString(file, "mine");
    Desk.Outcome said = run("backup", "create", file.toString());
    assertThat(said.code()).isEqualTo(ExitCode.FAILED.code());
    assertThat(said.err()).contains("is there already");
    assertThat(file).hasContent("mine");
  }

  @Test
  void onlyAdministratorsGetTheKeys() throws Exception {
    served.sitsDown("olga", Role.OPERATOR);
    Desk.Outcome said = run("backup", "create", file.toString());
    assertThat(said.code()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(said.err()).contains("administrator");
    assertThat(file).doesNotExist();
    assertThat(dir.resolve("cade.tar.part")).doesNotExist();
  }

  @Test
  void anEngineThatCannotLeavesNoFile() throws Exception {
    served.backups =
        () -> {
          throw new IOException("the disk is gone");
        };
    assertThat(run("backup", "create", file.toString()).code()).isEqualTo(ExitCode.FAILED.code());
    assertThat(file).doesNotExist();
    assertThat(dir.resolve("cade.tar.part")).doesNotExist();
  }

  @Test
  void aDamagedBackupIsRefusedWithItsFault() throws Exception {
    run("backup", "create", file.toString());
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 2000));
    Desk.Outcome verified = run("backup", "verify", file.toString());
    assertThat(verified.code()).isEqualTo(ExitCode.FAILED.code());
    assertThat(verified.err()).contains("must not be relied on", "cut off");
    Path restored = dir.resolve("restored");
    Desk.Outcome back = run("backup", "restore", file.toString(), "--state", restored.toString());
    assertThat(back.code()).isEqualTo(ExitCode.FAILED.code());
    assertThat(restored).doesNotExist();
  }
}
