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
import org.jspecify.annotations.Nullable;

/**
 * The agent's own configuration, a JSON object of at most 64 KiB. Keys: {@code bootConfig} (file
 * with the card's {@link io.cade.agent.wire.CardBootConfig}, or its address on the boot server:
 * {@code http://…} or {@code tftp://…}), {@code directory} (the card's own, made when missing),
 * {@code role} ({@code server}, {@code proxy} or {@code balancer}), {@code imageName} and {@code
 * imageVersion} (of the boot image). Relative paths start at the file's directory. All are
 * required. A card with a management bus also has {@code cardBus} (N of its {@code /dev/i2c-N}),
 * {@code chassisBus} (likewise, the next one if not given) and {@code disks} (block devices of its
 * mirrored disks in the order of their places, like {@code ["sda", "sdb"]}). A card that may be
 * restarted by command has {@code rebootCommand} (program and arguments, like {@code
 * ["/usr/bin/systemctl", "reboot"]}). A card whose system models may change has {@code system}
 * ({@code debian}; {@code none} if not given). Others are refused.
 *
 * @param cardBus null for a card without sensors
 * @param system {@code debian} or {@code none}
 */
record AgentFile(
    URI bootConfig,
    Path directory,
    CardRole role,
    String imageName,
    String imageVersion,
    @Nullable Integer cardBus,
    @Nullable Integer chassisBus,
    List<String> disks,
    List<String> rebootCommand,
    String system) {
  private static final List<String> SYSTEMS = List.of("none", "debian");
  private static final List<String> HARDWARE =
      List.of("cardBus", "chassisBus", "disks", "rebootCommand");
  private static final int MAX_BUS = 255;
  private static final int MAX_DISKS = 8;
  private static final int MAX_WORDS = 16;
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
    unknown.removeAll(HARDWARE);
    unknown.remove("system");
    unknown.forEach(key -> problems.add("unknown key '" + key + "' (known: " + KEYS + ")"));
    for (String key : KEYS) {
      JsonNode value = root.get(key);
      if (value == null || !value.isTextual() || value.asText().isBlank()) {
        problems.add("'" + key + "' must be a text");
      }
    }
    Integer cardBus = bus(root, "cardBus", problems);
    Integer chassisBus = bus(root, "chassisBus", problems);
    List<String> disks = disks(root.get("disks"), problems);
    String system = root.path("system").asText("none");
    if (!SYSTEMS.contains(system)) {
      problems.add("'system' is '" + system + "', not one of " + String.join(", ", SYSTEMS));
    }
    List<String> reboot = words(root.get("rebootCommand"), "rebootCommand", problems);
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
        root.path("imageVersion").asText(),
        cardBus,
        chassisBus,
        disks,
        reboot,
        system);
  }

  private static List<String> words(@Nullable JsonNode value, String key, List<String> problems) {
    List<String> words = new ArrayList<>();
    if (value == null) {
      return words;
    }
    boolean sound = value.isArray() && !value.isEmpty() && value.size() <= MAX_WORDS;
    for (JsonNode word : value) {
      sound &= word.isTextual() && word.asText().length() <= 255;
      words.add(word.asText());
    }
    if (!sound || !words.getFirst().startsWith("/")) {
      problems.add(
          "'"
              + key
              + "' must be a program with its whole path and at most 15 arguments, as a list");
    }
    return words;
  }

  private static @Nullable Integer bus(JsonNode root, String key, List<String> problems) {
    JsonNode value = root.get(key);
    if (value == null) {
      return null;
    }
    if (!value.isInt() || value.asInt() < 0 || value.asInt() > MAX_BUS) {
      problems.add("'" + key + "' must be a number from 0 to " + MAX_BUS);
      return null;
    }
    return value.asInt();
  }

  private static List<String> disks(@Nullable JsonNode value, List<String> problems) {
    List<String> disks = new ArrayList<>();
    if (value == null) {
      return disks;
    }
    boolean sound = value.isArray() && value.size() <= MAX_DISKS;
    for (JsonNode disk : value) {
      sound &= disk.isTextual() && disk.asText().matches("[a-z][a-z0-9]{0,15}");
      disks.add(disk.asText());
    }
    if (!sound) {
      problems.add("'disks' must be a list of at most 8 block devices like \"sda\"");
    }
    return disks;
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
