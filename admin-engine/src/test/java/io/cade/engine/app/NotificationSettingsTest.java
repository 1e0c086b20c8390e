package io.cade.engine.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.config.ConfigProblems;
import io.cade.agent.wire.SensorReading;
import io.cade.engine.app.NotificationSettings.Protocol;
import io.cade.engine.app.NotificationSettings.Receiver;
import io.cade.engine.model.SensorThreshold;
import io.cade.engine.model.Severity;
import io.cade.mib.ManagerRole;
import io.cade.mib.snmp.SnmpUser;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Collections;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotificationSettingsTest {
  @TempDir private Path directory;

  private NotificationSettings read(String sections) throws Exception {
    Path file = directory.resolve("engine.yaml");
    Files.writeString(file, "stateDirectory: " + directory + "\n" + sections);
    return EngineConfig.read(file).notifications();
  }

  private Path secret(String name, String text, String rights) throws Exception {
    Path file = Files.writeString(directory.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
  }

  @Test
  void withoutTheSectionsTheOldReceiverCounts() throws Exception {
    assertThat(read("")).isEqualTo(NotificationSettings.NONE);
    assertThat(read("trapReceiver: 192.0.2.9:162\n").receivers()).isEmpty();
  }

  @Test
  void everyKeyIsRead() throws Exception {
    Path word = secret("word", "alarms only\n", "rw-r-----");
    Path auth = secret("auth", "authenticate me\n", "rw-------");
    Path priv = secret("priv", "encrypt me too\n", "rw-------");
    NotificationSettings settings =
        read(
            """
            notifications:
              heartbeat: 30 s
              receivers:
                old: {address: 192.0.2.1:162, protocol: trap1, communityFile: %s}
                noc: {address: "192.0.2.2:1162", protocol: inform3, user: noc, authFile: %s,
                      privFile: %s, auth: sha-512, priv: aes-256, window: 1}
                pager: {address: 192.0.2.3:162, atLeast: critical, onlyRules: true}
            alarms:
              thresholds:
                - celsius cpu* highMajor=80 hysteresis=3 model=B2 at=chassis:1
                - rpm * lowMajor= lowCritical=100
            """
                .formatted(word, auth, priv));
    assertThat(settings.heartbeat()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.receivers())
        .containsExactlyInAnyOrder(
            new Receiver(
                "old",
                new InetSocketAddress("192.0.2.1", 162),
                Protocol.TRAP1,
                "alarms only",
                null,
                32,
                null,
                false),
            new Receiver(
                "noc",
                new InetSocketAddress("192.0.2.2", 1162),
                Protocol.INFORM3,
                "",
                new SnmpUser(
                    "noc",
                    ManagerRole.OPERATOR,
                    SnmpUser.Auth.SHA_512,
                    "authenticate me",
                    SnmpUser.Priv.AES_256,
                    "encrypt me too"),
                1,
                null,
                false),
            new Receiver(
                "pager",
                new InetSocketAddress("192.0.2.3", 162),
                Protocol.INFORM2C,
                "",
                null,
                32,
                Severity.CRITICAL,
                true));
    SensorThreshold cpu = settings.thresholds().getFirst();
    assertThat(cpu.key())
        .isEqualTo(new SensorThreshold.Key(SensorReading.Kind.CELSIUS, "cpu*", "B2", "chassis 1"));
    assertThat(cpu.highMajor()).isEqualTo(80.0);
    assertThat(cpu.highWarning()).as("what is not said is as it was").isEqualTo(65.0);
    assertThat(settings.thresholds().getLast().lowMajor()).isNull();
    assertThat(settings.thresholds().getLast().lowCritical()).isEqualTo(100.0);
    assertThat(settings.toString())
        .doesNotContain("alarms only", "authenticate me", "encrypt me too");
  }

  @Test
  void everythingThatIsWrongIsSaidAtOnceAndNoSecretWithIt() throws Exception {
    Path open = secret("open", "everybody-reads", "rw-r--r--");
    Path empty = secret("empty", " \n", "rw-------");
    assertThatThrownBy(() ->
            read(
                """
                notifications:
                  heartbeat: 1 ms
                  email: noc@example.com
                  receivers:
                    a_b: {address: 192.0.2.1:162}
                    b: {address: noc.example.com:162, communityFile: %s}
                    c: {protocol: pigeon, communityFile: %s}
                    d: {protocol: trap3, user: noc, authFile: /nowhere/auth, privFile: %s}
                    e: {window: 257, atLeast: terrible, onlyRules: perhaps}
                alarms:
                  thresholds:
                    - warmth cpu* highMajor=80
                    - celsius
                    - celsius cpu* highMajor
                    - celsius cpu* highMajor=hot
                    - celsius cpu* highMajor=80 highWarning=90
                    - celsius cpu* highMajor=80 at=slot:3
                """
                    .formatted(open, empty, empty)))
        .isInstanceOf(ConfigProblems.class)
        .hasMessageContaining("notifications.heartbeat")
        .hasMessageContaining("notifications.email")
        .hasMessageContaining("notifications.receivers.a_b")
        .hasMessageContaining("notifications.receivers.b.address")
        .hasMessageContaining("everybody can read")
        .hasMessageContaining("pigeon")
        .hasMessageContaining(empty + " is empty")
        .hasMessageContaining("/nowhere/auth cannot be read")
        .hasMessageContaining("notifications.receivers.e.window")
        .hasMessageContaining("terrible")
        .hasMessageContaining("perhaps")
        .hasMessageContaining("warmth")
        .hasMessageContaining("kind, name of the sensor and limits")
        .hasMessageContaining("KEY=VALUE is meant")
        .hasMessageContaining("hot")
        .hasMessageContaining("at is 'slot:3'; card:1.3 or chassis:1 is meant")
        .hasMessageContaining("engine.yaml:17")
        .satisfies(
            e -> assertThat(e.getMessage()).doesNotContain("everybody-reads", "a_b.address"));
  }

  @Test
  void moreReceiversThanThereMayBeAreRefused() {
    String many =
        IntStream.rangeClosed(1, 17)
            .mapToObj(i -> "    r" + i + ": {address: 192.0.2." + i + ":162}\n")
            .collect(Collectors.joining("", "notifications:\n  receivers:\n", ""));
    assertThatThrownBy(() -> read(many)).hasMessageContaining("17 entries, at most 16");
    assertThatThrownBy(() ->
            read(
                "alarms:\n  thresholds: ["
                    + String.join(", ", Collections.nCopies(1_001, "rpm * lowMajor=1"))
                    + "]\n"))
        .hasMessageContaining("at most 1000");
  }
}
