package io.cade.image.trust;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;

/** The signed parts of metadata (TUF §4.3 to §4.6), one record for each role. */
sealed interface Metadata {
  String SPEC = "1.0.34";

  /** The role's word, in {@code _type}. */
  String type();

  String spec();

  long version();

  /** ISO-8601, UTC. */
  String expires();

  /** {@link #expires} as an instant. */
  default Instant end() {
    return Instant.parse(expires());
  }

  /** Why it is refused though its form is right; empty when it is fine. */
  default String objection() {
    if (!spec().startsWith("1.")) {
      return "is of another version of the specification, " + spec();
    }
    if (version() < 1) {
      return "has the version " + version();
    }
    try {
      end();
    } catch (DateTimeParseException e) {
      return "expires at no instant";
    }
    return "";
  }

  /** Which keys a role has, and how many must sign. */
  @JsonPropertyOrder({"keyids", "threshold"})
  record RoleKeys(List<String> keyids, int threshold) {
    static final int MAX_KEYS = 32;

    public RoleKeys {
      keyids = List.copyOf(keyids);
    }
  }

  /** A file of metadata, as another one knows it. */
  @JsonPropertyOrder({"hashes", "length", "version"})
  record FileMeta(Map<String, String> hashes, long length, long version) {
    public FileMeta {
      hashes = Map.copyOf(hashes);
    }

    String sha256() {
      return hashes.getOrDefault("sha256", "");
    }
  }

  @JsonPropertyOrder({
    "_type",
    "consistent_snapshot",
    "expires",
    "keys",
    "roles",
    "spec_version",
    "version"
  })
  record Root(
      @JsonProperty("_type") String type,
      @JsonProperty("spec_version") String spec,
      @JsonProperty("consistent_snapshot") boolean consistentSnapshot,
      long version,
      String expires,
      Map<String, TrustKey> keys,
      Map<String, RoleKeys> roles)
      implements Metadata {
    public Root {
      keys = Map.copyOf(keys);
      roles = Map.copyOf(roles);
    }

    @Override
    public String objection() {
      String common = Metadata.super.objection();
      if (!common.isEmpty()) {
        return common;
      }
      if (!consistentSnapshot) {
        return "has no consistent snapshots";
      }
      for (Map.Entry<String, TrustKey> key : keys.entrySet()) {
        if (!key.getValue().isUsable() || !key.getValue().id().equals(key.getKey())) {
          return "has a key that is not of its name, or not an Ed25519 key";
        }
      }
      for (Role role : Role.values()) {
        RoleKeys of = roles.get(role.word());
        if (of == null) {
          return "does not say whose keys sign " + role.word();
        }
        long different = of.keyids().stream().distinct().count();
        if (of.threshold() < 1
            || different > RoleKeys.MAX_KEYS
            || different != of.keyids().size()
            || of.threshold() > different
            || !keys.keySet().containsAll(of.keyids())) {
          return "has an impossible threshold for " + role.word();
        }
      }
      return roles.size() == Role.values().length ? "" : "has a role that is unknown";
    }
  }

  @JsonPropertyOrder({"_type", "expires", "meta", "spec_version", "version"})
  record Timestamp(
      @JsonProperty("_type") String type,
      @JsonProperty("spec_version") String spec,
      long version,
      String expires,
      Map<String, FileMeta> meta)
      implements Metadata {
    static final String SNAPSHOT = "snapshot.json";

    public Timestamp {
      meta = Map.copyOf(meta);
    }

    FileMeta snapshot() {
      return meta.getOrDefault(SNAPSHOT, new FileMeta(Map.of(), 0, 0));
    }

    @Override
    public String objection() {
      String common = Metadata.super.objection();
      return !common.isEmpty()
          ? common
          : meta.size() == 1 && snapshot().version() > 0 ? "" : "names no snapshot";
    }
  }

  @JsonPropertyOrder({"_type", "expires", "meta", "spec_version", "version"})
  record Snapshot(
      @JsonProperty("_type") String type,
      @JsonProperty("spec_version") String spec,
      long version,
      String expires,
      Map<String, FileMeta> meta)
      implements Metadata {
    static final String TARGETS = "targets.json";

    public Snapshot {
      meta = Map.copyOf(meta);
    }

    FileMeta targets() {
      return meta.getOrDefault(TARGETS, new FileMeta(Map.of(), 0, 0));
    }

    @Override
    public String objection() {
      String common = Metadata.super.objection();
      return !common.isEmpty()
          ? common
          : meta.size() == 1 && targets().version() > 0 ? "" : "names no targets";
    }
  }

  /** One file that may be believed in. */
  @JsonPropertyOrder({"custom", "hashes", "length"})
  record TargetEntry(Map<String, String> hashes, long length, Notice custom) {
    public TargetEntry {
      hashes = Map.copyOf(hashes);
    }
  }

  @JsonPropertyOrder({"_type", "expires", "spec_version", "targets", "version"})
  record Targets(
      @JsonProperty("_type") String type,
      @JsonProperty("spec_version") String spec,
      long version,
      String expires,
      Map<String, TargetEntry> targets)
      implements Metadata {
    static final int MAX_TARGETS = 500;

    public Targets {
      targets = Map.copyOf(targets);
    }

    @Override
    public String objection() {
      String common = Metadata.super.objection();
      if (!common.isEmpty()) {
        return common;
      }
      if (targets.size() > MAX_TARGETS) {
        return "has " + targets.size() + " targets, " + MAX_TARGETS + " are allowed";
      }
      return targets.entrySet().stream()
              .allMatch(each ->
                  each.getKey().matches("[A-Za-z0-9][A-Za-z0-9._+-]{0,127}")
                      && each.getValue().length() > 0
                      && each.getValue()
                          .hashes()
                          .getOrDefault("sha256", "")
                          .matches("[0-9a-f]{64}"))
          ? ""
          : "has a target with an impossible name, length or digest";
    }
  }
}
