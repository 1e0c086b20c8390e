package io.cade.engine.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An active alarm.
 *
 * @param sequence ascending over all alarms of the module, never used again
 * @param severity as it is now: it follows the level of what the alarm is about
 * @param text what happened, for people
 * @param acknowledgedBy operator who has taken note, empty while nobody has
 * @param acknowledgedAt when; null while nobody has
 * @param rootCause key of the alarm that this one follows from, as text; empty when it stands for
 *     itself
 * @param flapping how often it came lately, in words, while it is damped; else empty
 * @param notification sequence of the last notification about it
 */
public record Alarm(
    long sequence,
    AlarmKey key,
    Severity severity,
    String text,
    Instant raisedAt,
    String acknowledgedBy,
    @Nullable Instant acknowledgedAt,
    String rootCause,
    String flapping,
    long notification) {

  /** An alarm without what came later. */
  public Alarm(
      long sequence,
      AlarmKey key,
      Severity severity,
      String text,
      Instant raisedAt,
      String acknowledgedBy) {
    this(sequence, key, severity, text, raisedAt, acknowledgedBy, null, "", "", 0);
  }

  /** Stored alarms of earlier versions lack the later fields. */
  @JsonCreator
  static Alarm stored(
      @JsonProperty("sequence") long sequence,
      @JsonProperty("key") AlarmKey key,
      @JsonProperty("severity") Severity severity,
      @JsonProperty("text") String text,
      @JsonProperty("raisedAt") Instant raisedAt,
      @JsonProperty("acknowledgedBy") String acknowledgedBy,
      @JsonProperty("acknowledgedAt") @Nullable Instant acknowledgedAt,
      @JsonProperty("rootCause") @Nullable String rootCause,
      @JsonProperty("flapping") @Nullable String flapping,
      @JsonProperty("notification") @Nullable Long notification) {
    return new Alarm(
        sequence,
        key,
        severity,
        text,
        raisedAt,
        acknowledgedBy,
        acknowledgedAt,
        rootCause == null ? "" : rootCause,
        flapping == null ? "" : flapping,
        notification == null ? 0 : notification);
  }

  /** The alarm with a name under it. */
  public Alarm acknowledged(String by, Instant at) {
    return new Alarm(
        sequence, key, severity, text, raisedAt, by, at, rootCause, flapping, notification);
  }

  Alarm altered(Severity newSeverity, String newText, String newRootCause, long newNotification) {
    return new Alarm(
        sequence,
        key,
        newSeverity,
        newText,
        raisedAt,
        acknowledgedBy,
        acknowledgedAt,
        newRootCause,
        flapping,
        newNotification);
  }
}
