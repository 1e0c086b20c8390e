package io.cade.engine.model;

import java.time.Instant;

/**
 * @param sequence ascending over all alarms of the module, never used again
 * @param text what happened, for people
 * @param acknowledgedBy operator who has taken note, empty while nobody has
 */
public record Alarm(
    long sequence,
    AlarmKey key,
    Severity severity,
    String text,
    Instant raisedAt,
    String acknowledgedBy) {}
