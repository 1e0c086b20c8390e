package io.cade.engine.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.output.MigrateResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the tables up to this version. Flyway is not even loaded when they are. */
final class H2Schema {
  private static final Logger LOG = LoggerFactory.getLogger(H2Schema.class);

  /** Number of the newest migration among the resources. */
  static final int VERSION = 11;

  private static final String MIGRATIONS = "classpath:io/cade/engine/store/migration";

  private H2Schema() {}

  /**
   * @param file for messages
   * @throws IOException when the tables are of a newer version or cannot be changed
   */
  static void bringUpToDate(DataSource database, Path file) throws IOException {
    int version;
    try (Connection connection = database.getConnection()) {
      version = version(connection);
    } catch (SQLException | NumberFormatException e) {
      throw new IOException(
          "the database " + file + " does not tell its version: " + e.getMessage(), e);
    }
    if (version > VERSION) {
      throw new IOException(
          "the database "
              + file
              + " was written by a newer version (tables "
              + version
              + ", this one knows "
              + VERSION
              + "); start that version or restore a backup");
    }
    if (version < VERSION) {
      migrate(database, file);
    }
  }

  /** The version of the tables, 0 for none. */
  private static int version(Connection connection) throws SQLException {
    try (ResultSet tables =
        connection.getMetaData().getTables(null, null, "flyway_schema_history", null)) {
      if (!tables.next()) {
        return 0;
      }
    }
    int newest = 0;
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT \"version\" FROM \"flyway_schema_history\""
                    + " WHERE \"success\" AND \"version\" IS NOT NULL")) {
      while (rows.next()) {
        newest = Math.max(newest, Integer.parseInt(rows.getString(1)));
      }
    }
    return newest;
  }

  private static void migrate(DataSource database, Path file) throws IOException {
    try {
      MigrateResult result =
          Flyway.configure()
              .dataSource(database)
              .locations(MIGRATIONS)
              .validateMigrationNaming(true)
              .ignoreMigrationPatterns(new String[0])
              .load()
              .migrate();
      LOG.info("the database {} is now at version {}", file, result.targetSchemaVersion);
    } catch (FlywayException e) {
      throw new IOException(
          "the database "
              + file
              + " cannot be brought to version "
              + VERSION
              + " ("
              + String.valueOf(e.getMessage()).lines().findFirst().orElse("")
              + "); restore a backup",
          e);
    }
  }
}
