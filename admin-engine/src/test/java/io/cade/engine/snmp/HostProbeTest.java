package io.cade.engine.snmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cade.mib.HostSnapshot;
import io.cade.mib.InterfaceRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What SNMP shows of the engine's computer: of this one, and of one made of files. */
class HostProbeTest {
  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  Path folder;

  @Test
  void thisComputerHasMemoryProcessorsALoopbackAndThisProcess() {
    assumeTrue(Files.isReadable(Path.of("/proc/self/stat")), "needs Linux' /proc");
    var probe = new HostProbe(folder, InstantSource.system(), System::nanoTime);
    probe.tick();
    HostSnapshot host = probe.newest();
    assertThat(host.memoryKilobytes()).isPositive();
    assertThat(host.processes()).isPositive();
    assertThat(host.upTime()).isPositive();
    assertThat(host.processors()).isNotEmpty().allMatch(load -> load >= 0 && load <= 100);
    assertThat(host.storage()).hasSizeGreaterThanOrEqualTo(2);
    assertThat((long) host.program().id()).isEqualTo(ProcessHandle.current().pid());
    assertThat(host.interfaces()).anyMatch(i -> i.type() == 24 && i.name().equals("lo"));
  }

  @Test
  void figuresAreThoseOfTheFilesAndMissingFilesLeaveThemOut() throws Exception {
    Path proc = Files.createDirectories(folder.resolve("proc"));
    Path link = folder.resolve("sys/class/net/eth0");
    Path eth = Files.createDirectories(link.resolve("statistics"));
    Files.writeString(proc.resolve("uptime"), "3600.50 7000.00\n");
    Files.writeString(proc.resolve("stat"), "cpu  0\ncpu0 100 0 0 900 0 0 0 0 0 0\n");
    for (var file :
        List.of(
            "ifindex 7",
            "flags 0x1003",
            "operstate up",
            "type 1",
            "mtu 1500",
            "speed 1000",
            "address 02:00:00:00:00:05",
            "carrier_changes 2")) {
      String[] words = file.split(" ");
      Files.writeString(eth.resolveSibling(words[0]), words[1] + "\n");
    }
    Files.writeString(eth.resolve("rx_bytes"), "9000000000\n");
    var nanos = new AtomicLong();
    var probe =
        new HostProbe(proc, folder.resolve("sys"), folder, InstantSource.system(), nanos::get);
    probe.tick();
    assertThat(probe.newest().upTime().toMillis()).isEqualTo(3_600_500);
    assertThat(probe.newest().interfaces())
        .singleElement()
        .returns(7, InterfaceRow::index)
        .returns(6, InterfaceRow::type)
        .returns(1_000_000_000L, InterfaceRow::speed)
        .returns(9_000_000_000L, InterfaceRow::inOctets)
        .returns(0L, InterfaceRow::outOctets)
        .returns(true, InterfaceRow::adminUp)
        .returns(null, InterfaceRow::lastChange);
    assertThat(probe.newest().program()).isEqualTo(HostSnapshot.Program.NONE);

    Files.writeString(proc.resolve("stat"), "cpu  0\ncpu0 175 0 0 925 0 0 0 0 0 0\n");
    Files.writeString(eth.resolveSibling("operstate"), "down\n");
    probe.tick();
    assertThat(probe.newest().processors()).containsExactly(75);
    assertThat(probe.newest().interfaces().getFirst())
        .returns(2, InterfaceRow::operStatus)
        .extracting(InterfaceRow::lastChange)
        .isNotNull();
  }

  @Test
  void nobodyAsksAndItLooksEachFifthTimeOnly() throws Exception {
    Path proc = Files.createDirectories(folder.resolve("proc"));
    var nanos = new AtomicLong();
    var probe = new HostProbe(proc, folder, folder, InstantSource.system(), nanos::get);
    probe.tick();
    Files.writeString(proc.resolve("uptime"), "10.0 0\n");
    for (int i = 0; i < 4; i++) {
      probe.tick();
    }
    HostSnapshot old = probe.newest();
    assertThat(old.upTime()).isZero();
    probe.tick();
    assertThat(probe.newest().upTime().toSeconds()).isEqualTo(10);
  }
}
