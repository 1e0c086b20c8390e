package io.cade.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.RouteSnapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotFileTest {
  @Test
  void whatWasSavedIsFoundAgainButKeysOfSessionTicketsAreNeverOnTheDisk(@TempDir Path dir)
      throws Exception {
    RouteSnapshot.SiteRoute site =
        new RouteSnapshot.SiteRoute(
            "shop",
            List.of("shop.example"),
            List.of(new RouteSnapshot.Backend(new CardPosition(1, 1), "127.1.1.1", 80)),
            "chain",
            "key");
    RouteSnapshot snapshot =
        new RouteSnapshot(
            7,
            List.of(site),
            List.of(),
            List.of(new RouteSnapshot.Challenge("shop.example", "token", "token.digest")),
            List.of("SECRETSECRET"));
    new SnapshotFile(dir).save(snapshot);
    assertThat(new SnapshotFile(dir).load()).contains(snapshot.withoutTicketKeys());
    try (var files = Files.list(dir)) {
      for (Path file : files.toList()) {
        assertThat(Files.readString(file)).doesNotContain("SECRETSECRET");
      }
    }
    assertThat(snapshot.toString()).doesNotContain("SECRETSECRET");
  }
}
