package io.cade.agent.run;

import io.cade.agent.core.AgentMemory;
import io.cade.agent.gateway.PrivateFiles;
import io.cade.agent.wire.WireJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps an {@link AgentMemory} over power cuts. Owned by the agent's loop. */
final class MemoryFile {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryFile.class);

  private final Path file;
  private final WireJson json = new WireJson();

  MemoryFile(Path cardDirectory) {
    this.file = cardDirectory.resolve("memory.json");
  }

  AgentMemory load() throws IOException {
    if (!Files.exists(file)) {
      return AgentMemory.empty();
    }
    try {
      return json.decode(Files.readAllBytes(file), AgentMemory.class);
    } catch (com.fasterxml.jackson.core.JacksonException e) {
      // All of it can be had again from the engine; a card that does not start cannot.
      Path aside = file.resolveSibling("memory.json.unreadable");
      LOG.warn("{} is unreadable and was put aside as {}", file, aside, e);
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      return AgentMemory.empty();
    }
  }

  void store(AgentMemory memory) throws IOException {
    PrivateFiles.write(file, json.encode(memory));
  }
}
