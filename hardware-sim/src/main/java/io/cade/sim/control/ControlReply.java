package io.cade.sim.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;

/**
 * What became of it.
 *
 * @param ok whether it was done
 * @param message for the technician: what was done, or what was wrong and what to do
 * @param details for programs; the reply to {@code status} has {@code powered}, the number of cards
 *     that are in their slots and have power
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ControlReply(
    @JsonInclude(JsonInclude.Include.ALWAYS) boolean ok,
    @JsonInclude(JsonInclude.Include.ALWAYS) String message,
    Map<String, Object> details) {
  public ControlReply {
    // JSON leaves out what is empty.
    details = details == null ? Map.of() : Map.copyOf(details);
  }

  /** Done. */
  public static ControlReply done(String message) {
    return new ControlReply(true, message, Map.of());
  }

  /** Not done, and why. */
  public static ControlReply failed(String message) {
    return new ControlReply(false, message, Map.of());
  }
}
