package io.cade.engine.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.pki.Identity;
import io.cade.engine.pki.ModuleAuthority;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine that runs for years goes on showing a certificate that is good. */
final class ServerCertificatesTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final List<String> HOSTS = List.of("127.0.0.1", "localhost");

  @Test
  void overFiveYearsTheServersAlwaysShowACertificateThatIsGood(@TempDir Path dir) throws Exception {
    AtomicLong days = new AtomicLong();
    InstantSource clock = () -> START.plus(Duration.ofDays(days.get()));
    ModuleAuthority authority = ModuleAuthority.open(dir, clock, new SecureRandom());
    Identity first = authority.server("engine", HOSTS);
    List<Identity> shown = new ArrayList<>(List.of(first));
    ServerCertificates certificates =
        new ServerCertificates(
            authority,
            "engine",
            HOSTS,
            first,
            List.of(next -> {
              shown.add(next);
              return Future.succeededFuture();
            }));
    for (int day = 0; day < 5 * 365; day++) {
      days.incrementAndGet();
      certificates.look();
      assertThat(shown.getLast().certificate().getNotAfter().toInstant())
          .as("day %s", day)
          .isAfter(clock.instant().plus(Duration.ofDays(7)));
    }
    assertThat(shown).as("not one a day").hasSizeBetween(5, 15).doesNotHaveDuplicates();
  }

  @Test
  void aCertificateThatAServerDidNotTakeIsOfferedAgain(@TempDir Path dir) throws Exception {
    AtomicLong days = new AtomicLong();
    InstantSource clock = () -> START.plus(Duration.ofDays(days.get()));
    ModuleAuthority authority = ModuleAuthority.open(dir, clock, new SecureRandom());
    List<Identity> taken = new ArrayList<>();
    AtomicReference<Future<?>> answer =
        new AtomicReference<>(Future.failedFuture(new IOException("no")));
    ServerCertificates certificates =
        new ServerCertificates(
            authority,
            "engine",
            HOSTS,
            authority.server("engine", HOSTS),
            List.of(next -> {
              taken.add(next);
              return answer.get();
            }));
    days.set(364);
    assertThatThrownBy(certificates::look).isInstanceOf(IOException.class);
    answer.set(Future.succeededFuture());
    certificates.look();
    certificates.look();
    assertThat(taken).hasSize(2);
    assertThat(taken.getFirst().certificate()).isEqualTo(taken.getLast().certificate());
  }
}
