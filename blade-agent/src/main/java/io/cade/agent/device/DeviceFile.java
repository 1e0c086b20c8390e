package io.cade.agent.device;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cade.agent.gateway.PrivateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The journal as {@code device.json} in the agent's directory (0600: it holds the contents of files
 * that others must not read), replaced as a whole, at most {@value #MAX_BYTES} bytes.
 */
public final class DeviceFile implements DeviceJournal {
  static final int MAX_BYTES = 32 << 20;

  private final Path file;
  private final JsonMapper json =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /**
   * @param directory the agent's own
   */
  public DeviceFile(Path directory) {
    file = directory.resolve("device.json");
    json.getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(32)
                .maxDocumentLength(MAX_BYTES)
                .build());
  }

  @Override
  public DeviceState load() throws IOException {
    // Not "exists": that says no as well when it could not be told.
    if (Files.notExists(file)) {
      return DeviceState.empty();
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    try {
      return json.readValue(bytes, DeviceState.class);
    } catch (IOException e) {
      // Kept for whoever has to find out what was there before; the agent goes on without.
      Path aside = file.resolveSibling("device.json.unreadable");
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      String cause =
          e instanceof JacksonException damage ? damage.getOriginalMessage() : e.getMessage();
      throw new Lost(file + " was unreadable and was put aside as " + aside + ": " + cause, e);
    }
  }

  @Override
  public void store(DeviceState state) throws IOException {
    byte[] bytes = json.writeValueAsBytes(state);
    if (bytes.length > MAX_BYTES) {
      throw new IOException(
          "what would have to be remembered has "
              + bytes.length
              + " bytes, "
              + MAX_BYTES
              + " are allowed");
    }
    PrivateFiles.write(file, bytes);
  }
}
