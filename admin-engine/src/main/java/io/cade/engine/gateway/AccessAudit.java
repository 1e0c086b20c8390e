package io.cade.engine.gateway;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.model.Change;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts on record that a card asked for what it may not have. One record a card and minute, with the
 * number of those left out, so that a rogue card cannot fill the log. Thread-safe; at most one
 * entry a position and {@value #MAX_PEERS} addresses.
 */
final class AccessAudit {
  static final Duration PAUSE = Duration.ofMinutes(1);
  private static final int MAX_PEERS = 1_024;

  private static final Logger log = LoggerFactory.getLogger(AccessAudit.class);

  private record Last(Instant recorded, long leftOut) {}

  private final Map<CardPosition, Last> last = new ConcurrentHashMap<>();

  /** By address; the one that was refused longest ago is forgotten first. Guarded by itself. */
  private final Map<String, Last> peers =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Last> eldest) {
          return size() > MAX_PEERS;
        }
      };

  private final ChangeWriter writer;
  private final InstantSource clock;

  AccessAudit(ChangeWriter writer, InstantSource clock) {
    this.writer = writer;
    this.clock = clock;
  }

  /** What somebody did who showed the card's certificate. */
  void refused(CardPosition card, String action) {
    record(card, action, "");
  }

  /**
   * What somebody did who only says which card he is: one record a minute of each address, too, or
   * he would have one of each card that he names.
   *
   * @param address from which he spoke; empty when it is not known
   */
  void refusedFrom(String address, CardPosition card, String action) {
    if (address.isEmpty()) {
      record(card, action, "");
      return;
    }
    Instant now = clock.instant();
    synchronized (peers) {
      Last known = peers.get(address);
      if (known != null && isRecent(known, now)) {
        peers.put(address, new Last(known.recorded(), known.leftOut() + 1));
        return;
      }
      long leftOut = known == null ? 0 : known.leftOut();
      if (record(card, action, leftOut == 0 ? "" : ", " + leftOut + " more before from there")) {
        peers.put(address, new Last(now, 0));
      }
    }
  }

  private static boolean isRecent(Last known, Instant now) {
    return now.isBefore(known.recorded().plus(PAUSE));
  }

  private boolean record(CardPosition card, String action, String fromThere) {
    Instant now = clock.instant();
    AtomicReference<Change.Audited> record = new AtomicReference<>();
    last.compute(
        card,
        (_, known) -> {
          if (known != null && isRecent(known, now)) {
            return new Last(known.recorded(), known.leftOut() + 1);
          }
          String more =
              known == null || known.leftOut() == 0 ? "" : ", " + known.leftOut() + " more before";
          record.set(new Change.Audited("card " + card, action, "refused" + more + fromThere));
          return new Last(now, 0);
        });
    Change.Audited change = record.get();
    if (change == null) {
      return false;
    }
    log.warn("card {} was refused: {}", card, action);
    var _ =
        writer
            .submit((_, _) -> Decision.of(true, change))
            .exceptionally(e -> {
              log.error("cannot put on record that card {} was refused", card, e);
              return false;
            });
    return true;
  }
}
