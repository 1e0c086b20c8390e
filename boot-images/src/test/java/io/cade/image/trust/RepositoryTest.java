package io.cade.image.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.image.trust.Untrusted.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each attack that TUF names (§1.5.2), tried by a mirror on a module that looks. */
class RepositoryTest {
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
  private static final Map<Role, Integer> TWO_ROOTS = Map.of(Role.ROOT, 2);

  @TempDir private Path folder;
  private Path web;
  private RoleKeyFiles keys;
  private RepositoryWriter writer;
  private TrustStore store;

  /** What the attacker serves instead; a null content is a file that is not there. */
  private final Map<String, Optional<byte[]>> forged = new HashMap<>();

  @BeforeEach
  void begin() throws Exception {
    web = folder.resolve("web");
    keys = keys("keys", 2);
    writer = new RepositoryWriter(web, RepositoryWriter.Terms.standard());
    Path root = writer.create(keys, TWO_ROOTS, NOW);
    store = new TrustStore(folder.resolve("trust"));
    assertThat(store.begin(Files.readAllBytes(root), NOW)).isEqualTo(1);
  }

  private RoleKeyFiles keys(String name, int roots) throws IOException {
    RoleKeyFiles made = new RoleKeyFiles(folder.resolve(name));
    made.make(
        Map.of(Role.ROOT, roots, Role.TARGETS, 1, Role.SNAPSHOT, 1, Role.TIMESTAMP, 1),
        new SecureRandom());
    return made;
  }

  private RepositoryClient.View look(Instant now) throws Exception {
    return new RepositoryClient(
            store,
            (path, limit) -> {
              Optional<byte[]> instead = forged.get(path);
              if (instead != null) {
                return instead;
              }
              Path file = web.resolve(path);
              if (!Files.exists(file)) {
                return Optional.empty();
              }
              if (Files.size(file) > limit) {
                throw new IOException("more than " + limit + " bytes");
              }
              return Optional.of(Files.readAllBytes(file));
            })
        .refresh(now);
  }

  private void refused(Fault fault, Instant now) {
    assertThatExceptionOfType(Untrusted.class)
        .isThrownBy(() -> look(now))
        .satisfies(e -> assertThat(e.fault()).as(e.getMessage()).isEqualTo(fault));
  }

  private static Notice notice(String version) {
    return new Notice(
        "blade",
        version,
        7,
        List.of("any"),
        "any",
        List.of("*"),
        Notice.Severity.SECURITY,
        0,
        0,
        "02:00-04:00",
        "fixes");
  }

  private Target publish(String version, Instant now) throws IOException {
    Path file = Files.writeString(folder.resolve("bundle"), "bundle " + version);
    return writer.publish(keys, "blade-" + version + ".cade", file, notice(version), now);
  }

  private byte[] web(String path) throws IOException {
    return Files.readAllBytes(web.resolve(path));
  }

  private static byte[] changed(byte[] json, String from, String to) {
    String text = new String(json, StandardCharsets.UTF_8);
    assertThat(text).contains(from);
    return text.replace(from, to).getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void whatIsPublishedIsSeenWithItsNotice() throws Exception {
    assertThat(look(NOW).targets()).isEmpty();
    Target target = publish("1.4", NOW);
    RepositoryClient.View view = look(NOW);
    assertThat(view.targets()).containsExactly(target);
    assertThat(web.resolve(target.path())).hasContent("bundle 1.4");
    assertThat(view.targets().getFirst().notice()).isEqualTo(notice("1.4"));
    assertThat(view.expires()).isEqualTo(NOW.plus(Duration.ofDays(1)));
    assertThat(new RepositoryClient(store, (_, _) -> Optional.empty()).remembered(NOW))
        .isEqualTo(view);
  }

  @Test
  void anUntouchedRepositoryIsNotFetchedAgain() throws Exception {
    publish("1.4", NOW);
    look(NOW);
    forged.put("2.snapshot.json", Optional.empty());
    forged.put("2.targets.json", Optional.empty());
    assertThat(look(NOW).targets()).hasSize(1);
  }

  @Test
  void arbitrarySoftwareIsRefused() throws Exception {
    publish("1.4", NOW);
    byte[] honest = web("2.targets.json");
    forged.put("2.targets.json", Optional.of(changed(honest, "blade-1.4", "evil-1.4")));
    refused(Fault.MIXED, NOW);
    // An attacker with a web server makes the whole chain himself, with keys of his own.
    Path own = folder.resolve("evil");
    RepositoryWriter evil = new RepositoryWriter(own, RepositoryWriter.Terms.standard());
    evil.create(keys("evil-keys", 2), TWO_ROOTS, NOW);
    for (String name : List.of("timestamp.json", "1.snapshot.json", "1.targets.json")) {
      forged.put(name, Optional.of(Files.readAllBytes(own.resolve(name))));
    }
    refused(Fault.UNSIGNED, NOW);
  }

  @Test
  void aSignatureByAKeyOfAnotherRoleIsRefused() throws Exception {
    // The key of the timestamp is online; whoever steals it must not be able to sign targets.
    Path mixed = Files.createDirectories(folder.resolve("stolen"));
    for (Role role : Role.values()) {
      Files.copy(folder.resolve("keys/timestamp-1.pem"), mixed.resolve(role.word() + "-1.pem"));
    }
    Path file = Files.writeString(folder.resolve("bundle"), "evil");
    writer.publish(new RoleKeyFiles(mixed), "evil.cade", file, notice("9"), NOW);
    refused(Fault.UNSIGNED, NOW);
    assertThatThrownBy(() -> look(NOW)).hasMessageContaining("snapshot metadata has 0 good");
  }

  @Test
  void olderMetadataThanWasSeenIsRefused() throws Exception {
    Map<String, Optional<byte[]>> before = new HashMap<>();
    before.put("timestamp.json", Optional.of(web("timestamp.json")));
    publish("1.4", NOW);
    look(NOW);
    forged.putAll(before);
    refused(Fault.ROLLED_BACK, NOW);
    forged.clear();
    assertThat(look(NOW).targets()).as("what was believed stays").hasSize(1);
  }

  @Test
  void olderTargetsUnderANewerTimestampAreRefused() throws Exception {
    // Whoever has the online keys signs an old list anew, to bring a hole back.
    byte[] old = web("1.targets.json");
    publish("1.4", NOW);
    look(NOW);
    Files.write(web.resolve("2.targets.json"), old);
    writer.renew(keys, NOW);
    refused(Fault.ROLLED_BACK, NOW);
  }

  @Test
  void olderTargetsAreRefusedAlsoAfterALookThatWasCutBetweenTwoFiles() throws Exception {
    byte[] old = web("1.targets.json");
    publish("1.4", NOW);
    look(NOW);
    Files.write(web.resolve("2.targets.json"), old);
    writer.renew(keys, NOW);
    // The thief of the online keys lets the module see the newer timestamp alone at first.
    forged.put("3.snapshot.json", Optional.empty());
    refused(Fault.MIXED, NOW);
    forged.clear();
    refused(Fault.ROLLED_BACK, NOW);
  }

  @Test
  void aDamagedSnapshotOfBeforeDoesNotLetOlderTargetsIn() throws Exception {
    byte[] old = web("1.targets.json");
    publish("1.4", NOW);
    look(NOW);
    Files.write(folder.resolve("trust/snapshot.json"), new byte[] {1, 2});
    Files.write(web.resolve("2.targets.json"), old);
    writer.renew(keys, NOW);
    refused(Fault.ROLLED_BACK, NOW);
  }

  @Test
  void metadataThatIsHeldBackEndsWithItsTime() throws Exception {
    publish("1.4", NOW);
    look(NOW);
    Instant dayAfter = NOW.plus(Duration.ofDays(1));
    look(dayAfter.minusSeconds(1));
    refused(Fault.EXPIRED, dayAfter);
    assertThatThrownBy(
            () -> new RepositoryClient(store, (_, _) -> Optional.empty()).remembered(dayAfter))
        .isInstanceOf(Untrusted.class)
        .hasMessageContaining("ended");
    writer.renew(keys, dayAfter);
    assertThat(look(dayAfter).targets()).hasSize(1);
    refused(Fault.EXPIRED, NOW.plus(Duration.ofDays(365)));
  }

  @Test
  void filesOfDifferentStatesAreNotMixed() throws Exception {
    publish("1.4", NOW);
    byte[] targets = web("2.targets.json");
    byte[] snapshot = web("2.snapshot.json");
    publish("1.5", NOW);
    forged.put("3.snapshot.json", Optional.of(snapshot));
    refused(Fault.MIXED, NOW);
    forged.put("3.snapshot.json", Optional.empty());
    refused(Fault.MIXED, NOW);
    forged.clear();
    forged.put("3.targets.json", Optional.of(targets));
    refused(Fault.MIXED, NOW);
    forged.clear();
    assertThat(look(NOW).targets()).hasSize(2);
  }

  @Test
  void endlessDataIsCutWhereItsLengthIsKnown() {
    forged.put("timestamp.json", Optional.of(new byte[Envelope.MAX_BYTES + 1]));
    refused(Fault.TOO_LARGE, NOW);
  }

  @Test
  void sourcesAreNeverAskedForMoreThanTheNamedLength() throws Exception {
    publish("1.4", NOW);
    Map<String, Integer> limits = new HashMap<>();
    new RepositoryClient(
            store,
            (path, limit) -> {
              limits.put(path, limit);
              Path file = web.resolve(path);
              return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
            })
        .refresh(NOW);
    assertThat(limits.get("2.targets.json")).isEqualTo(web("2.targets.json").length);
    assertThat(limits.get("timestamp.json")).isEqualTo(16 << 10);
  }

  @Test
  void aRootBelowItsThresholdIsRefused() throws Exception {
    RoleKeyFiles fresh = keys("keys2", 2);
    writer.rotate(keys, fresh, TWO_ROOTS, NOW);
    byte[] root = web("2.root.json");
    // One of the old keys' two signatures is missing.
    String id = TrustKey.of(keys.load(Role.ROOT).getFirst().getPublic()).id();
    String text = new String(root, StandardCharsets.UTF_8);
    int at = text.indexOf("\"keyid\" : \"" + id);
    char other = id.charAt(0) == '0' ? '1' : '0';
    String cut = text.substring(0, at) + "\"keyid\" : \"" + other + text.substring(at + 12);
    assertThat(cut).isNotEqualTo(text);
    forged.put("2.root.json", Optional.of(cut.getBytes(StandardCharsets.UTF_8)));
    refused(Fault.UNSIGNED, NOW);
  }

  @Test
  void oneKeyThatSignsTwiceCountsOnce() throws Exception {
    byte[] root = web("1.root.json");
    String text = new String(root, StandardCharsets.UTF_8);
    String first = TrustKey.of(keys.load(Role.ROOT).getFirst().getPublic()).id();
    String second = TrustKey.of(keys.load(Role.ROOT).getLast().getPublic()).id();
    String twice =
        text.substring(0, text.indexOf("\"signed\"")).replace(second, first)
            + text.substring(text.indexOf("\"signed\""));
    assertThatThrownBy(() ->
            new TrustStore(folder.resolve("other"))
                .begin(twice.getBytes(StandardCharsets.UTF_8), NOW))
        .isInstanceOf(Untrusted.class);
  }

  @Test
  void keysAreReplacedByARootThatOldAndNewKeysSign() throws Exception {
    publish("1.4", NOW);
    look(NOW);
    RoleKeyFiles fresh = keys("keys2", 3);
    writer.rotate(keys, fresh, TWO_ROOTS, NOW);
    RepositoryClient.View view = look(NOW);
    assertThat(view.root()).isEqualTo(2);
    assertThat(view.targets()).hasSize(1);
    // The old keys are worth nothing from now on.
    Path file = Files.writeString(folder.resolve("bundle"), "evil");
    writer.publish(keys, "evil.cade", file, notice("9"), NOW);
    refused(Fault.UNSIGNED, NOW);
  }

  @Test
  void aReplayedOrSkippedRootIsRefused() throws Exception {
    RoleKeyFiles fresh = keys("keys2", 2);
    writer.rotate(keys, fresh, TWO_ROOTS, NOW);
    byte[] second = web("2.root.json");
    look(NOW);
    forged.put("3.root.json", Optional.of(second));
    refused(Fault.ROLLED_BACK, NOW);
    forged.put("3.root.json", Optional.of(web("1.root.json")));
    refused(Fault.UNSIGNED, NOW);
    forged.clear();
    writer.rotate(fresh, keys("keys3", 2), TWO_ROOTS, NOW);
    forged.put("3.root.json", Optional.empty());
    refused(Fault.UNSIGNED, NOW);
  }

  @Test
  void versionsThatAThiefDroveUpCountAnewUnderOtherKeys() throws Exception {
    publish("1.4", NOW);
    for (int i = 0; i < 5; i++) {
      writer.renew(keys, NOW);
    }
    look(NOW);
    // The repository is restored from before the theft, under other keys.
    byte[] snapshot = web("2.snapshot.json");
    assertThat(snapshot).isNotEmpty();
    RoleKeyFiles fresh = keys("keys2", 2);
    writer.rotate(keys, fresh, TWO_ROOTS, NOW);
    RepositoryClient.View view = look(NOW);
    assertThat(view.root()).isEqualTo(2);
    assertThat(store.remembered().timestamp()).isPresent();
  }

  @Test
  void aRepositoryThatIsRestoredAfterATheftIsBelievedUnderOtherKeys() throws Exception {
    publish("1.4", NOW);
    Map<String, byte[]> restored = new HashMap<>();
    for (String name : List.of("timestamp.json", "2.snapshot.json", "2.targets.json")) {
      restored.put(name, web(name));
    }
    for (int i = 0; i < 5; i++) {
      writer.renew(keys, NOW);
    }
    // The thief's last look ends between timestamp and snapshot.
    look(NOW);
    writer.renew(keys, NOW);
    forged.put("8.snapshot.json", Optional.empty());
    refused(Fault.MIXED, NOW);
    forged.clear();
    for (Map.Entry<String, byte[]> each : restored.entrySet()) {
      Files.write(web.resolve(each.getKey()), each.getValue());
    }
    refused(Fault.ROLLED_BACK, NOW);
    writer.rotate(keys, keys("keys2", 2), TWO_ROOTS, NOW);
    RepositoryClient.View view = look(NOW);
    assertThat(view.timestamp()).isLessThan(7);
    assertThat(view.targets()).hasSize(1);
  }

  @Test
  void theRootIsGivenOnceByHand() throws Exception {
    RepositoryWriter other =
        new RepositoryWriter(folder.resolve("web2"), RepositoryWriter.Terms.standard());
    byte[] stranger = Files.readAllBytes(other.create(keys("keys2", 2), TWO_ROOTS, NOW));
    assertThatThrownBy(() -> store.begin(stranger, NOW))
        .isInstanceOf(Untrusted.class)
        .hasMessageContaining("trusts another root already");
    assertThat(store.begin(web("1.root.json"), NOW)).isEqualTo(1);
    assertThatThrownBy(() -> new TrustStore(folder.resolve("none")).remembered())
        .hasMessageContaining("update trust");
    assertThatThrownBy(() ->
            new TrustStore(folder.resolve("late")).begin(stranger, NOW.plus(Duration.ofDays(400))))
        .isInstanceOf(Untrusted.class);
  }

  @Test
  void aCrashBetweenTwoFilesOfTheMemoryIsMended() throws Exception {
    publish("1.4", NOW);
    look(NOW);
    byte[] snapshot = store.load(Role.SNAPSHOT).orElseThrow();
    byte[] targets = store.load(Role.TARGETS).orElseThrow();
    publish("1.5", NOW);
    look(NOW);
    store.store(Role.SNAPSHOT, snapshot);
    store.store(Role.TARGETS, targets);
    assertThat(look(NOW).targets()).hasSize(2);
    Files.write(folder.resolve("trust/snapshot.json"), new byte[] {1, 2});
    assertThat(look(NOW).targets()).hasSize(2);
  }

  @Test
  void whatIsWithdrawnIsNotSeenAnyMore() throws Exception {
    publish("1.4", NOW);
    look(NOW);
    writer.withdraw(keys, "blade-1.4.cade", NOW);
    assertThat(look(NOW).targets()).isEmpty();
  }

  @Test
  void noticesConcernModulesByProfileAndScope() {
    Notice notice =
        new Notice(
            "blade",
            "1",
            1,
            List.of("any"),
            "edge",
            List.of("hall-3-*"),
            Notice.Severity.CRITICAL,
            100,
            200,
            "",
            "");
    assertThat(notice.concerns("edge", "hall-3-a")).isTrue();
    assertThat(notice.concerns("edge", "hall-4-a")).isFalse();
    assertThat(notice.concerns("core", "hall-3-a")).isFalse();
    assertThat(notice.mayBegin(Instant.ofEpochSecond(99))).isFalse();
    assertThat(notice.mayBegin(Instant.ofEpochSecond(150))).isTrue();
    assertThat(notice.mayBegin(Instant.ofEpochSecond(201))).isFalse();
    assertThatThrownBy(() ->
            new Notice(
                "blade",
                "1",
                1,
                List.of("any"),
                "any",
                List.of("*"),
                Notice.Severity.OPTIONAL,
                0,
                0,
                "2-4",
                ""))
        .hasMessageContaining("02:00-04:00");
  }
}
