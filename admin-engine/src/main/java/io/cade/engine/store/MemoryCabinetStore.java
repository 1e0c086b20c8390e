package io.cade.engine.store;

import io.cade.engine.change.Commit;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmQuery;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.Change.AlarmChange;
import io.cade.engine.model.EntityKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A store for simulations. Thread-safe. */
public final class MemoryCabinetStore implements CabinetStore {
  private Cabinet cabinet = Cabinet.empty();
  private final List<PastAlarm> alarms = new ArrayList<>();
  private final List<AuditEntry> audits = new ArrayList<>();

  @Override
  public synchronized Cabinet load() {
    return cabinet;
  }

  @Override
  public synchronized void apply(List<Commit> commits, Cabinet after, Set<EntityKey> touched) {
    long sequence = cabinet.nextAlarm();
    cabinet = after;
    for (Commit commit : commits) {
      for (Change change : commit.changes()) {
        switch (change) {
          case Change.AlarmRaised c ->
              alarms.addFirst(
                  new PastAlarm(
                      sequence++, c.key(), c.severity(), c.text(), commit.at(), null, "", null));
          case Change.AlarmCleared c ->
              replace(
                  c.key(),
                  a ->
                      new PastAlarm(
                          a.sequence(),
                          a.key(),
                          a.severity(),
                          a.text(),
                          a.raisedAt(),
                          commit.at(),
                          a.acknowledgedBy(),
                          a.acknowledgedAt()));
          case Change.AlarmAcknowledged c ->
              replace(
                  c.key(),
                  a ->
                      new PastAlarm(
                          a.sequence(),
                          a.key(),
                          a.severity(),
                          a.text(),
                          a.raisedAt(),
                          null,
                          c.by(),
                          commit.at()));
          case AlarmChange.Altered c ->
              replace(
                  c.key(),
                  a ->
                      new PastAlarm(
                          a.sequence(),
                          a.key(),
                          c.severity(),
                          c.text(),
                          a.raisedAt(),
                          null,
                          a.acknowledgedBy(),
                          a.acknowledgedAt()));
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

  private void replace(AlarmKey key, UnaryOperator<PastAlarm> change) {
    alarms.replaceAll(a -> a.key().equals(key) && a.clearedAt() == null ? change.apply(a) : a);
  }

  @Override
  public synchronized long checkpoint() {
    trim(alarms);
    trim(audits);
    return cabinet.position();
  }

  private static void trim(List<?> newestFirst) {
    if (newestFirst.size() > H2CabinetStore.MAX_HISTORY) {
      newestFirst.subList(H2CabinetStore.MAX_HISTORY, newestFirst.size()).clear();
    }
  }

  @Override
  public synchronized List<PastAlarm> alarmHistory(AlarmQuery query) {
    return alarms.stream()
        .filter(a -> query.matches(a.sequence(), a.key(), a.severity(), a.raisedAt()))
        .limit(query.limit())
        .toList();
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
