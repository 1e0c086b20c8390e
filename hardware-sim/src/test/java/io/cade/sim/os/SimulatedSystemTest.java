package io.cade.sim.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.DeviceItem.FileItem;
import io.cade.agent.wire.DeviceItem.FirewallItem;
import io.cade.agent.wire.DeviceItem.KernelItem;
import io.cade.agent.wire.DeviceItem.PackageItem;
import io.cade.agent.wire.DeviceItem.UnitItem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SimulatedSystemTest extends OperatingSystemContract {
  private @Nullable SimulatedSystem started;

  /** Started again, as after a power cut. */
  private SimulatedSystem start() throws IOException {
    SimulatedSystem system = SimulatedSystem.on(dir, java.time.InstantSource.system());
    system.powerOn();
    started = system;
    return system;
  }

  @Override
  SimulatedSystem system() throws IOException {
    return started == null ? start() : started;
  }

  @Override
  Path root() {
    return dir.resolve("system/root");
  }

  @Override
  void needs(String kind) {}

  @Override
  List<PackageItem> packages() {
    return List.of(new PackageItem("tcpdump", "4.99.3-1"), new PackageItem("tcpdump", "4.99.4-3"));
  }

  @Override
  String unit() throws IOException {
    if (system().look("unit:cron").equals(new UnitItem("cron", true, true))) {
      system().unit("cron", "stop");
      system().unit("cron", "disable");
    }
    return "cron";
  }

  @Override
  String device() {
    return "eth0";
  }

  @Test
  void powerCutForgetsWhatARealOneForgets() throws Exception {
    SimulatedSystem system = system();
    system.change(new PackageItem("nginx", "1.24.0-2"));
    system.change(new UnitItem("nginx", true, true));
    system.change(new UnitItem("cron", false, true));
    system.change(new FileItem("/etc/x", "x\n", "0600", "root:adm"));
    system.change(new KernelItem("vm.swappiness", "1"));
    system.change(new FirewallItem("cade", "chain a {}"));
    String boot = system.bootId();

    system = start();
    assertThat(system.bootId()).isNotEqualTo(boot);
    assertThat(system.look("package:nginx")).isEqualTo(new PackageItem("nginx", "1.24.0-2"));
    assertThat(system.look("unit:nginx")).isEqualTo(new UnitItem("nginx", true, true));
    assertThat(system.look("unit:cron")).isEqualTo(new UnitItem("cron", false, false));
    assertThat(system.look("file:/etc/x"))
        .isEqualTo(new FileItem("/etc/x", "x\n", "0600", "root:adm"));
    assertThat(system.look("kernel:vm.swappiness"))
        .isEqualTo(new KernelItem("vm.swappiness", "60"));
    assertThat(system.look("firewall:cade")).isEqualTo(new AbsentItem("firewall:cade"));
  }

  @Test
  void aRestartIsInTheUnitsJournal() throws Exception {
    SimulatedSystem system = system();
    system.restart("ssh");
    assertThat(system.look("unit:ssh")).isEqualTo(new UnitItem("ssh", true, true));
    assertThat(system.journal("ssh", 0, 2))
        .extracting(io.cade.agent.wire.LogLine::text)
        .containsExactly("systemd[1]: Stopped ssh.service.", "systemd[1]: Started ssh.service.");
  }

  @Test
  void handsChangeFilesAndUnits() throws Exception {
    SimulatedSystem system = system();
    system.edit("/etc/motd", "by hand\n");
    assertThat(system.look("file:/etc/motd"))
        .isEqualTo(new FileItem("/etc/motd", "by hand\n", "0644", ""));
    system.edit("/etc/motd", null);
    assertThat(system.look("file:/etc/motd")).isEqualTo(new AbsentItem("file:/etc/motd"));
    assertThatThrownBy(() -> system.edit("/etc/../../x", "x")).isInstanceOf(IOException.class);
    system.unit("ssh", "stop");
    assertThat(system.look("unit:ssh")).isEqualTo(new UnitItem("ssh", true, false));
    assertThatThrownBy(() -> system.unit("nginx", "stop")).hasMessageContaining("no unit nginx");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          policy accept                                                     | false
          policy drop                                                       | true
          policy drop; tcp dport 9444 accept                                | false
          policy drop; tcp dport { 22, 9000-9500 } accept                   | false
          policy drop; tcp dport 22 accept                                  | true
          policy accept; tcp dport 9444 drop                                | true
          policy accept; tcp dport { 22, 9444 } reject                      | true
          policy accept; tcp dport 9445 drop                                | false
          policy accept; tcp dport 9444 accept; tcp dport 9444 drop         | false
          policy accept; udp dport 53 drop                                  | false
          policy drop; accept                                               | false
          policy drop; oifname "eth1" accept                                | true
          """)
  void rulesOfTheOutputHookCutTheCardOffOrNot(String rules, boolean cut) throws Exception {
    SimulatedSystem system = system();
    system.change(
        new FirewallItem(
            "inet cade", "chain out { type filter hook output priority 0; " + rules + "\n}"));
    assertThat(system.cutsOff(9444)).as(rules).isEqualTo(cut);
    system.change(new AbsentItem("firewall:inet cade"));
    assertThat(system.cutsOff(9444)).isFalse();
  }

  @Test
  void answersHaveToComeInToo() throws Exception {
    SimulatedSystem system = system();
    String in = "chain in {\n type filter hook input priority 0; policy drop;\n %s\n}\n";
    system.change(new FirewallItem("cade", in.formatted("tcp dport 22 accept")));
    assertThat(system.cutsOff(9444)).isTrue();
    system.change(new FirewallItem("cade", in.formatted("ct state established,related accept")));
    assertThat(system.cutsOff(9444)).isFalse();
  }
}
