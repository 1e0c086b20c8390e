package io.cade.sim.os;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cade.agent.debian.DebianSystem;
import io.cade.agent.device.OperatingSystem;
import io.cade.agent.wire.DeviceItem.FileItem;
import io.cade.agent.wire.DeviceItem.PackageItem;
import io.cade.agent.wire.DeviceItem.UserItem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The real plug-in with the system's real programs, below a scratch root and in a network namespace
 * that are made for each test and deleted after it. Nothing of this machine is touched.
 */
final class DebianSystemTest extends OperatingSystemContract {
  private static final Map<String, List<String>> NEEDS =
      Map.of(
          "file", List.of(),
          "kernel", List.of(),
          "package", List.of("dpkg:dpkg", "dpkg-query:dpkg", "dpkg-deb:dpkg"),
          "unit", List.of("systemctl:systemd"),
          "user", List.of("useradd:passwd", "usermod:passwd", "userdel:passwd"),
          "address", List.of("ip:iproute2"),
          "firewall", List.of("ip:iproute2", "nft:nftables"));
  private static final String PACKAGE = "cade-sample";

  private final String namespace = "cade-test-" + ProcessHandle.current().pid();
  private boolean hasNamespace;
  private Path root = Path.of("unset");

  @BeforeEach
  void makeRoot() throws IOException {
    root = Files.createDirectories(dir.resolve("root")).toRealPath();
    for (String folder : List.of("etc", "home", "srv", "proc/sys/net/core")) {
      Files.createDirectories(root.resolve(folder));
    }
    Files.writeString(root.resolve("proc/sys/net/core/somaxconn"), "4096\n");
    Files.writeString(
        root.resolve("etc/passwd"),
        "root:x:0:0:root:/root:/bin/bash\nwww:x:33:33:www:/var/www:/usr/sbin/nologin\n");
    Files.writeString(root.resolve("etc/group"), "root:x:0:\nadm:x:4:\nsudo:x:27:\nwww:x:33:\n");
    Files.writeString(root.resolve("etc/shadow"), "root:*:19000:0:99999:7:::\n");
    Files.writeString(root.resolve("etc/gshadow"), "root:*::\nadm:*::\nsudo:*::\nwww:*::\n");
    Files.writeString(root.resolve("etc/login.defs"), "USERGROUPS_ENAB yes\nUID_MIN 1000\n");
  }

  @AfterEach
  void endNamespace() throws Exception {
    if (hasNamespace) {
      run("ip", "netns", "del", namespace);
    }
  }

  @Override
  OperatingSystem system() {
    return DebianSystem.below(
        root, Path.of("/var/lib/cade-agent"), List.of("ip", "netns", "exec", namespace));
  }

  @Override
  Path root() {
    return root;
  }

  @Override
  void needs(String kind) {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    for (String need : NEEDS.getOrDefault(kind, List.of())) {
      String program = need.substring(0, need.indexOf(':'));
      assumeTrue(
          List.of("/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/").stream()
              .anyMatch(folder -> Files.isExecutable(Path.of(folder + program))),
          "needs " + program + " (package " + need.substring(need.indexOf(':') + 1) + ")");
    }
    try {
      switch (kind) {
        case "address", "firewall" -> makeNamespace();
        case "package" -> makePackages();
        case "unit" -> makeUnit();
        default -> {}
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void makeNamespace() throws IOException, InterruptedException {
    assumeTrue(
        run("ip", "netns", "add", namespace) == 0, "needs the right to make network namespaces");
    hasNamespace = true;
    assertThat(
            run("ip", "-n", namespace, "link", "add", "c0", "type", "veth", "peer", "name", "c1"))
        .isZero();
    for (String device : List.of("lo", "c0", "c1")) {
      assertThat(run("ip", "-n", namespace, "link", "set", device, "up")).isZero();
    }
  }

  private void makePackages() throws IOException, InterruptedException {
    for (String folder : List.of("info", "updates", "triggers")) {
      Files.createDirectories(root.resolve("var/lib/dpkg").resolve(folder));
    }
    Files.writeString(root.resolve("var/lib/dpkg/status"), "");
    Files.writeString(root.resolve("var/lib/dpkg/available"), "");
    Path archives = Files.createDirectories(root.resolve("var/cache/apt/archives"));
    for (String version : List.of("1.0", "2.0")) {
      Path tree = Files.createDirectories(dir.resolve("deb-" + version));
      Files.createDirectories(tree.resolve("DEBIAN"));
      Files.createDirectories(tree.resolve("usr/share/cade-sample"));
      Files.writeString(tree.resolve("usr/share/cade-sample/version"), version);
      Files.writeString(
          tree.resolve("DEBIAN/control"),
          """
          Package: cade-sample
          Version: %s
          Architecture: all
          Maintainer: Cade <cade@example.org>
          Description: a sample
          """
              .formatted(version));
      Path file = archives.resolve(PACKAGE + "_" + version + "_all.deb");
      assertThat(run("dpkg-deb", "--root-owner-group", "-b", tree.toString(), file.toString()))
          .isZero();
    }
  }

  private void makeUnit() throws IOException {
    Path units = Files.createDirectories(root.resolve("usr/lib/systemd/system"));
    Files.createDirectories(root.resolve("etc/systemd/system"));
    Files.writeString(
        units.resolve("cade-sample.service"),
        "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n");
  }

  private static int run(String... words) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
      System.out.println(String.join(" ", words) + ": " + said);
      return 1;
    }
    return 0;
  }

  @Override
  List<PackageItem> packages() {
    return List.of(new PackageItem(PACKAGE, "1.0"), new PackageItem(PACKAGE, "2.0"));
  }

  @Override
  String unit() {
    return "cade-sample";
  }

  @Override
  String device() {
    return "c0";
  }

  @Test
  void ownersAreThoseOfTheRootNotOfThisMachine() throws Exception {
    needs("file");
    FileItem file = new FileItem("/srv/page", "x\n", "0640", "www:adm");
    system().change(file);
    assertThat(system().look(file.key())).isEqualTo(file);
    assertThat(Files.getAttribute(root.resolve("srv/page"), "unix:uid")).isEqualTo(33);
    assertThat(Files.getAttribute(root.resolve("srv/page"), "unix:gid")).isEqualTo(4);
    assertThatThrownBy(() -> system().check(new FileItem("/srv/y", "", "0644", "nobody-such:adm")))
        .hasMessageContaining("nobody-such");
  }

  @Test
  void packageIsReallyUnpacked() throws Exception {
    needs("package");
    system().change(packages().getLast());
    assertThat(root.resolve("usr/share/cade-sample/version")).hasContent("2.0");
  }

  @Test
  void agentsOwnDirectoryIsNoModels() throws Exception {
    assertThatThrownBy(
            () -> system().check(new FileItem("/var/lib/cade-agent/device.json", "{}", "0600", "")))
        .hasMessageContaining("the agent's own");
    assertThatThrownBy(() -> system().look("file:/var/lib/cade-agent/key.pem"))
        .hasMessageContaining("the agent's own");
  }

  @Test
  void keysOfAnAccountAreReadableByItAlone() throws Exception {
    needs("user");
    system().change(new UserItem("alice", "/bin/sh", List.of(), List.of("ssh-ed25519 AAAA a")));
    Path keys = root.resolve("home/alice/.ssh/authorized_keys");
    assertThat(keys).hasContent("ssh-ed25519 AAAA a\n");
    assertThat(Files.getAttribute(keys, "unix:mode")).isEqualTo(0100600);
    assertThat(Files.getAttribute(keys, "unix:uid")).isEqualTo(1000);
    assertThat(Files.getAttribute(keys.resolveSibling("."), "unix:uid")).isEqualTo(1000);
    Files.delete(keys);
    Files.createSymbolicLink(keys, Files.writeString(dir.resolve("victim"), "mine"));
    assertThatThrownBy(() -> system().look("user:alice")).isInstanceOf(IOException.class);
    assertThat(dir.resolve("victim")).hasContent("mine");
  }
}
