package io.cade.engine.store;

import io.cade.engine.change.Commit;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.EntityKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A store for simulations. Thread-safe. */
public final class MemoryCabinetStore implements CabinetStore {
  private Cabinet cabinet = Cabinet.empty();
  private final List<AlarmEvent> alarms = new ArrayList<>();
  private final List<AuditEntry> audits = new ArrayList<>();

  @Override
  public synchronized Cabinet load() {
    return cabinet;
  }

  @Override
  public synchronized void apply(List<Commit> commits, Cabinet after, Set<EntityKey> touched) {
    cabinet = after;
    for (Commit commit : commits) {
      for (Change change : commit.changes()) {
        switch (change) {
          case Change.AlarmRaised c ->
              alarm(commit, "raised", c.key().type().word(), c.key().source(), c.text());
          case Change.AlarmCleared c ->
              alarm(commit, "cleared", c.key().type().word(), c.key().source(), c.cause());
          case Change.AlarmAcknowledged c ->
              alarm(commit, "acknowledged", c.key().type().word(), c.key().source(), c.by());
          case Change.Audited c ->
              audits.addFirst(
                  new AuditEntry(
                      commit.position(), commit.at(), c.user(), c.action(), c.outcome()));
          default -> {
            // The state tells the rest.
          }
        }
      }
    }
  }

  private void alarm(Commit commit, String event, String type, String source, String text) {
    alarms.addFirst(new AlarmEvent(commit.position(), commit.at(), event, type, source, text));
  }

  @Override
  public synchronized long checkpoint() {
    return cabinet.position();
  }

  @Override
  public synchronized List<AlarmEvent> alarmHistory(int limit) {
    return List.copyOf(alarms.subList(0, Math.min(limit, alarms.size())));
  }

  @Override
  public synchronized List<AuditEntry> audit(int limit) {
    return List.copyOf(audits.subList(0, Math.min(limit, audits.size())));
  }

  @Override
  public void close() {
    // Nothing to release.
  }
}
