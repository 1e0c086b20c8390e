package io.cade.engine.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.cade.agent.wire.WireJson;
import io.cade.engine.change.Commit;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmQuery;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Counters;
import io.cade.engine.model.EntityKey;
import io.cade.engine.model.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.result.ResultIterator;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;

/** The store in an embedded H2 database. Plain SQL, so that another database stays possible. */
public final class H2CabinetStore implements CabinetStore {
  /** Rows of history that are kept; older ones go at checkpoints. */
  static final int MAX_HISTORY = 100_000;

  /**
   * Records of what was refused that are kept: apart from what was done, so that nobody who may do
   * nothing can push that out.
   */
  static final int MAX_REFUSED = 20_000;

  private static final String REFUSED = "outcome LIKE 'refused%'";

  private final HikariDataSource pool;
  private final Jdbi jdbi;
  private final WireJson json = new WireJson();

  private final int maxHistory;
  private final int maxRefused;

  private H2CabinetStore(HikariDataSource pool, int maxHistory, int maxRefused) {
    this.pool = pool;
    this.maxHistory = maxHistory;
    this.maxRefused = maxRefused;
    this.jdbi = Jdbi.create(pool);
  }

  /**
   * Opens or makes the database, and brings its tables up to this version.
   *
   * @param file path of the database without its suffix
   * @throws IOException when it is in use, damaged, or of a newer version
   */
  public static H2CabinetStore open(Path file) throws IOException {
    return open(file, MAX_HISTORY, MAX_REFUSED);
  }

  static H2CabinetStore open(Path file, int maxHistory, int maxRefused) throws IOException {
    if (file.toAbsolutePath().toString().contains(";")) {
      throw new IOException(
          "the database " + file + " cannot be opened: a ';' may not be in its path");
    }
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
      H2Schema.bringUpToDate(pool, file);
      return new H2CabinetStore(pool, maxHistory, maxRefused);
    } catch (IOException | RuntimeException e) {
      pool.close();
      throw e;
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
      record Progress(long position, Counters counters) {}
      Progress progress =
          handle
              .createQuery(
                  "SELECT log_position, next_alarm, next_notification, next_service, next_command,"
                      + " next_swap FROM progress")
              .map((rs, ctx) ->
                  new Progress(
                      rs.getLong(1),
                      new Counters(
                          rs.getLong(2),
                          rs.getLong(3),
                          rs.getInt(4),
                          rs.getLong(5),
                          rs.getLong(6))))
              .one();
      CabinetBuilder builder = CabinetBuilder.restored(progress.position(), progress.counters());
      // H2 otherwise copies a long result to a file before it hands out the first row.
      handle.execute("SET LAZY_QUERY_EXECUTION TRUE");
      try {
        for (EntityTable<?> table : EntityTable.ALL) {
          loadTable(handle, table, builder);
        }
      } finally {
        handle.execute("SET LAZY_QUERY_EXECUTION FALSE");
      }
      return builder.freeze(progress.position());
    } catch (JdbiException e) {
      throw new IOException("the database cannot be read: " + root(e), e);
    }
  }

  private void loadTable(Handle handle, EntityTable<?> table, CabinetBuilder into)
      throws IOException {
    record Row(String id, String document) {}
    try (ResultIterator<Row> rows =
        handle
            .createQuery(table.select())
            .map((rs, ctx) -> new Row(rs.getString(1), rs.getString(2)))
            .iterator()) {
      while (rows.hasNext()) {
        Row row = rows.next();
        table.restore(into, row.id(), row.document(), json);
      }
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
    Map<EntityTable<?>, List<EntityKey>> byTable = new LinkedHashMap<>();
    for (EntityKey key : touched) {
      byTable.computeIfAbsent(EntityTable.of(key.kind()), t -> new ArrayList<>()).add(key);
    }
    byTable.forEach((table, keys) -> replace(handle, table, keys, after));
    long nextAlarm = handle.createQuery("SELECT next_alarm FROM progress").mapTo(Long.class).one();
    new HistoryBatch(commits, nextAlarm).write(handle);
    handle.execute(
        "UPDATE progress SET log_position = ?, next_alarm = ?, next_notification = ?,"
            + " next_service = ?, next_command = ?, next_swap = ?",
        after.position(),
        after.nextAlarm(),
        after.nextNotification(),
        after.nextServiceIndex(),
        after.nextCommand(),
        after.nextSwap());
  }

  // Deleted and inserted: every database has its own words for "insert or update".
  private void replace(Handle handle, EntityTable<?> table, List<EntityKey> keys, Cabinet after) {
    try (PreparedBatch deletes = handle.prepareBatch(table.delete());
        PreparedBatch inserts = handle.prepareBatch(table.insert())) {
      for (EntityKey key : keys) {
        deletes.add(table.keyValue(key));
        Object[] row = table.row(after, key, json);
        if (row != null) {
          inserts.add(row);
        }
      }
      deletes.execute();
      if (inserts.size() > 0) {
        inserts.execute();
      }
    }
  }

  @Override
  public long checkpoint() throws IOException {
    try (Handle handle = jdbi.open()) {
      handle.execute(
          "DELETE FROM alarm_history WHERE cleared_at IS NOT NULL AND sequence <"
              + " (SELECT next_alarm FROM progress) - "
              + maxHistory);
      // To count is free; to look at each outcome is not.
      if (handle.createQuery("SELECT COUNT(*) FROM audit").mapTo(Integer.class).one()
          > Math.min(maxHistory, maxRefused)) {
        keepNewest(handle, "NOT " + REFUSED, maxHistory);
        keepNewest(handle, REFUSED, maxRefused);
      }
      long position =
          handle.createQuery("SELECT log_position FROM progress").mapTo(Long.class).one();
      handle.execute("CHECKPOINT SYNC");
      return position;
    } catch (JdbiException e) {
      throw new IOException("the database cannot be written: " + root(e), e);
    }
  }

  private static void keepNewest(Handle handle, String which, int most) {
    handle.execute(
        "DELETE FROM audit WHERE %s AND log_position < (SELECT MIN(log_position) FROM (SELECT log_position FROM audit WHERE %s ORDER BY log_position DESC LIMIT %d))"
            .formatted(which, which, most));
  }

  @Override
  public List<PastAlarm> alarmHistory(AlarmQuery query) throws IOException {
    StringBuilder where = new StringBuilder("sequence < :before");
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("before", query.before());
    AlarmType type = query.type();
    if (type != null) {
      where.append(" AND type = :type");
      values.put("type", type.name());
    }
    if (!query.source().isEmpty()) {
      where.append(" AND source LIKE :source ESCAPE '!'");
      values.put(
          "source",
          query
              .source()
              .replace("!", "!!")
              .replace("%", "!%")
              .replace("_", "!_")
              .replace("*", "%"));
    }
    Severity atLeast = query.atLeast();
    if (atLeast != null) {
      where.append(" AND severity IN (<severities>)");
    }
    if (query.from() != null) {
      where.append(" AND raised_at >= :from");
      values.put("from", query.from().atOffset(ZoneOffset.UTC));
    }
    if (query.until() != null) {
      where.append(" AND raised_at < :until");
      values.put("until", query.until().atOffset(ZoneOffset.UTC));
    }
    try (Handle handle = jdbi.open()) {
      Query select =
          handle
              .createQuery(
                  "SELECT sequence, type, source, severity, text, raised_at, cleared_at,"
                      + " acknowledged_by, acknowledged_at FROM alarm_history WHERE "
                      + where
                      + " ORDER BY sequence DESC LIMIT :limit")
              .bindMap(values)
              .bind("limit", query.limit());
      if (atLeast != null) {
        select.bindList(
            "severities",
            Arrays.stream(Severity.values())
                .filter(s -> s.compareTo(atLeast) <= 0)
                .map(Severity::name)
                .toList());
      }
      return select
          .map((rs, ctx) -> {
            OffsetDateTime cleared = rs.getObject(7, OffsetDateTime.class);
            OffsetDateTime noted = rs.getObject(9, OffsetDateTime.class);
            return new PastAlarm(
                rs.getLong(1),
                new AlarmKey(AlarmType.valueOf(rs.getString(2)), rs.getString(3)),
                Severity.valueOf(rs.getString(4)),
                rs.getString(5),
                rs.getObject(6, OffsetDateTime.class).toInstant(),
                cleared == null ? null : cleared.toInstant(),
                rs.getString(8),
                noted == null ? null : noted.toInstant());
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

  /**
   * Copies the database as of one commit, while it goes on, into an empty directory that is the
   * caller's. The log alone would not do: it forgets what is durable here.
   */
  void copyTo(Path directory) throws IOException {
    // H2's own file is not to be copied under its hands; its backup is a ZIP with that one file.
    Path zip = directory.resolve("cabinet.zip");
    try (Handle handle = jdbi.open()) {
      handle.execute("BACKUP TO '" + zip.toAbsolutePath().toString().replace("'", "''") + "'");
    } catch (JdbiException e) {
      throw new IOException("the database cannot be copied: " + root(e), e);
    }
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
      ZipEntry entry = in.getNextEntry();
      if (entry == null || !entry.getName().equals("cabinet.mv.db")) {
        throw new IOException("the database's backup holds " + entry + ", not its file");
      }
      Files.copy(in, directory.resolve("cabinet.mv.db"));
    }
    Files.delete(zip);
  }

  @Override
  public void close() {
    // The last connection closes the database.
    pool.close();
  }
}
