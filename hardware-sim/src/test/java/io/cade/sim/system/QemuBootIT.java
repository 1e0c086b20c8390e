package io.cade.sim.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * From a bare power-on to an Available card: virtual machines without a disk, the real engine with
 * its own DHCP, TFTP and HTTP, the image that {@code ./cade image build} makes. All of it in a
 * network namespace of its own.
 *
 * <p>UEFI takes more than a minute a card without hardware acceleration; those tests run when the
 * environment says {@code CADE_TEST_UEFI=1}, and are skipped by name otherwise; so does the update
 * of a card, three boots, with {@code CADE_TEST_NETWORK_UPDATE=1}.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QemuBootIT {
  private static final int BIOS_SLOT = 3;
  private static final int PXE_SLOT = 4;
  private static final int HTTP_SLOT = 5;
  private static final int UPDATE_SLOT = 6;
  private static final Duration BOOT = Duration.ofMinutes(7);
  private static final Duration UPDATE = Duration.ofMinutes(9);
  private static final Pattern STAGE = Pattern.compile("\"stage\" *: *\"([a-z]+)\"");

  private @Nullable Path folder;
  private @Nullable QemuSite site;

  @BeforeAll
  void keep(@TempDir Path folderOfAllTests) {
    folder = folderOfAllTests;
  }

  @AfterAll
  void end() throws Exception {
    if (site != null) {
      site.close();
    }
  }

  @Test
  void aBiosCardPxeBootsTheImageAndBecomesAvailable() throws Exception {
    boots(BIOS_SLOT, QemuCard.Firmware.BIOS);
  }

  @Test
  void aUefiCardPxeBootsTheImageAndBecomesAvailable() throws Exception {
    requireUefi();
    String console = boots(PXE_SLOT, QemuCard.Firmware.UEFI_PXE);
    assertThat(console)
        .contains("Start PXE over IPv4", "NBP filename is ipxe.efi", "boot.ipxe... ok")
        .doesNotContain("Start HTTP Boot");
  }

  @Test
  void aUefiCardBootsByHttpAndBecomesAvailable() throws Exception {
    requireUefi();
    String console = boots(HTTP_SLOT, QemuCard.Firmware.UEFI_HTTP);
    assertThat(console)
        .contains("Start HTTP Boot over IPv4", "URI: http://10.77.0.1:9080/ipxe.efi")
        .contains("boot.ipxe... ok")
        .doesNotContain("Start PXE");
  }

  /**
   * The whole of it: bundle, trial boot, proof, the image that stays; then a power cut, after which
   * the card comes back with the new image.
   */
  @Test
  void aCardThatBootsFromTheNetworkIsUpdatedAndStaysSo() throws Exception {
    Assumptions.assumeTrue(
        "1".equals(System.getenv("CADE_TEST_NETWORK_UPDATE")),
        "needs CADE_TEST_NETWORK_UPDATE=1 (takes minutes)");
    QemuCard.require(QemuCard.Firmware.BIOS);
    QemuSite here = site();
    here.importUpdate("7.4");
    QemuCard card = here.powerOn(UPDATE_SLOT, QemuCard.Firmware.BIOS);
    awaits(here, card, "7.3");
    Run.Result foreign = here.cade("update", "start", "blade:7.9");
    assertThat(foreign.exit()).as("%s", foreign).isNotZero();
    Run.Result started = here.cade("update", "start", "blade:7.4", "--gate", "5s");
    assertThat(started.exit()).as("%s", started).isZero();
    long begun = System.nanoTime();
    String stage = "running";
    while (stage.equals("running") || stage.equals("returning")) {
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .as("%s%nconsole:%n%s%nengine:%n%s", stage, card.console(), here.engineLog())
          .isLessThan(UPDATE);
      Matcher said = STAGE.matcher(here.cade("update", "status", "--json").out());
      assertThat(said.find()).isTrue();
      stage = said.group(1);
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    assertThat(stage)
        .as(
            "%s%nconsole:%n%s%nengine:%n%s",
            here.cade("update", "status"), card.console(), here.engineLog())
        .isEqualTo("done");
    awaits(here, card, "7.4");
    assertThat(card.console()).contains("image blade 7.3", "going down", "image blade 7.4");
    Run.Result list = here.cade("image", "list");
    assertThat(list.out()).contains("blade:7.4").contains("1." + UPDATE_SLOT);
    assertThat(here.cade("card", "show", "1." + UPDATE_SLOT).out())
        .contains("blade:7.4 (of this slot, from an update)");
    card.cut();
    QemuCard again = here.powerOn(UPDATE_SLOT, QemuCard.Firmware.BIOS);
    awaits(here, again, "7.4");
    assertThat(again.console()).contains("image blade 7.4").doesNotContain("image blade 7.3");
    again.cut();
    System.out.printf("updated from 7.3 to 7.4 within %.0f s%n", seconds);
  }

  /**
   * Waits for the card to be there with a version of its image. What the engine says may still be
   * about the boot before; the console is this one's.
   */
  private static void awaits(QemuSite here, QemuCard card, String version) throws Exception {
    Run.Result shown = here.show(UPDATE_SLOT);
    while (!(card.console().contains("image blade " + version)
        && shown.out().contains("\"AVAILABLE\"")
        && shown.out().contains('"' + version + '"'))) {
      assertThat(card.isOn() && card.secondsSincePowerOn() < UPDATE.toSeconds())
          .as("%s%nconsole:%n%s%nengine:%n%s", shown, card.console(), here.engineLog())
          .isTrue();
      shown = here.show(UPDATE_SLOT);
    }
  }

  @Test
  void theImageHasTheSameBytesWhenItIsBuiltElsewhereByAnotherMachine() throws Exception {
    QemuCard.require(QemuCard.Firmware.BIOS);
    QemuSite here = site();
    Path elsewhere = Objects.requireNonNull(folder).resolve("far/away");
    // One processor makes Java choose another collector; nobody else may read what it writes.
    Assumptions.assumeTrue(Run.installed("taskset"), "needs taskset (package util-linux)");
    List<String> stranger =
        List.of("sh", "-c", "umask 077; exec taskset -c 0 \"$@\"", "sh", "env", "TZ=Asia/Tokyo");
    Path again = here.buildAgain(elsewhere, stranger);
    assertThat(again).hasSameBinaryContentAs(here.image());
  }

  private static void requireUefi() {
    Assumptions.assumeTrue(
        "1".equals(System.getenv("CADE_TEST_UEFI")), "needs CADE_TEST_UEFI=1 (takes minutes)");
  }

  /** Made by the first test that is not skipped. */
  private QemuSite site() throws Exception {
    if (site == null) {
      QemuSite.require();
      site =
          QemuSite.start(
              Objects.requireNonNull(folder), List.of(BIOS_SLOT, PXE_SLOT, HTTP_SLOT, UPDATE_SLOT));
    }
    return site;
  }

  /** Answers with what the card wrote to its console. */
  private String boots(int slot, QemuCard.Firmware firmware) throws Exception {
    QemuCard.require(firmware);
    QemuSite here = site();
    QemuCard card = here.powerOn(slot, firmware);
    Run.Result shown = here.show(slot);
    boolean available = false;
    while (!available && card.isOn() && card.secondsSincePowerOn() < BOOT.toSeconds()) {
      // The command itself takes the time that is between two looks.
      shown = here.show(slot);
      available = shown.out().contains("\"AVAILABLE\"");
    }
    double seconds = card.secondsSincePowerOn();
    // Cards take turns: two processors are few for one already.
    card.cut();
    assertThat(available)
        .as(
            "after %.0f s: %s%nconsole:%n%s%nengine:%n%s",
            seconds, shown, card.console(), here.engineLog())
        .isTrue();
    assertThat(shown.out())
        .contains(QemuSite.mac(slot), "10.77.1." + slot, "\"blade\"", "\"7.3\"", "QEMU")
        .contains("certificateSerial");
    assertThat(card.console())
        .contains("image blade 7.3", "address 10.77.1." + slot + "/24")
        .contains("http://10.77.0.1:9080/agent.json")
        .doesNotContain("the agent ended");
    System.out.printf(
        "%s: Available %.1f s after power-on; after the kernel's start: network interface %.1f s,"
            + " address %.1f s, agent started %.1f s%n",
        firmware,
        seconds,
        card.kernelSeconds("network interface"),
        card.kernelSeconds("address"),
        card.kernelSeconds("starting the agent"));
    return card.console();
  }
}
