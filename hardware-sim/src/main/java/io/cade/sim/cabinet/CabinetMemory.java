package io.cade.sim.cabinet;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cade.agent.wire.CardPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which cards sit in which slots, over restarts of the simulator. Not thread-safe. */
final class CabinetMemory {
  private final Path file;
  private final JsonMapper json = JsonMapper.builder().build();

  CabinetMemory(Path directory) {
    file = directory.resolve("slots.json");
  }

  Map<CardPosition, SlotRecord> load() throws IOException {
    Map<CardPosition, SlotRecord> slots = new TreeMap<>();
    if (Files.exists(file)) {
      List<SlotRecord> stored = json.readValue(file.toFile(), new TypeReference<>() {});
      stored.forEach(s -> slots.put(s.position(), s));
    }
    return slots;
  }

  void store(Collection<SlotRecord> slots) throws IOException {
    Path fresh = file.resolveSibling("slots.json.new");
    json.writeValue(fresh.toFile(), slots);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
