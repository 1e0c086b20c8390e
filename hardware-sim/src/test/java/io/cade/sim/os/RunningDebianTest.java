package io.cade.sim.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cade.agent.debian.DebianSystem;
import io.cade.agent.device.OperatingSystem;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.DeviceItem.FileItem;
import io.cade.agent.wire.DeviceItem.KernelItem;
import io.cade.agent.wire.DeviceItem.PackageItem;
import io.cade.agent.wire.DeviceItem.UnitItem;
import io.cade.agent.wire.DeviceItem.UserItem;
import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The real plug-in on a Debian that runs: apt installs and removes, systemd starts and stops. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RunningDebianTest extends OperatingSystemContract {
  private static final String PACKAGE = "cade-sample";
  private static final String NEEDS_IT = "cade-needs-sample";
  private static final String UNIT = "cade-sample";

  private RunningDebian debian;

  @BeforeAll
  void start(@TempDir Path place) throws IOException {
    debian = RunningDebian.start(place);
    makeRepository();
  }

  @AfterAll
  void stop() throws InterruptedException {
    if (debian != null) {
      debian.close();
    }
  }

  @BeforeEach
  void putBack() throws IOException {
    debian.says(
        "sh", "-c", "systemctl disable --now cade-sample; rm -rf /srv/l* /srv/f* /srv/[bhm]*");
    Files.writeString(
        root().resolve("etc/systemd/system/cade-sample.service"),
        """
        [Service]
        ExecStart=/bin/sh -c 'echo a sample begins; exec sleep 1000'
        [Install]
        WantedBy=multi-user.target
        """);
    debian.says("systemctl", "daemon-reload");
  }

  /** Two versions in a repository of files, as an operator would name one in sources.list(5). */
  private void makeRepository() throws IOException {
    Path repository = root().resolve("srv/repository");
    Files.writeString(
        root().resolve("etc/apt/sources.list"), "deb [trusted=yes] file:/srv/repository ./\n");
    StringBuilder index = new StringBuilder();
    for (String each : List.of(PACKAGE + " 1.0", PACKAGE + " 2.0", NEEDS_IT + " 1.0")) {
      String pack = each.substring(0, each.indexOf(' '));
      String version = each.substring(each.indexOf(' ') + 1);
      Path tree = root().resolve("srv/tree-" + pack + version);
      Files.createDirectories(tree.resolve("DEBIAN"));
      Files.createDirectories(tree.resolve("usr/share").resolve(pack));
      Files.createDirectories(tree.resolve("etc"));
      Files.writeString(tree.resolve("usr/share").resolve(pack).resolve("version"), version);
      Files.writeString(tree.resolve("etc/" + pack + ".conf"), "of version " + version + "\n");
      Files.writeString(tree.resolve("DEBIAN/conffiles"), "/etc/" + pack + ".conf\n");
      String control =
          """
          Package: %s
          Version: %s
          Architecture: all
          %sMaintainer: Cade <cade@example.org>
          Description: a sample
          """
              .formatted(pack, version, pack.equals(NEEDS_IT) ? "Depends: cade-sample\n" : "");
      Files.writeString(tree.resolve("DEBIAN/control"), control);
      String name = pack + "_" + version + "_all.deb";
      debian.says(
          "dpkg-deb",
          "--root-owner-group",
          "-b",
          "/srv/tree-" + pack + version,
          "/srv/repository/" + name);
      index
          .append(control)
          .append("Filename: ./")
          .append(name)
          .append("\nSize: ")
          .append(Files.size(repository.resolve(name)))
          .append("\nSHA256: ")
          .append(debian.says("sha256sum", "/srv/repository/" + name).substring(0, 64))
          .append("\n\n");
    }
    Files.writeString(repository.resolve("Packages"), index);
  }

  @Override
  OperatingSystem system() {
    return DebianSystem.running(debian.root(), Path.of("/var/lib/cade-agent"), debian.enter());
  }

  @Override
  Path root() {
    return debian.root();
  }

  @Override
  void needs(String kind) {
    if (kind.equals("firewall")) {
      assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nft")), "needs nft (package nftables)");
    }
  }

  @Override
  List<PackageItem> packages() {
    return List.of(new PackageItem(PACKAGE, "1.0"), new PackageItem(PACKAGE, "2.0"));
  }

  @Override
  String unit() {
    return UNIT;
  }

  @Override
  String device() {
    return "c0";
  }

  @Test
  void unitsReallyRunStopAndStartAnew() throws Exception {
    system().check(new UnitItem(UNIT, true, true));
    system().change(new UnitItem(UNIT, true, true));
    assertThat(system().look("unit:" + UNIT)).isEqualTo(new UnitItem(UNIT, true, true));
    String first = mainProcess();
    system().restart(UNIT);
    assertThat(mainProcess()).isNotEqualTo(first).isNotEqualTo("0");
    assertThat(system().units()).contains(new Inventory.Unit(UNIT + ".service", true, "running"));
    assertThat(system().journal(UNIT + ".service", 0, 100))
        .extracting(LogLine::text)
        .anyMatch(line -> line.endsWith("a sample begins"));
    system().change(new UnitItem(UNIT, false, false));
    assertThat(mainProcess()).isEqualTo("0");
    assertThat(system().look("unit:" + UNIT)).isEqualTo(new UnitItem(UNIT, false, false));
  }

  private String mainProcess() {
    return debian.says("systemctl", "show", "--property=MainPID", "--value", UNIT).strip();
  }

  @Test
  void aUnitThatCannotStartSaysSo() throws Exception {
    system()
        .change(
            new FileItem(
                "/etc/systemd/system/cade-broken.service",
                "[Service]\nType=oneshot\nExecStart=/bin/false\n",
                "0644",
                ""));
    assertThatThrownBy(() -> system().change(new UnitItem("cade-broken", false, true)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cade-broken");
    assertThat(system().look("unit:cade-broken"))
        .isEqualTo(new UnitItem("cade-broken", false, false));
  }

  @Test
  void aChangedFileOfAPackageOutlivesItsUpgrade() throws Exception {
    system().change(packages().getFirst());
    FileItem own = new FileItem("/etc/cade-sample.conf", "our own\n", "0644", "");
    system().change(own);
    system().change(packages().getLast());
    assertThat(root().resolve("usr/share/cade-sample/version")).hasContent("2.0");
    assertThat(system().look(own.key())).isEqualTo(own);
    system().change(new AbsentItem(packages().getFirst().key()));
  }

  @Test
  void aPackageManagerThatWasKilledIsPutRight() throws Exception {
    system().change(packages().getFirst());
    // Unpacked, not configured: what a power cut between the two leaves behind.
    debian.says("dpkg", "--unpack", "/srv/repository/cade-sample_2.0_all.deb");
    debian.says("sh", "-c", "echo > /var/lib/dpkg/updates/0001");
    assertThat(debian.says("dpkg", "-s", PACKAGE)).contains("unpacked");
    system().change(packages().getLast());
    assertThat(system().look(packages().getLast().key())).isEqualTo(packages().getLast());
    system().change(new AbsentItem(packages().getFirst().key()));
  }

  @Test
  void whatOthersNeedIsNotRemoved() throws Exception {
    system().change(new PackageItem(NEEDS_IT, "1.0"));
    assertThat(system().look("package:" + PACKAGE)).isInstanceOf(PackageItem.class);
    assertThatThrownBy(() -> system().change(new AbsentItem("package:" + PACKAGE)))
        .hasMessageContaining("others need it and would go too: " + NEEDS_IT);
    assertThat(system().look("package:" + NEEDS_IT)).isEqualTo(new PackageItem(NEEDS_IT, "1.0"));
    system().change(new AbsentItem("package:" + NEEDS_IT));
    system().change(new AbsentItem("package:" + PACKAGE));
    assertThatThrownBy(() -> system().change(new AbsentItem("package:libc6")))
        .isInstanceOf(IOException.class);
    assertThat(system().look("package:libc6")).isInstanceOf(PackageItem.class);
  }

  /** The plug-in looks and works from within the unit's own view of the file system. */
  @Test
  void belowTheUnitThatIsShippedTheAgentCanChangeWhatModelsDescribe() throws Exception {
    Path units = root().resolve("etc/systemd/system");
    Files.copy(
        Path.of("../packaging/systemd/cade-agent.service"), units.resolve("cade-agent.service"));
    Files.createDirectories(units.resolve("cade-agent.service.d"));
    Files.writeString(
        units.resolve("cade-agent.service.d/stand-in.conf"),
        "[Service]\nExecStart=\nExecStart=/bin/sleep 1000\n");
    debian.says("systemctl", "daemon-reload");
    debian.says("systemctl", "start", "cade-agent");
    try {
      String agent =
          debian.says("systemctl", "show", "-p", "MainPID", "--value", "cade-agent").strip();
      assertThat(agent)
          .as("%s", debian.says("systemctl", "status", "cade-agent"))
          .matches("[1-9]\\d+");
      List<String> enter = new ArrayList<>(debian.enter());
      enter.addAll(List.of("nsenter", "-t", agent, "-m"));
      OperatingSystem below =
          DebianSystem.running(
              root().resolve("proc").resolve(agent).resolve("root"),
              Path.of("/var/lib/cade-agent"),
              enter);
      for (DeviceItem item :
          List.of(
              new FileItem("/etc/cade-unit", "x\n", "0644", ""),
              new UserItem("ann", "/bin/sh", List.of(), List.of("ssh-ed25519 AAAA a@b")),
              new PackageItem(PACKAGE, "1.0"),
              new KernelItem("net.core.somaxconn", "1024"),
              new KernelItem("net.core.somaxconn", "4096"))) {
        below.check(item);
        below.change(item);
        assertThat(below.look(item.key())).isEqualTo(item);
        assertThat(system().look(item.key())).as("for everybody").isEqualTo(item);
        if (!(item instanceof KernelItem)) {
          below.change(new AbsentItem(item.key()));
        }
      }
    } finally {
      debian.says("systemctl", "stop", "cade-agent");
    }
  }
}
