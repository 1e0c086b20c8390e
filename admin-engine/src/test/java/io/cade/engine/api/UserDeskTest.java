package io.cade.engine.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.Change;
import io.cade.engine.operate.Caller;
import io.cade.engine.operate.FullLog;
import io.cade.engine.operate.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UserDeskTest {
  private static final Caller ANNA = new Caller("anna", Role.ADMINISTRATOR);

  @TempDir Path dir;
  private final TestWriter log = new TestWriter(InstantSource.system());
  private final FullLog writer = new FullLog(log);
  private Path users;
  private UserDesk desk;

  @BeforeEach
  void begin() throws Exception {
    SecureRandom random = new SecureRandom();
    users = dir.resolve("users");
    UserFile.put(
        users, "anna", Role.ADMINISTRATOR, "correct horse battery".toCharArray(), random, 1_000);
    desk = new UserDesk(writer, users, Runnable::run, random);
  }

  private static void fails(CompletionStage<?> stage) {
    assertThatThrownBy(() -> stage.toCompletableFuture().join())
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void nobodyMakesOrRemovesAUserWithoutARecord() throws Exception {
    String before = Files.readString(users);
    writer.full(true);
    fails(desk.put(ANNA, "ghost", Role.ADMINISTRATOR, List.of()));
    fails(desk.remove(ANNA, "anna"));
    assertThat(Files.readString(users)).isEqualTo(before);
    writer.full(false);
    desk.put(ANNA, "vera", Role.VIEWER, List.of()).toCompletableFuture().join();
    assertThat(UserFile.read(users)).containsOnlyKeys("anna", "vera");
    assertThat(log.changes(Change.Audited.class))
        .containsExactly(
            new Change.Audited("anna", "make vera viewer", "begun"),
            new Change.Audited("anna", "make vera viewer", "done"));
  }
}
