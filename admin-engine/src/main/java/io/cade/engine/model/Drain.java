package io.cade.engine.model;

import java.time.Instant;

/**
 * A card is being emptied of visitors: it finishes what runs and gets nothing new.
 *
 * @param until when also those visitors are sent elsewhere who are bound to it by a cookie
 * @param by who ordered it
 */
public record Drain(Instant since, Instant until, String by) {}
