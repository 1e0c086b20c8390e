package io.cade.engine.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.cade.engine.change.Commit;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Change;
import io.cade.engine.model.EntityKey;
import io.cade.engine.model.Severity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.output.MigrateResult;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store in an embedded H2 database. Plain SQL, so that another database stays possible. */
public final class H2CabinetStore implements CabinetStore {
  private static final Logger LOG = LoggerFactory.getLogger(H2CabinetStore.class);

  /** Rows of history that are kept; older ones go at checkpoints. */
  static final int MAX_HISTORY = 100_000;

  private static final String ACTIVE = " WHERE type = ? AND source = ? AND cleared_at IS NULL";

  private final HikariDataSource pool;
  private final Jdbi jdbi;
  private final EntityCodec codec = new EntityCodec();

  private H2CabinetStore(HikariDataSource pool) {
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
  }

  /**
   * Opens or makes the database, and brings its tables up to this version.
   *
   * @param file path of the database without its suffix
   * @throws IOException when it is in use, damaged, or of a newer version
   */
  public static H2CabinetStore open(Path file) throws IOException {
    HikariConfig config = new HikariConfig();
    config.setPoolName("store");
    config.setJdbcUrl(
        "jdbc:h2:file:" + file.toAbsolutePath() + ";DB_CLOSE_ON_EXIT=FALSE;CACHE_SIZE=8192");
    config.setUsername("cade");
    config.setPassword("");
    config.setMaximumPoolSize(3);
    config.setMinimumIdle(1);
    config.setInitializationFailTimeout(1);
    HikariDataSource pool;
    try {
      pool = new HikariDataSource(config);
    } catch (RuntimeException e) {
      throw new IOException("the database " + file + " cannot be opened: " + root(e), e);
    }
    try {
      migrate(pool, file);
      return new H2CabinetStore(pool);
    } catch (IOException | RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  private static void migrate(HikariDataSource pool, Path file) throws IOException {
    try {
      Flyway flyway =
          Flyway.configure()
              .dataSource(pool)
              .locations("classpath:io/cade/engine/store/migration")
              .validateMigrationNaming(true)
              .ignoreMigrationPatterns(new String[0])
              .load();
      MigrateResult result = flyway.migrate();
      if (result.migrationsExecuted > 0) {
        LOG.info("the database {} is now at version {}", file, result.targetSchemaVersion);
      }
    } catch (FlywayException e) {
      throw new IOException(
          "the database "
              + file
              + " cannot be brought to this version; it may have been written by a newer one: "
              + root(e),
          e);
    }
  }

  private static String root(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
  }

  @Override
  public Cabinet load() throws IOException {
    try (Handle handle = jdbi.open()) {
      long[] progress =
          handle
              .createQuery(
                  "SELECT log_position, next_alarm, next_notification, next_service, next_command"
                      + " FROM progress")
              .map((rs, ctx) ->
                  new long[] {
                    rs.getLong(1), rs.getLong(2), rs.getLong(3), rs.getLong(4), rs.getLong(5)
                  })
              .one();
      CabinetBuilder builder =
          CabinetBuilder.restored(
              progress[0], new long[] {progress[1], progress[2], progress[3], progress[4]});
      record Row(EntityKey key, String document) {}
      List<Row> rows =
          handle
              .createQuery("SELECT kind, id, document FROM entity ORDER BY kind, id")
              .map((rs, ctx) ->
                  new Row(
                      new EntityKey(EntityKey.Kind.valueOf(rs.getString(1)), rs.getString(2)),
                      rs.getString(3)))
              .list();
      for (Row row : rows) {
        codec.restore(builder, row.key(), row.document());
      }
      return builder.freeze(progress[0]);
    } catch (JdbiException e) {
      throw new IOException("the database cannot be read: " + root(e), e);
    }
  }

  @Override
  public void apply(List<Commit> commits, Cabinet after, Set<EntityKey> touched)
      throws IOException {
    try {
      jdbi.useTransaction(handle -> applyIn(handle, commits, after, touched));
    } catch (JdbiException e) {
      throw new IOException("the database cannot be written: " + root(e), e);
    }
  }

  private void applyIn(Handle handle, List<Commit> commits, Cabinet after, Set<EntityKey> touched) {
    try (PreparedBatch puts =
            handle.prepareBatch("MERGE INTO entity KEY (kind, id) VALUES (?, ?, ?)");
        PreparedBatch deletes =
            handle.prepareBatch("DELETE FROM entity WHERE kind = ? AND id = ?")) {
      for (EntityKey key : touched) {
        String document = codec.document(after, key);
        if (document == null) {
          deletes.add(key.kind().name(), key.id());
        } else {
          puts.add(key.kind().name(), key.id(), document);
        }
      }
      run(puts);
      run(deletes);
    }
    history(handle, commits);
    handle.execute(
        "UPDATE progress SET log_position = ?, next_alarm = ?, next_notification = ?,"
            + " next_service = ?, next_command = ?",
        after.position(),
        after.nextAlarm(),
        after.nextNotification(),
        (long) after.nextServiceIndex(),
        after.nextCommand());
  }

  private static void history(Handle handle, List<Commit> commits) {
    // Alarms are numbered in the order of the log, so the number follows from the last one applied.
    long alarm = handle.createQuery("SELECT next_alarm FROM progress").mapTo(Long.class).one();
    for (Commit commit : commits) {
      OffsetDateTime at = commit.at().atOffset(ZoneOffset.UTC);
      int item = 0;
      for (Change change : commit.changes()) {
        item++;
        switch (change) {
          case Change.AlarmRaised c ->
              handle.execute(
                  "INSERT INTO alarm_history VALUES (?, ?, ?, ?, ?, ?, NULL, '')",
                  alarm++,
                  c.key().type().name(),
                  cut(c.key().source(), 255),
                  c.severity().name(),
                  cut(c.text(), 2048),
                  at);
          case Change.AlarmCleared c ->
              handle.execute(
                  "UPDATE alarm_history SET cleared_at = ?" + ACTIVE,
                  at,
                  c.key().type().name(),
                  cut(c.key().source(), 255));
          case Change.AlarmAcknowledged c ->
              handle.execute(
                  "UPDATE alarm_history SET acknowledged_by = ?" + ACTIVE,
                  cut(c.by(), 64),
                  c.key().type().name(),
                  cut(c.key().source(), 255));
          case Change.Audited c ->
              handle.execute(
                  "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?)",
                  commit.position(),
                  item,
                  at,
                  cut(c.user(), 64),
                  cut(c.action(), 1024),
                  cut(c.outcome(), 1024));
          default -> {
            // The state tells the rest.
          }
        }
      }
    }
  }

  private static void run(PreparedBatch batch) {
    if (batch.size() > 0) {
      batch.execute();
    }
  }

  private static String cut(String text, int max) {
    return text.length() <= max ? text : text.substring(0, max);
  }

  @Override
  public long checkpoint() throws IOException {
    try (Handle handle = jdbi.open()) {
      handle.execute(
          "DELETE FROM alarm_history WHERE cleared_at IS NOT NULL AND sequence <"
              + " (SELECT next_alarm FROM progress) - "
              + MAX_HISTORY);
      handle.execute(
          "DELETE FROM audit WHERE log_position < (SELECT MIN(log_position) FROM (SELECT"
              + " log_position FROM audit ORDER BY log_position DESC LIMIT "
              + MAX_HISTORY
              + "))");
      long position =
          handle.createQuery("SELECT log_position FROM progress").mapTo(Long.class).one();
      handle.execute("CHECKPOINT SYNC");
      return position;
    } catch (JdbiException e) {
      throw new IOException("the database cannot be written: " + root(e), e);
    }
  }

  @Override
  public List<PastAlarm> alarmHistory(int limit) throws IOException {
    try (Handle handle = jdbi.open()) {
      return handle
          .createQuery(
              "SELECT sequence, type, source, severity, text, raised_at, cleared_at,"
                  + " acknowledged_by FROM alarm_history ORDER BY sequence DESC LIMIT :limit")
          .bind("limit", limit)
          .map((rs, ctx) -> {
            OffsetDateTime cleared = rs.getObject(7, OffsetDateTime.class);
            return new PastAlarm(
                rs.getLong(1),
                new AlarmKey(AlarmType.valueOf(rs.getString(2)), rs.getString(3)),
                Severity.valueOf(rs.getString(4)),
                rs.getString(5),
                rs.getObject(6, OffsetDateTime.class).toInstant(),
                cleared == null ? null : cleared.toInstant(),
                rs.getString(8));
          })
          .list();
    } catch (JdbiException e) {
      throw new IOException("the database cannot be read: " + root(e), e);
    }
  }

  @Override
  public List<AuditEntry> audit(int limit) throws IOException {
    try (Handle handle = jdbi.open()) {
      return handle
          .createQuery(
              "SELECT log_position, at, who, action, outcome FROM audit"
                  + " ORDER BY log_position DESC, item DESC LIMIT :limit")
          .bind("limit", limit)
          .map((rs, ctx) ->
              new AuditEntry(
                  rs.getLong(1),
                  rs.getObject(2, OffsetDateTime.class).toInstant(),
                  rs.getString(3),
                  rs.getString(4),
                  rs.getString(5)))
          .list();
    } catch (JdbiException e) {
      throw new IOException("the database cannot be read: " + root(e), e);
    }
  }

  @Override
  public void close() {
    try (Handle handle = jdbi.open()) {
      handle.execute("SHUTDOWN");
    } catch (JdbiException e) {
      LOG.warn("the database was not closed cleanly", e);
    }
    pool.close();
  }
}
