package io.cade.agent.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.time.Instant;

/**
 * The one codec of wire records. Unknown fields are ignored (an older agent must understand a newer
 * engine), a missing or null required field is refused, numbers of instants and durations are
 * ISO-8601 texts. Immutable and thread-safe.
 */
public final class WireJson {
  /** No message is larger; bulk travels as packages. */
  public static final int MAX_MESSAGE_BYTES = 8 << 20;

  /** One for all: what it has found out about a record's class is a megabyte for each of them. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(32)
                          .maxDocumentLength(MAX_MESSAGE_BYTES)
                          .build())
                  .build())
          .addModule(new JavaTimeModule())
          .addModule(new SimpleModule().addDeserializer(Instant.class, new InstantText()))
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  /** The record as UTF-8 JSON. */
  public byte[] encode(Object message) {
    try {
      return MAPPER.writeValueAsBytes(message);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot encode " + message.getClass().getSimpleName(), e);
    }
  }

  /**
   * Reads one message.
   *
   * @throws IOException when the text is not such a message; the cause says which field
   */
  public <T> T decode(byte[] json, Class<T> type) throws IOException {
    if (json.length > MAX_MESSAGE_BYTES) {
      throw new IOException(
          "message of " + json.length + " bytes, " + MAX_MESSAGE_BYTES + " are allowed");
    }
    T message = MAPPER.readValue(json, type);
    if (message == null) {
      throw new IOException("empty message where " + type.getSimpleName() + " was expected");
    }
    return message;
  }
}
