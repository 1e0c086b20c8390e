package io.cade.engine.gateway;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.model.Change;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts on record that a card asked for what it may not have. One record a card and minute, with the
 * number of those left out, so that a rogue card cannot fill the log. Thread-safe; at most one
 * entry a position.
 */
final class AccessAudit {
  static final Duration PAUSE = Duration.ofMinutes(1);

  private static final Logger log = LoggerFactory.getLogger(AccessAudit.class);

  private record Last(Instant recorded, long leftOut) {}

  private final Map<CardPosition, Last> last = new ConcurrentHashMap<>();
  private final ChangeWriter writer;
  private final InstantSource clock;

  AccessAudit(ChangeWriter writer, InstantSource clock) {
    this.writer = writer;
    this.clock = clock;
  }

  void refused(CardPosition card, String action) {
    Instant now = clock.instant();
    AtomicReference<Change.Audited> record = new AtomicReference<>();
    last.compute(
        card,
        (_, known) -> {
          if (known != null && now.isBefore(known.recorded().plus(PAUSE))) {
            return new Last(known.recorded(), known.leftOut() + 1);
          }
          String more =
              known == null || known.leftOut() == 0 ? "" : ", " + known.leftOut() + " more before";
          record.set(new Change.Audited("card " + card, action, "refused" + more));
          return new Last(now, 0);
        });
    Change.Audited change = record.get();
    if (change != null) {
      log.warn("card {} was refused: {}", card, action);
      var _ =
          writer
              .submit((_, _) -> Decision.of(true, change))
              .exceptionally(e -> {
                log.error("cannot put on record that card {} was refused", card, e);
                return false;
              });
    }
  }
}
