package io.cade.engine.app;

import io.cade.agent.config.Section;
import io.cade.engine.model.SensorThreshold;
import io.cade.engine.model.Severity;
import io.cade.engine.model.ThresholdBook;
import io.cade.mib.ManagerRole;
import io.cade.mib.snmp.SnmpUser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sections {@code notifications} and {@code alarms} of the configuration.
 *
 * @param receivers in place of {@code trapReceiver}; empty when that counts
 * @param heartbeat how often receivers hear that the engine lives
 * @param thresholds over the standard ones
 */
public record NotificationSettings(
    List<Receiver> receivers, Duration heartbeat, List<SensorThreshold> thresholds) {
  private static final int MAX_RECEIVERS = 16;
  private static final int MAX_WINDOW = 256;
  private static final int MAX_SECRET_OCTETS = 1024;
  private static final String UNREAD = "unread----";

  /** What is configured when nothing is. */
  public static final NotificationSettings NONE =
      new NotificationSettings(List.of(), Duration.ofMinutes(1), List.of());

  public NotificationSettings {
    receivers = List.copyOf(receivers);
    thresholds = List.copyOf(thresholds);
  }

  /** How notifications are sent. */
  public enum Protocol {
    TRAP1,
    TRAP2C,
    INFORM2C,
    TRAP3,
    INFORM3
  }

  /**
   * One receiver.
   *
   * @param community of SNMPv1 and v2c; empty for the engine's own
   * @param user of SNMPv3; null for the engine's own
   * @param window notifications under way at once
   */
  public record Receiver(
      String name,
      InetSocketAddress address,
      Protocol protocol,
      String community,
      @Nullable SnmpUser user,
      int window,
      @Nullable Severity atLeast,
      boolean onlyRules) {
    /** Without its secrets. */
    @Override
    public String toString() {
      return "Receiver[" + name + ", " + address + ", " + protocol + "]";
    }
  }

  static NotificationSettings from(Section file) {
    Section s = file.section("notifications");
    Section alarms = file.section("alarms");
    return new NotificationSettings(
        s.sections("receivers", MAX_RECEIVERS, NotificationSettings::receiver),
        s.duration("heartbeat", Duration.ofSeconds(1), Duration.ofHours(24), NONE.heartbeat()),
        alarms.list("thresholds", ThresholdBook.MAX_SET, NotificationSettings::threshold));
  }

  private static Receiver receiver(String name, Section s) {
    Protocol protocol = s.choice("protocol", Protocol.class, Protocol.INFORM2C);
    boolean version3 = protocol == Protocol.TRAP3 || protocol == Protocol.INFORM3;
    String severity = s.text("atLeast", "");
    Receiver receiver =
        new Receiver(
            name,
            s.parsed(
                "address",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 162),
                Section::socketAddress),
            protocol,
            version3 ? "" : secret(s, "communityFile"),
            version3 && s.has("user") ? user(s) : null,
            s.integer("window", 1, MAX_WINDOW, 32),
            severity.isEmpty() ? null : s.choice("atLeast", Severity.class, Severity.WARNING),
            s.flag("onlyRules", false));
    // Last: what is not read counts as unknown.
    if (!name.matches("[A-Za-z0-9-]{1,32}")) {
      throw new IllegalArgumentException("is not 1 to 32 letters, digits and hyphens");
    }
    return receiver;
  }

  private static SnmpUser user(Section s) {
    return new SnmpUser(
        s.text("user"),
        ManagerRole.OPERATOR,
        s.choice("auth", SnmpUser.Auth.class, SnmpUser.Auth.SHA_256),
        needed(secret(s, "authFile")),
        s.choice("priv", SnmpUser.Priv.class, SnmpUser.Priv.AES_128),
        needed(secret(s, "privFile")));
  }

  private static String needed(String secret) {
    return secret.isEmpty() ? UNREAD : secret;
  }

  private static String secret(Section s, String key) {
    return s.parsed(key, "", NotificationSettings::secretIn);
  }

  private static String secretIn(String text) {
    Path file = Path.of(text);
    try {
      if (Files.size(file) > MAX_SECRET_OCTETS) {
        throw new IllegalArgumentException(
            file + " has more than " + MAX_SECRET_OCTETS + " octets");
      }
      String secret = Files.readString(file, StandardCharsets.UTF_8).strip();
      if (secret.isEmpty()) {
        throw new IllegalArgumentException(file + " is empty");
      }
      if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
        throw new IllegalArgumentException("everybody can read " + file + "; chmod 600 it");
      }
      return secret;
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read", e);
    }
  }

  /**
   * A threshold as one line: {@code celsius cpu* model=B2 at=chassis1 highMajor=80 hysteresis=3}.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  static SensorThreshold threshold(String line) {
    List<String> words = new ArrayList<>(List.of(line.trim().split("\\s+")));
    if (words.size() < 3) {
      throw new IllegalArgumentException(
          "kind, name of the sensor and limits are meant, like celsius cpu* highMajor=80");
    }
    Map<String, String> values = new HashMap<>();
    for (String word : words.subList(2, words.size())) {
      int equals = word.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("'" + word + "': KEY=VALUE is meant");
      }
      values.put(word.substring(0, equals), word.substring(equals + 1));
    }
    String model = values.getOrDefault("model", "");
    String at = values.getOrDefault("at", "").replaceAll("(card|chassis):?([0-9.]+)", "$1 $2");
    values.remove("model");
    values.remove("at");
    SensorThreshold.Key key =
        new SensorThreshold.Key(SensorThreshold.kindOf(words.getFirst()), words.get(1), model, at);
    if (!key.isSomewhere()) {
      throw new IllegalArgumentException("at is '" + at + "'; card:1.3 or chassis:1 is meant");
    }
    SensorThreshold base = ThresholdBook.standard().of(key.kind(), key.name(), model, at);
    return (base == null ? SensorThreshold.none(key) : base).with(key, values);
  }
}
