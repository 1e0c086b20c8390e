package io.cade.agent.wire;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param introduceAgain the engine does not know this boot of the card
 * @param chassisReader the card is elected to read its chassis' bus until its next report is
 *     answered
 * @param commandsWaiting whether it is worth asking for commands at once
 * @param watches readings that are worth a report at once, until the next is answered; at most
 *     {@value #MAX_WATCHES}
 */
public record ReportReply(
    boolean introduceAgain,
    boolean chassisReader,
    boolean commandsWaiting,
    List<SensorWatch> watches) {
  static final int MAX_WATCHES = 128;

  public ReportReply {
    watches = Limits.list("watches", watches, MAX_WATCHES);
  }

  /** A reply that asks for nothing between reports. */
  public ReportReply(boolean introduceAgain, boolean chassisReader, boolean commandsWaiting) {
    this(introduceAgain, chassisReader, commandsWaiting, List.of());
  }

  /** An older engine sends no watches. */
  @JsonCreator
  static ReportReply read(
      @JsonProperty("introduceAgain") boolean introduceAgain,
      @JsonProperty("chassisReader") boolean chassisReader,
      @JsonProperty("commandsWaiting") boolean commandsWaiting,
      @JsonProperty("watches") @Nullable List<SensorWatch> watches) {
    return new ReportReply(
        introduceAgain, chassisReader, commandsWaiting, watches == null ? List.of() : watches);
  }
}
