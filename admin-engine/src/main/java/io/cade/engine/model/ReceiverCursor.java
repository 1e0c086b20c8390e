package io.cade.engine.model;

/**
 * How far a receiver has got in the log of notifications.
 *
 * @param receiver its name in the configuration
 * @param delivered all up to this sequence have arrived there, were not meant for it, or are missed
 * @param missed notifications that were given up before it had them, because the log was full
 */
public record ReceiverCursor(String receiver, long delivered, long missed) {
  ReceiverCursor(String receiver, long delivered) {
    this(receiver, delivered, 0);
  }

  ReceiverCursor upTo(long sequence) {
    return new ReceiverCursor(receiver, sequence, missed);
  }

  ReceiverCursor missedOneMore() {
    return new ReceiverCursor(receiver, delivered, missed + 1);
  }
}
