package io.cade.engine.snmp;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Commit;
import io.cade.engine.change.CommitListener;
import io.cade.engine.change.Decision;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.PendingNotification.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Posts entConfigChange when the cabinet consists of other parts than before, at most once in
 * {@link #PAUSE} (RFC 6933 demands at most one in five seconds). Changes within the pause are told
 * by the next one. The fields belong to the thread that completes commits.
 */
public final class ConfigurationWatch implements CommitListener {
  static final Duration PAUSE = Duration.ofSeconds(5);

  private final ChangeWriter writer;
  private final InstantSource clock;
  private Instant last = Instant.EPOCH;
  private boolean pending;

  public ConfigurationWatch(ChangeWriter writer, InstantSource clock) {
    this.writer = writer;
    this.clock = clock;
  }

  @Override
  public void committed(List<Commit> commits, Cabinet after) {
    for (Commit commit : commits) {
      for (Change change : commit.changes()) {
        pending |= change instanceof Change.CardSeated || change instanceof Change.CardIntroduced;
      }
    }
    Instant now = clock.instant();
    if (pending && !now.isBefore(last.plus(PAUSE))) {
      pending = false;
      last = now;
      var _ =
          writer.submit((_, _) ->
              Decision.of(
                  true,
                  new Change.AlarmChange.NotificationPosted(
                      Kind.CONFIGURATION_CHANGE, "", null, List.of())));
    }
  }
}
