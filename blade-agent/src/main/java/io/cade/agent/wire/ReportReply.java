package io.cade.agent.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param introduceAgain the engine does not know this boot of the card
 * @param chassisReader the card is elected to read its chassis' bus until its next report is
 *     answered
 * @param commandsWaiting whether it is worth asking for commands at once
 * @param watches readings that are worth a report at once, until the next is answered; at most
 *     {@value #MAX_WATCHES}; null when those count on that the report named
 * @param watching names {@code watches} in the next report, so that they need not be said again;
 *     empty for none
 */
public record ReportReply(
    boolean introduceAgain,
    boolean chassisReader,
    boolean commandsWaiting,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<SensorWatch> watches,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String watching) {
  static final int MAX_WATCHES = 128;

  public ReportReply {
    watches = watches == null ? null : Limits.list("watches", watches, MAX_WATCHES);
    watching = watching == null ? "" : Limits.text("watching", watching, 32);
  }

  /** A reply that asks for nothing between reports. */
  public ReportReply(boolean introduceAgain, boolean chassisReader, boolean commandsWaiting) {
    this(introduceAgain, chassisReader, commandsWaiting, List.of(), "");
  }
}
