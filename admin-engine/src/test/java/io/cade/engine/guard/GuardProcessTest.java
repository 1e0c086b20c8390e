package io.cade.engine.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.guard.GuardRecord.Outcome;
import io.cade.engine.guard.GuardRecord.Result;
import io.cade.engine.pki.Identity;
import io.cade.engine.pki.ModuleAuthority;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The guard with real processes, files, sockets and TLS. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
final class GuardProcessTest {
  @TempDir private Path temp;
  private Path state = Path.of("");
  private int admin;
  private int gateway;

  @Test
  void aGoodReleaseStaysAndEachBadOneLeadsBackToIt() throws Exception {
    state = Files.createDirectory(temp.resolve("state"));
    try (ServerSocket one = new ServerSocket(0);
        ServerSocket two = new ServerSocket(0)) {
      admin = one.getLocalPort();
      gateway = two.getLocalPort();
    }
    keys();
    Path home = Files.createDirectory(temp.resolve("installed"));
    launcher(home, "good", "1.0");
    GuardFolder folder = new GuardFolder(state, DurableFiles.real());
    folder.make();
    CountDownLatch end = new CountDownLatch(1);
    List<String> said = new ArrayList<>();
    CompletableFuture<Integer> guard =
        CompletableFuture.supplyAsync(() -> {
          try {
            return GuardProgram.run(
                new GuardProgram.Setting(
                    state,
                    temp.resolve("engine.yaml"),
                    InetAddress.getLoopbackAddress(),
                    admin,
                    gateway,
                    home,
                    "1.0",
                    System.getProperty("java.home")),
                end,
                line -> {
                  synchronized (said) {
                    said.add(line);
                  }
                });
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    try {
      await("1.0");
      assertThat(update(folder, "good", "2.0", 1).result()).isEqualTo(Result.CONFIRMED);
      assertThat(update(folder, "crashes", "3.0", 2).cause()).contains("it ended with 1");
      assertThat(update(folder, "lies", "3.1", 3).cause()).contains("it is version 1.5, not 3.1");
      assertThat(update(folder, "hangs", "3.2", 4).cause())
          .contains("not well within 8 s", "API does not answer");
      assertThat(update(folder, "has no gateway", "3.3", 5).cause())
          .contains("its gateway for agents does not answer");
      assertThat(update(folder, "dies", "3.4", 6).cause()).contains("it ended with 1");
      assertThat(folder.record().orElseThrow().stable()).isEqualTo("2.0");
      assertThat(Files.readString(state.resolve("starts")).lines())
          .as("each returns to the last good one: %s", said)
          .containsExactly(
              "1.0", "2.0", "3.0", "2.0", "3.1", "2.0", "3.2", "2.0", "3.3", "2.0", "3.4", "2.0");
      assertThat(state.resolve("two-engines")).doesNotExist();
    } finally {
      end.countDown();
      assertThat(guard.get(60, TimeUnit.SECONDS)).isZero();
    }
  }

  private void keys() throws Exception {
    SecureRandom random = new SecureRandom();
    ModuleAuthority authority =
        ModuleAuthority.open(temp.resolve("pki"), InstantSource.system(), random);
    Files.writeString(state.resolve("authority-certificate.pem"), authority.certificatePem());
    Identity identity = authority.server("engine", List.of("127.0.0.1", "localhost"));
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry(
        "engine",
        identity.key(),
        "password".toCharArray(),
        identity.chain().toArray(new Certificate[0]));
    try (OutputStream out = Files.newOutputStream(state.resolve("keys.p12"))) {
      keys.store(out, "password".toCharArray());
    }
  }

  private void launcher(Path home, String nature, String version) throws Exception {
    Files.writeString(
        home.resolve("cade"),
        "exec \"$JAVA_HOME/bin/java\" -XX:TieredStopAtLevel=1 -cp '%s' %s '%s' %s '%s' %d %d\n"
            .formatted(
                System.getProperty("java.class.path"),
                PlayedEngine.class.getName(),
                nature,
                version,
                state,
                admin,
                gateway));
  }

  private Outcome update(GuardFolder folder, String nature, String version, long number)
      throws Exception {
    Path content = folder.release(version).resolve("content");
    Files.createDirectories(content);
    launcher(content, nature, version);
    folder.order(
        new UpgradeOrder(
            version,
            "2.0",
            "operator",
            Instant.EPOCH,
            Duration.ofSeconds(8),
            Duration.ofSeconds(3),
            5,
            2));
    for (int i = 0; i < 1_000; i++) {
      Optional<GuardRecord> record = folder.record();
      Outcome outcome = record.isEmpty() ? null : record.get().outcome();
      if (outcome != null && outcome.number() == number) {
        await(outcome.result() == Result.CONFIRMED ? version : "2.0");
        return outcome;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new AssertionError("no end of " + nature + ": " + folder.record());
  }

  /** Until an engine of this version serves. */
  private void await(String version) throws Exception {
    TlsProbe probe =
        new TlsProbe(
            new GuardFolder(state, DurableFiles.real()),
            state.resolve("authority-certificate.pem"),
            InetAddress.getLoopbackAddress(),
            admin,
            gateway);
    String trouble = "";
    for (int i = 0; i < 300; i++) {
      trouble = probe.look(version, 5, 2).trouble();
      if (trouble.isEmpty()) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    throw new AssertionError(version + " does not serve: " + trouble);
  }
}
