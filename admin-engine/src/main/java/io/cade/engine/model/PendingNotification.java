package io.cade.engine.model;

import java.time.Instant;

/**
 * A raise or a clear that the operations centre has not acknowledged yet (SPEC S2).
 *
 * @param sequence ascending without gaps, so that a receiver can see what it missed
 * @param cleared whether the alarm ended
 */
public record PendingNotification(long sequence, boolean cleared, Alarm alarm, Instant at) {}
