package io.cade.mib;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of cadeBillingTable.
 *
 * @param service index of the service: the index
 * @param name of the service
 * @param since since when it is counted
 * @param until when the service was deleted, null while it lives
 * @param requests of visitors
 * @param failures not answered
 * @param refused by the guard
 * @param octetsIn from visitors
 * @param octetsOut to visitors
 * @param localRequests from local networks
 * @param localOctets of local networks
 */
public record BillingRow(
    int service,
    String name,
    Instant since,
    @Nullable Instant until,
    long requests,
    long failures,
    long refused,
    long octetsIn,
    long octetsOut,
    long localRequests,
    long localOctets) {
  public BillingRow {
    Checks.range("service", service, 1, Integer.MAX_VALUE);
  }
}
