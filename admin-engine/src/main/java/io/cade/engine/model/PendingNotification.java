package io.cade.engine.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the log of notifications: something that the operations centre is told (SPEC S2).
 *
 * @param sequence ascending without gaps, so that a receiver can see what it missed
 * @param cleared whether an alarm ended
 * @param alarm what it is about, as it was then; null when it is about no alarm
 * @param text of a notification that is about no alarm, else empty
 * @param receivers names of those that get it, empty for all
 */
public record PendingNotification(
    long sequence,
    boolean cleared,
    @Nullable Alarm alarm,
    Instant at,
    Kind kind,
    String text,
    List<String> receivers) {

  /** What is told. */
  public enum Kind {
    /** An alarm begins. */
    RAISED,
    /** An alarm ends. */
    CLEARED,
    /** An alarm has another severity than before. */
    CHANGED,
    /** A rule wants somebody to know of an alarm. */
    RULE,
    /** An operator tries the way. */
    TEST,
    /** The engine began with an empty memory (SNMPv2-MIB). */
    COLD_START,
    /** The engine began again with what it had (SNMPv2-MIB). */
    WARM_START,
    /** Somebody asked the agent without being allowed to (SNMPv2-MIB). */
    AUTHENTICATION_FAILURE,
    /** What the cabinet consists of has changed (ENTITY-MIB). */
    CONFIGURATION_CHANGE
  }

  public PendingNotification {
    receivers = List.copyOf(receivers);
  }

  /** A raise or a clear for everybody. */
  public PendingNotification(long sequence, boolean cleared, Alarm alarm, Instant at) {
    this(sequence, cleared, alarm, at, cleared ? Kind.CLEARED : Kind.RAISED, "", List.of());
  }

  /** Stored notifications of earlier versions lack the later fields. */
  @JsonCreator
  static PendingNotification stored(
      @JsonProperty("sequence") long sequence,
      @JsonProperty("cleared") boolean cleared,
      @JsonProperty("alarm") @Nullable Alarm alarm,
      @JsonProperty("at") Instant at,
      @JsonProperty("kind") @Nullable Kind kind,
      @JsonProperty("text") @Nullable String text,
      @JsonProperty("receivers") @Nullable List<String> receivers) {
    return new PendingNotification(
        sequence,
        cleared,
        alarm,
        at,
        kind == null ? (cleared ? Kind.CLEARED : Kind.RAISED) : kind,
        text == null ? "" : text,
        receivers == null ? List.of() : receivers);
  }

  /** Whether a receiver gets it. */
  public boolean isFor(String receiver) {
    return receivers.isEmpty() || receivers.contains(receiver);
  }
}
