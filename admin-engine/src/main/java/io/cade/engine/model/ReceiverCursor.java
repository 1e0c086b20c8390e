package io.cade.engine.model;

/**
 * How far a receiver has got in the log of notifications.
 *
 * @param receiver its name in the configuration
 * @param delivered all up to this sequence have arrived there, or were not meant for it
 */
public record ReceiverCursor(String receiver, long delivered) {}
