package io.cade.mib;

import java.time.Instant;

/**
 * An entry of the log of notifications.
 *
 * @param at when it was logged
 */
public record LoggedNotification(AlarmNotification notification, Instant at) {}
