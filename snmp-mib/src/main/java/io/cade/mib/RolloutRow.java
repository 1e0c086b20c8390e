package io.cade.mib;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of cadeRolloutTable.
 *
 * @param service index of the service: the index
 * @param current number of the version that its cards have, or had before the rollout under way
 * @param newest number of the newest version
 * @param version under way; the current one when none is
 * @param stage of the last rollout
 * @param card that it is about, like {@code 1.3}, else empty
 * @param done cards that have proved the version
 * @param cause why it goes or went back, or what it waits for, else empty
 * @param by who ordered it, empty if nobody ever did
 * @param since beginning of the stage
 */
public record RolloutRow(
    int service,
    int current,
    int newest,
    int version,
    RolloutStage stage,
    String card,
    int done,
    String cause,
    String by,
    @Nullable Instant since) {
  public RolloutRow {
    Checks.range("service", service, 1, Integer.MAX_VALUE);
  }
}
