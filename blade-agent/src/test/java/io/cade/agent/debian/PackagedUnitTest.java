package io.cade.agent.debian;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The agent's unit beside what the agent changes when its file says {@code "system": "debian"}:
 * directives are those of systemd.exec(5) that put a place out of reach. That a Debian can really
 * be changed below this unit is shown where one runs.
 */
class PackagedUnitTest {
  private static final Path UNIT = Path.of("../packaging/systemd/cade-agent.service");

  /** Places that each of these makes read-only or hides, whatever its value but "no" does. */
  private static final Map<String, List<String>> CLOSES =
      Map.of(
          "ProtectSystem", List.of("/usr", "/boot", "/etc", "/var", "/srv"),
          "ProtectHome", List.of("/home", "/root"),
          "ProtectKernelTunables", List.of("/proc/sys", "/sys"),
          "ProtectKernelModules", List.of("/usr/lib/modules"));

  private static Map<String, String> directives() throws Exception {
    try (Stream<String> lines = Files.lines(UNIT)) {
      return lines
          .filter(line -> line.matches("[A-Za-z]+=.*"))
          .map(line -> line.split("=", 2))
          .collect(Collectors.toMap(d -> d[0], d -> d[1], (a, b) -> a + " " + b));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // File items, and passwd's tools.
        "/etc/nginx/nginx.conf",
        "/etc/passwd",
        "/srv/site/index.html",
        // Keys of users.
        "/home/alice/.ssh/authorized_keys",
        "/root/.ssh/authorized_keys",
        // Kernel items.
        "/proc/sys/vm/swappiness",
        // dpkg and apt.
        "/usr/sbin/nginx",
        "/usr/lib/modules/6.1.0/modules.dep",
        "/boot/vmlinuz",
        "/var/lib/dpkg/status",
        "/var/cache/apt/archives/nginx.deb",
        "/var/lib/apt/lists/mirror"
      })
  void whatAModelMayChangeIsNotPutOutOfReachByTheUnit(String place) throws Exception {
    Map<String, String> unit = directives();
    assertThat(unit).containsKey("ExecStart");
    CLOSES.forEach((directive, places) -> {
      if (places.stream().anyMatch(place::startsWith)) {
        assertThat(unit.getOrDefault(directive, "no")).as(directive).isEqualTo("no");
      }
    });
    assertThat(unit)
        .doesNotContainKeys("ReadOnlyPaths", "InaccessiblePaths", "TemporaryFileSystem", "User")
        .doesNotContainKeys("DynamicUser", "RootDirectory", "CapabilityBoundingSet");
  }

  @ParameterizedTest
  @ValueSource(strings = {"RestrictSUIDSGID", "MemoryDenyWriteExecute", "RestrictNamespaces"})
  void whatPackagesBringAlongMayBeInstalled(String directive) throws Exception {
    assertThat(directives().getOrDefault(directive, "no")).isEqualTo("no");
  }
}
