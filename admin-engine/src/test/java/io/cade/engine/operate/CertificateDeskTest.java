package io.cade.engine.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.change.Refusal;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.Change;
import io.cade.engine.model.ServiceDefinition;
import io.cade.engine.pki.Identity;
import io.cade.engine.pki.ModuleAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CertificateDeskTest {
  private static final Caller OLGA = new Caller("olga", Role.OPERATOR);
  private static final List<String> HOSTS = List.of("shop.example");

  @TempDir Path dir;
  private final TestWriter log = new TestWriter(InstantSource.system());
  private final FullLog writer = new FullLog(log);
  private CertificateDesk desk;
  private Path file;
  private String pem;

  @BeforeEach
  void begin() throws Exception {
    ModuleAuthority authority =
        ModuleAuthority.open(dir.resolve("pki"), InstantSource.system(), new SecureRandom());
    desk = Certificates.desk(writer, authority, dir, Runnable::run);
    file = dir.resolve("uploaded/shop.pem");
    Identity site =
        ModuleAuthority.open(dir.resolve("other"), InstantSource.system(), new SecureRandom())
            .site("shop", HOSTS);
    pem = site.certificateChainPem() + site.privateKeyPem();
    log.given(
        new Change.ServiceCreated(
            1, new ServiceDefinition("shop", "static-site", HOSTS, 1, "sha256:00")));
  }

  private static void fails(CompletionStage<?> stage, Class<? extends Exception> how) {
    assertThatThrownBy(() -> stage.toCompletableFuture().join()).hasCauseInstanceOf(how);
  }

  private List<String> record() {
    return log.changes(Change.Audited.class).stream().map(Change.Audited::outcome).toList();
  }

  @Test
  void noCertificateIsPutUpOrTakenDownWithoutARecord() {
    writer.full(true);
    fails(desk.upload(OLGA, "shop", pem), IOException.class);
    assertThat(file).doesNotExist();
    writer.full(false);
    assertThat(desk.upload(OLGA, "shop", pem).toCompletableFuture().join().source())
        .isEqualTo("uploaded");
    assertThat(file).exists();
    assertThat(record()).containsExactly("begun", "done");
    writer.full(true);
    fails(desk.remove(OLGA, "shop"), IOException.class);
    assertThat(file).exists();
    writer.full(false);
    desk.remove(OLGA, "shop").toCompletableFuture().join();
    assertThat(file).doesNotExist();
  }

  @Test
  void whatIsNoCertificateIsRefusedOnRecord() {
    fails(desk.upload(OLGA, "shop", "nonsense"), Refusal.class);
    assertThat(record()).hasSize(2);
    assertThat(record().getLast()).startsWith("refused: ");
    assertThat(file).doesNotExist();
  }
}
