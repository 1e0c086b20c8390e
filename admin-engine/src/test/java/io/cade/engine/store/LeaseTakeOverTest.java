package io.cade.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.MacAddress;
import io.cade.engine.change.Decision;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A restart with many leases. */
@Timeout(120)
class LeaseTakeOverTest {
  private static final int LEASES = 100_000;
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  @TempDir Path directory;

  @Test
  void aHundredThousandLeasesAreTakenOverWhole() throws Exception {
    Cabinet before;
    try (EngineState state = EngineState.open(directory, InstantSource.fixed(NOW))) {
      for (int from = 0; from < LEASES; from += 1_000) {
        List<Change> changes = new ArrayList<>();
        for (int i = from; i < from + 1_000; i++) {
          changes.add(lease(i));
        }
        var _ = state.writer().submit((cabinet, now) -> new Decision<>(changes, true)).get();
      }
      state.checkpoint();
      before = state.writer().current();
    }
    long began = System.nanoTime();
    try (EngineState state = EngineState.open(directory, InstantSource.fixed(NOW))) {
      double seconds = (System.nanoTime() - began) / 1e9;
      System.out.printf("figure dhcp.take_over_100000 %.2f s%n", seconds);
      assertThat(state.writer().current().poolLeases().size()).isEqualTo(LEASES);
      assertThat(state.writer().current()).isEqualTo(before);
    }
  }

  private static Change lease(int i) {
    String mac = "02:00:00:%02x:%02x:%02x".formatted(i >> 16, i >> 8 & 0xff, i & 0xff);
    return new Change.PoolLeaseGranted(
        "10.%d.%d.%d".formatted(i >> 16, i >> 8 & 0xff, i & 0xff),
        "mac " + mac,
        new MacAddress(mac),
        "host-" + i,
        NOW.plusSeconds(i % 3600));
  }
}
