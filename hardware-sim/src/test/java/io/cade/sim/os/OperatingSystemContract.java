package io.cade.sim.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.device.NoItemException;
import io.cade.agent.device.OperatingSystem;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.DeviceItem.AddressItem;
import io.cade.agent.wire.DeviceItem.FileItem;
import io.cade.agent.wire.DeviceItem.FirewallItem;
import io.cade.agent.wire.DeviceItem.KernelItem;
import io.cade.agent.wire.DeviceItem.PackageItem;
import io.cade.agent.wire.DeviceItem.RouteItem;
import io.cade.agent.wire.DeviceItem.UnitItem;
import io.cade.agent.wire.DeviceItem.UserItem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every operating system's plug-in does, the real one and the simulated one. */
@Timeout(120)
abstract class OperatingSystemContract {
  @TempDir Path dir = Path.of("unset");

  /** The system under test. */
  abstract OperatingSystem system() throws Exception;

  /** Where its files are. */
  abstract Path root();

  /** Skips a test by name where this machine cannot run it. */
  abstract void needs(String kind);

  /** A package with two versions, neither installed, the older first. */
  abstract List<PackageItem> packages();

  /** A unit that is there, neither enabled nor running. */
  abstract String unit() throws Exception;

  /** An interface. */
  abstract String device();

  private void becomes(DeviceItem wanted) throws Exception {
    DeviceItem before = system().look(wanted.key());
    system().check(wanted);
    system().change(wanted);
    assertThat(system().look(wanted.key())).isEqualTo(wanted);
    system().change(wanted);
    assertThat(system().look(wanted.key())).as("again").isEqualTo(wanted);
    system().change(before);
    assertThat(system().look(wanted.key())).as("put back").isEqualTo(before);
    system().change(wanted);
  }

  private void goes(DeviceItem there) throws Exception {
    AbsentItem gone = new AbsentItem(there.key());
    system().change(gone);
    assertThat(system().look(there.key())).isEqualTo(gone);
    system().change(gone);
  }

  @Test
  void filesAreReplacedAsAWhole() throws Exception {
    needs("file");
    FileItem first = new FileItem("/etc/cade/a.conf", "one\n", "0644", "");
    assertThat(system().look(first.key())).isEqualTo(new AbsentItem(first.key()));
    becomes(first);
    becomes(new FileItem("/etc/cade/a.conf", "two\nünï\n", "0600", ""));
    becomes(new FileItem("/etc/cade/a.conf", "", "0755", ""));
    try (Stream<Path> all = Files.walk(root().resolve("etc/cade"))) {
      assertThat(all.filter(Files::isRegularFile)).as("nothing is left beside it").hasSize(1);
    }
    goes(first);
  }

  @Test
  void noLinkLeadsAFileElsewhere() throws Exception {
    needs("file");
    Path outside = Files.createDirectories(dir.resolve("outside"));
    Files.writeString(outside.resolve("victim"), "mine");
    Files.createDirectories(root().resolve("srv"));
    Files.createSymbolicLink(root().resolve("srv/link"), outside);
    Files.createSymbolicLink(root().resolve("srv/file"), outside.resolve("victim"));
    for (String path : List.of("/srv/link/victim", "/srv/link/deeper/victim", "/srv/file")) {
      assertThatThrownBy(() -> system().look("file:" + path))
          .as(path)
          .isInstanceOf(NoItemException.class);
      if (!path.equals("/srv/file")) {
        assertThatThrownBy(() -> system().change(new FileItem(path, "x", "0644", "")))
            .as(path)
            .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> system().change(new AbsentItem("file:" + path)))
            .as(path)
            .isInstanceOf(IOException.class);
      }
    }
    assertThat(outside.resolve("victim")).hasContent("mine");
    try (Stream<Path> left = Files.list(outside)) {
      assertThat(left).hasSize(1);
    }
  }

  @Test
  void whatIsNoTextFileIsNoItem() throws Exception {
    needs("file");
    Path srv = Files.createDirectories(root().resolve("srv"));
    Files.createDirectories(srv.resolve("folder"));
    Files.write(srv.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    Files.writeString(srv.resolve("large"), "x".repeat(DeviceItem.MAX_CONTENT + 1));
    Files.writeString(srv.resolve("huge"), "x".repeat(5 * DeviceItem.MAX_CONTENT));
    for (String name : List.of("folder", "binary", "large", "huge")) {
      assertThatThrownBy(() -> system().look("file:/srv/" + name))
          .as(name)
          .isInstanceOf(NoItemException.class);
    }
    FileItem most = new FileItem("/srv/most", "ü".repeat(DeviceItem.MAX_CONTENT), "0644", "");
    becomes(most);
  }

  @Test
  void packagesComeInTheVersionThatIsWanted() throws Exception {
    needs("package");
    becomes(packages().getFirst());
    becomes(packages().getLast());
    assertThat(system().packages()).contains(packages().getLast());
    assertThatThrownBy(() -> system().check(new PackageItem(packages().getFirst().name(), "99")))
        .hasMessageContaining(packages().getFirst().version());
    assertThatThrownBy(() -> system().check(new PackageItem("no-such-package", "")))
        .hasMessageContaining("no-such-package");
    goes(packages().getLast());
    system().change(new PackageItem(packages().getFirst().name(), ""));
    assertThat(system().look(packages().getFirst().key())).isInstanceOf(PackageItem.class);
  }

  @Test
  void unitsAreEnabledAndDisabled() throws Exception {
    needs("unit");
    becomes(new UnitItem(unit(), true, false));
    becomes(new UnitItem(unit(), false, false));
    assertThat(system().look("unit:none-such")).isEqualTo(new AbsentItem("unit:none-such"));
    assertThatThrownBy(() -> system().change(new UnitItem("none-such", true, false)))
        .isInstanceOf(IOException.class);
    system().change(new AbsentItem("unit:none-such"));
  }

  @Test
  void aUnitThatDoesNotRunIsNotRestarted() throws Exception {
    needs("unit");
    String unit = unit();
    assertThatThrownBy(() -> system().restart(unit)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> system().restart("none-such")).isInstanceOf(IOException.class);
  }

  @Test
  void accountsHaveTheirGroupsAndKeys() throws Exception {
    needs("user");
    becomes(new UserItem("alice", "/bin/bash", List.of("adm"), List.of("ssh-ed25519 AAAA a@b")));
    becomes(
        new UserItem("alice", "/bin/sh", List.of("adm", "sudo"), List.of("ssh-ed25519 BBBB a@b")));
    becomes(new UserItem("alice", "/bin/sh", List.of(), List.of()));
    assertThatThrownBy(
            () -> system().check(new UserItem("bob", "/bin/sh", List.of("martians"), List.of())))
        .hasMessageContaining("martians");
    goes(new UserItem("alice", "/bin/sh", List.of(), List.of()));
    assertThatThrownBy(() -> system().change(new AbsentItem("user:root")))
        .isInstanceOf(IOException.class);
  }

  @Test
  void kernelParametersAreSet() throws Exception {
    needs("kernel");
    becomes(new KernelItem("net.core.somaxconn", "1024"));
    assertThat(system().look("kernel:net.none.such"))
        .isEqualTo(new AbsentItem("kernel:net.none.such"));
    assertThatThrownBy(
            () -> {
              system().check(new KernelItem("net.none.such", "1"));
              system().change(new KernelItem("net.none.such", "1"));
            })
        .isInstanceOf(IOException.class);
  }

  @Test
  void addressesAndRoutesComeAndGo() throws Exception {
    needs("address");
    AddressItem address = new AddressItem(device(), "192.0.2.1/24");
    becomes(address);
    becomes(new AddressItem(device(), "2001:db8::1/64"));
    RouteItem route = new RouteItem("198.51.100.0/24", "192.0.2.2");
    becomes(route);
    becomes(new RouteItem("198.51.100.0/24", "192.0.2.3"));
    becomes(new RouteItem("default", "192.0.2.2"));
    becomes(new RouteItem("2001:db8:1::/48", "2001:db8::2"));
    goes(route);
    goes(new RouteItem("default", "192.0.2.2"));
    goes(address);
    assertThatThrownBy(() -> system().check(new AddressItem("eth77", "192.0.2.1/24")))
        .hasMessageContaining("eth77");
  }

  @Test
  void tablesOfThePacketFilterAreReplacedAsAWhole() throws Exception {
    needs("firewall");
    String chain = "chain in { type filter hook input priority 0; policy accept; %s\n}";
    FirewallItem first = new FirewallItem("inet cade", chain.formatted("tcp dport ssh accept"));
    DeviceItem absent = system().look(first.key());
    assertThat(absent).isEqualTo(new AbsentItem(first.key()));
    system().check(first);
    system().change(first);
    DeviceItem told = system().look(first.key());
    assertThat(told).isInstanceOf(FirewallItem.class);

    FirewallItem second =
        new FirewallItem("inet cade", chain.formatted("tcp dport { 80, 443 } counter drop"));
    system().change(second);
    DeviceItem toldSecond = system().look(first.key());
    assertThat(toldSecond).isNotEqualTo(told);
    assertThat(toldSecond.toString()).contains("443").doesNotContain("ssh").doesNotContain("22");

    system().change(told);
    assertThat(system().look(first.key())).as("put back as it was told").isEqualTo(told);
    goes(first);
  }

  @Test
  void startIsTold() throws Exception {
    needs("file");
    assertThat(system().bootId()).isNotBlank().isEqualTo(system().bootId());
  }
}
