package io.cade.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.engine.change.Decision;
import io.cade.engine.model.Change;
import io.cade.engine.store.EngineState;
import io.cade.engine.store.RestoredData;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a state that is in use. */
@Timeout(120)
final class EngineBackupTest {
  private static final String DIGEST = "ab".repeat(32);

  @TempDir Path dir;
  private Path root;
  private Path file;
  private EngineState state;
  private EngineBackup backup;

  @BeforeEach
  void open() throws Exception {
    root = Files.createDirectory(dir.resolve("state"));
    file = dir.resolve("backup.tar");
    state = EngineState.open(root, InstantSource.system());
    Path configuration = Files.writeString(dir.resolve("engine.yaml"), "name: lab\n");
    put("pki/authority.pem", "key");
    put("users", "anna");
    put("content/" + DIGEST, "site");
    put("content/new-1.part", "unfinished");
    put("images/upload-1", "unfinished");
    put("uploads/1.1/crash/1", "dump");
    put("endpoints.json", "{}");
    put("lock", "17");
    backup = EngineBackup.open(root, state, "lab", "1", configuration, InstantSource.system());
  }

  @AfterEach
  void close() throws Exception {
    state.close();
  }

  private void put(String path, String content) throws IOException {
    Path target = root.resolve(path);
    Files.createDirectories(target.resolveSibling(""));
    Files.writeString(target, content);
  }

  private void audit(String action) throws Exception {
    state
        .writer()
        .submit((_, _) -> Decision.of("", new Change.Audited("anna", action, "done")))
        .get(20, TimeUnit.SECONDS);
  }

  private BackupManifest take() throws IOException {
    try (EngineBackup.Held held = backup.hold();
        OutputStream out = Files.newOutputStream(file)) {
      return held.writeTo(out);
    }
  }

  @Test
  void everyChangeThatWasAcknowledgedBeforeIsThereAfterwards() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    AtomicLong acknowledged = new AtomicLong();
    CountDownLatch running = new CountDownLatch(200);
    Thread busy =
        Thread.ofPlatform()
            .start(() -> {
              try {
                while (!enough.get()) {
                  audit("change");
                  acknowledged.set(state.writer().current().position());
                  running.countDown();
                  if (acknowledged.get() % 50 == 0) {
                    // Forgets log that the database has, also while the backup is taken.
                    var _ = state.requestCheckpoint();
                  }
                }
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
    for (int round = 0; round < 3; round++) {
      Files.deleteIfExists(file);
      long before = acknowledged.get();
      BackupManifest manifest = take();
      assertThat(manifest.head().position()).isGreaterThanOrEqualTo(before);
      Path restored = dir.resolve("restored-" + round);
      assertThat(BackupFile.restore(file, restored)).isEqualTo(manifest);
      try (EngineState again = EngineState.open(restored, InstantSource.system())) {
        long position = again.writer().current().position();
        assertThat(position)
            .as("and that ids of commands have leapt")
            .isEqualTo(manifest.head().position() + 1);
        again.checkpoint();
        // The first may have been under way while the ids leapt.
        again.checkpoint();
        assertThat(again.store().audit(100_000)).hasSize((int) position);
      }
    }
    enough.set(true);
    busy.join();
  }

  private static long ping(EngineState engine) throws Exception {
    return engine
        .writer()
        .submit((cabinet, _) -> {
          long id = cabinet.nextCommand();
          return Decision.of(
              id, new Change.CommandQueued(new CardPosition(1, 3), new Command.Ping(id)));
        })
        .get(20, TimeUnit.SECONDS);
  }

  /** As cards see it, which remember what they did by the ids of commands. */
  @Test
  void noIdOfACommandIsGivenAgainAfterARestoreHoweverOftenTheSameBackupIsRestored()
      throws Exception {
    long highest = ping(state);
    take();
    for (int i = 0; i < 300; i++) {
      highest = ping(state);
    }
    Instant now = Instant.parse("2026-11-22T10:00:00Z");
    for (int round = 0; round < 3; round++) {
      Path restored = dir.resolve("again-" + round);
      BackupFile.restore(file, restored);
      now = now.plusSeconds(10);
      Instant started = now;
      for (int start = 0; start < 3; start++) {
        try (EngineState again = EngineState.open(restored, () -> started)) {
          long id = ping(again);
          assertThat(id).as("round %d, start %d", round, start).isGreaterThan(highest);
          assertThat(id).as("exact in every reader of JSON").isLessThan(1L << 53);
          if (start > 0) {
            assertThat(id).as("only the first start leaps").isEqualTo(highest + 1);
          }
          highest = id;
          for (int i = 0; i < 280; i++) {
            highest = ping(again);
          }
          again.checkpoint();
        }
      }
    }
  }

  @Test
  void anEngineThatWasKilledBeforeItTookTheMarkAwayLeapsOnceMore() throws Exception {
    long before = ping(state);
    take();
    Path restored = dir.resolve("killed");
    BackupFile.restore(file, restored);
    Path mark = restored.resolve(RestoredData.MARK);
    byte[] text = Files.readAllBytes(mark);
    // A card's clock battery is empty, an engine's may be as well.
    InstantSource wrong = () -> Instant.EPOCH;
    long first;
    try (EngineState again = EngineState.open(restored, wrong)) {
      first = ping(again);
      assertThat(first).isGreaterThan(before + 1_000_000);
    }
    assertThat(mark).doesNotExist();
    Files.write(mark, text);
    try (EngineState again = EngineState.open(restored, wrong)) {
      assertThat(ping(again)).isGreaterThan(first);
    }
  }

  @Test
  void aRestoredDirectoryHasEverythingThatIsKeptAndIsClosedToOthers() throws Exception {
    take();
    Path restored = Files.createDirectory(dir.resolve("restored"));
    BackupFile.restore(file, restored);
    assertThat(restored.resolve("pki/authority.pem")).hasContent("key");
    assertThat(restored.resolve("users")).hasContent("anna");
    assertThat(restored.resolve("content").resolve(DIGEST)).hasContent("site");
    assertThat(restored.resolve(EngineBackup.CONFIGURATION)).hasContent("name: lab\n");
    for (String absent :
        new String[] {
          "content/new-1.part", "images", "uploads", "endpoints.json", "lock", "backup.part"
        }) {
      assertThat(restored.resolve(absent)).doesNotExist();
    }
    try (Stream<Path> all = Files.walk(restored)) {
      for (Path each : all.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
            .as("%s", each)
            .isEqualTo(Files.isDirectory(each) ? "rwx------" : "rw-------");
      }
    }
    assertThat(root.resolve("backup.part")).doesNotExist();
  }

  @Test
  void whatTheModuleBelievesOfARepositoryIsKeptButNotTheBundles() throws Exception {
    put("updates/trust/root.json", "{}");
    put("updates/trust/profile", "edge");
    put("updates/bundles/" + DIGEST + "/bundle-record.json", "{}");
    put("updates/bundles/.upload-17", "unfinished");
    put("updates/downloads/" + DIGEST, "unfinished");
    take();
    Path restored = dir.resolve("restored");
    BackupFile.restore(file, restored);
    assertThat(restored.resolve("updates/trust/profile")).hasContent("edge");
    assertThat(restored.resolve("updates/trust/root.json")).exists();
    assertThat(restored.resolve("updates/bundles")).doesNotExist();
    assertThat(restored.resolve("updates/downloads")).doesNotExist();
  }

  @Test
  void onlyOneIsTakenAtATime() throws Exception {
    try (EngineBackup.Held _ = backup.hold()) {
      assertThatThrownBy(() -> backup.hold()).isInstanceOf(EngineBackup.Busy.class);
    }
    take();
    BackupFile.verify(file);
  }

  @Test
  void aLinkInTheStateDirectoryIsNamedRatherThanLeftOut() throws Exception {
    Files.createSymbolicLink(root.resolve("pki/other.pem"), dir.resolve("engine.yaml"));
    assertThatThrownBy(() -> backup.hold())
        .hasMessageContaining("other.pem")
        .hasMessageContaining("not a plain file");
    assertThat(root.resolve("backup.part")).doesNotExist();
  }

  @Test
  void aDirectoryThatIsNotEmptyIsLeftAlone() throws Exception {
    take();
    Path used = Files.createDirectory(dir.resolve("used"));
    Files.writeString(used.resolve("mine"), "1");
    assertThatThrownBy(() -> BackupFile.restore(file, used))
        .hasMessageContaining("is not empty: there is mine");
    assertThat(used.resolve("mine")).hasContent("1");
  }

  @Test
  void nothingIsLeftOfABackupThatIsDamaged() throws Exception {
    take();
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    Path restored = dir.resolve("restored");
    assertThatThrownBy(() -> BackupFile.restore(file, restored)).isInstanceOf(BadBackup.class);
    assertThat(Files.exists(restored, LinkOption.NOFOLLOW_LINKS)).isFalse();
    assertThat(dir.resolve("restored.new")).doesNotExist();
  }

  @Test
  void whatARestoreThatWasKilledLeftIsNotTouched() throws Exception {
    take();
    Files.createDirectory(dir.resolve("restored.new"));
    assertThatThrownBy(() -> BackupFile.restore(file, dir.resolve("restored")))
        .hasMessageContaining("restored.new is in the way");
  }
}
