package io.cade.agent.app;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cade.agent.wire.CardRole;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * The agent's own configuration, a JSON object of at most 64 KiB. Keys: {@code bootConfig} (file
 * with the card's {@link io.cade.agent.wire.CardBootConfig}, or its address on the boot server:
 * {@code http://…} or {@code tftp://…}), {@code directory} (the card's own, made when missing),
 * {@code role} ({@code server}, {@code proxy} or {@code balancer}), {@code imageName} and {@code
 * imageVersion} (of the boot image). Relative paths start at the file's directory. All are
 * required, others refused.
 */
record AgentFile(
    URI bootConfig, Path directory, CardRole role, String imageName, String imageVersion) {
  private static final int MAX_BYTES = 64 * 1024;
  private static final List<String> KEYS =
      List.of("bootConfig", "directory", "role", "imageName", "imageVersion");

  /**
   * Reads the file.
   *
   * @throws IOException when it cannot be read or is wrong; the message names all that is wrong
   */
  static AgentFile read(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException(file + " is larger than " + MAX_BYTES + " bytes");
    }
    JsonNode root;
    try {
      root =
          JsonMapper.builder()
              .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
              .build()
              .readTree(Files.readAllBytes(file));
    } catch (JacksonException e) {
      var where = e.getLocation();
      throw new IOException(
          file
              + ": malformed JSON"
              + (where == null ? "" : " in line " + where.getLineNr())
              + ": "
              + e.getOriginalMessage(),
          e);
    }
    if (root == null || !root.isObject()) {
      throw new IOException(file + ": a JSON object with the keys " + KEYS + " is expected");
    }
    List<String> problems = new ArrayList<>();
    Set<String> unknown = new TreeSet<>();
    root.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(KEYS);
    unknown.forEach(key -> problems.add("unknown key '" + key + "' (known: " + KEYS + ")"));
    for (String key : KEYS) {
      JsonNode value = root.get(key);
      if (value == null || !value.isTextual() || value.asText().isBlank()) {
        problems.add("'" + key + "' must be a text");
      }
    }
    CardRole role = role(root.path("role").asText("server"), problems);
    Path base = file.toAbsolutePath().normalize().resolveSibling(".");
    URI bootConfig = bootConfig(base, root.path("bootConfig").asText(), problems);
    if (!problems.isEmpty()) {
      throw new IOException(file + ": " + String.join("; ", problems));
    }
    return new AgentFile(
        bootConfig,
        base.resolve(root.path("directory").asText()).normalize(),
        role,
        root.path("imageName").asText(),
        root.path("imageVersion").asText());
  }

  private static URI bootConfig(Path base, String text, List<String> problems) {
    if (!BootTreeClient.isAddress(text)) {
      return base.resolve(text).normalize().toUri();
    }
    try {
      return BootTreeClient.address(text);
    } catch (IllegalArgumentException e) {
      problems.add("'bootConfig': " + e.getMessage());
      return base.toUri();
    }
  }

  private static CardRole role(String text, List<String> problems) {
    try {
      // Capitals too: the engine's own files of earlier versions had them.
      return CardRole.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      problems.add("'role' is '" + text + "', not one of server, proxy, balancer");
      return CardRole.SERVER;
    }
  }
}
