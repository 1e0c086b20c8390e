package io.cade.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.change.Commit;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Change;
import io.cade.engine.model.EntityKey;
import io.cade.engine.model.Severity;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class H2CabinetStoreTest extends CabinetStoreContract {
  @TempDir Path directory;

  @Override
  CabinetStore open() throws IOException {
    return H2CabinetStore.open(directory.resolve("cabinet"));
  }

  @Test
  void aBatchThatFailsLeavesTheStoreAsItWas() throws Exception {
    try (CabinetStore store = open()) {
      Cabinet cabinet = apply(store, store.load(), story(), new Random(1));
      EntityKey impossible = new EntityKey(EntityKey.Kind.CARD, "not a position");
      assertThatThrownBy(() -> store.apply(List.of(), Cabinet.empty(), Set.of(impossible)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(store.load()).isEqualTo(cabinet);
    }
  }

  @Test
  void aDatabaseOfANewerVersionIsRefusedAndLeftAlone() throws Exception {
    open().close();
    String url = "jdbc:h2:file:" + directory.resolve("cabinet");
    try (Connection c = DriverManager.getConnection(url, "cade", "");
        var s = c.createStatement()) {
      s.execute(
          "INSERT INTO \"flyway_schema_history\" VALUES (99, '99', 'future', 'SQL', 'V99__x.sql', 1,"
              + " 'CADE', CURRENT_TIMESTAMP, 1, TRUE)");
    }
    int rows = historyRows(url);
    assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("newer");
    // Its content is as it was: nothing was taken back or added.
    assertThat(historyRows(url)).isEqualTo(rows);
  }

  private static int historyRows(String url) throws Exception {
    try (Connection c = DriverManager.getConnection(url, "cade", "");
        var s = c.createStatement();
        var rows = s.executeQuery("SELECT COUNT(*) FROM \"flyway_schema_history\"")) {
      assertThat(rows.next()).isTrue();
      return rows.getInt(1);
    }
  }

  @Test
  void theNewestMigrationIsTheVersionThatIsExpected() throws Exception {
    URL migrations = H2CabinetStore.class.getResource("migration");
    assertThat(migrations).isNotNull();
    try (Stream<Path> files = Files.list(Path.of(migrations.toURI()))) {
      // By number: V11 comes after V9.
      assertThat(
              files
                  .map(f -> f.getFileName().toString().split("__")[0].substring(1))
                  .mapToInt(Integer::parseInt)
                  .max())
          .hasValue(H2Schema.VERSION);
    }
  }

  @Test
  void aPathThatWouldBeReadAsASettingIsRefused() {
    assertThatThrownBy(() -> H2CabinetStore.open(directory.resolve("a;INIT=x")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("';'");
  }

  @Test
  void whatWasRefusedPushesNothingOutThatWasDone() throws Exception {
    try (H2CabinetStore store = H2CabinetStore.open(directory.resolve("cabinet"), 50, 10)) {
      Cabinet cabinet = store.load();
      for (int i = 0; i < 60 + 500; i++) {
        String outcome = i < 60 ? i % 2 == 0 ? "done" : "begun" : "refused: no " + i;
        List<Change> one = List.of(new Change.Audited("anna", "act " + i, outcome));
        CabinetBuilder builder = new CabinetBuilder(cabinet);
        one.forEach(c -> builder.apply(c, Instant.EPOCH));
        cabinet = builder.freeze(cabinet.position() + 1);
        store.apply(
            List.of(new Commit(cabinet.position(), Instant.EPOCH, one)),
            cabinet,
            builder.touched());
      }
      store.checkpoint();
      List<CabinetStore.AuditEntry> kept = store.audit(1_000);
      assertThat(kept).hasSize(50 + 10);
      assertThat(kept.getFirst().action()).isEqualTo("act 559");
      assertThat(kept.get(9).outcome()).isEqualTo("refused: no 550");
      assertThat(kept.get(10).action()).isEqualTo("act 59");
      assertThat(kept.getLast().action()).isEqualTo("act 10");
    }
  }

  @Test
  void onlyTheNewestHistoryIsKeptAndActiveAlarmsAlways() throws Exception {
    try (CabinetStore store = H2CabinetStore.open(directory.resolve("cabinet"), 50, 10)) {
      AlarmKey active = new AlarmKey(AlarmType.FAN_FAILED, "sensor 1.0 fan1");
      AlarmKey key = new AlarmKey(AlarmType.CARD_LOST, "card 1.1");
      Cabinet cabinet = store.load();
      List<Change> first = List.of(new Change.AlarmRaised(active, Severity.MAJOR, "stands still"));
      List<Change> many = new ArrayList<>();
      for (int i = 0; i < 50 + 10; i++) {
        many.add(new Change.AlarmRaised(key, Severity.MAJOR, "gone"));
        many.add(new Change.AlarmCleared(key, "back"));
      }
      for (List<Change> batch : List.of(first, many)) {
        CabinetBuilder builder = new CabinetBuilder(cabinet);
        batch.forEach(c -> builder.apply(c, Instant.EPOCH));
        cabinet = builder.freeze(cabinet.position() + 1);
        store.apply(
            List.of(new Commit(cabinet.position(), Instant.EPOCH, batch)),
            cabinet,
            builder.touched());
      }
      store.checkpoint();
      List<CabinetStore.PastAlarm> history = store.alarmHistory(1_000_000);
      assertThat(history).hasSize(50 + 1);
      assertThat(history.getLast().key()).isEqualTo(active);
      assertThat(history.get(50 - 1).sequence()).isEqualTo(12);
    }
  }
}
