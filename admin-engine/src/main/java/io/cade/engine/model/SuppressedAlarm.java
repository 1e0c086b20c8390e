package io.cade.engine.model;

import java.time.Instant;

/**
 * A condition that would be an alarm, were it not a part of a greater one: it is shown, and nobody
 * is told.
 *
 * @param by key of the alarm that stands for it
 */
public record SuppressedAlarm(
    AlarmKey key, Severity severity, String text, AlarmKey by, Instant since) {}
