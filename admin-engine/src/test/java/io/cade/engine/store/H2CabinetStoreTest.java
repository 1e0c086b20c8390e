package io.cade.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.model.Cabinet;
import io.cade.engine.model.EntityKey;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.Random;
import java.util.Set;
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
          "INSERT INTO \"flyway_schema_history\" VALUES (9, '99', 'future', 'SQL', 'V99__x.sql', 1,"
              + " 'CADE', CURRENT_TIMESTAMP, 1, TRUE)");
    }
    assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("newer");
  }
}
