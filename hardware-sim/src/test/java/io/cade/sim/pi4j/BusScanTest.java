package io.cade.sim.pi4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.hw.BusScan;
import io.cade.agent.hw.FruBoardInfo;
import io.cade.sim.chassis.ChassisPhysics;
import io.cade.sim.chassis.ChassisSettings;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a technician's scan says of the buses that the documentation describes. */
final class BusScanTest {
  private static FruBoardInfo board(String serial) {
    return new FruBoardInfo(null, "Cade", "Server card", serial, "700-0001", "", List.of());
  }

  @Test
  void everyChipOfCardAndChassisIsFoundAndNamed() {
    try (SimulatedBuses buses = new SimulatedBuses()) {
      ChassisPhysics physics =
          ChassisPhysics.attach(buses, 1, ChassisSettings.defaults(), board("CH-1"), new Random(1));
      physics.insert(3, board("SC-3"));
      physics.advance(Duration.ofSeconds(5));
      List<BusScan.Found> card = new BusScan(buses.context(), SimulatedBuses.cardBus(1, 3)).run();
      assertThat(card)
          .extracting(BusScan.Found::address)
          .containsExactly(0x40, 0x41, 0x44, 0x48, 0x49, 0x4a, 0x4b, 0x50);
      assertThat(card)
          .extracting(f -> f.chip().split(" ")[0])
          .containsExactly(
              "INA226", "INA226", "INA226", "LM75", "TMP102", "TMP102", "TMP102", "24C02");
      assertThat(card.getLast().value()).contains("SC-3");
      List<BusScan.Found> chassis =
          new BusScan(buses.context(), SimulatedBuses.chassisBus(1)).run();
      assertThat(chassis)
          .extracting(BusScan.Found::address)
          .containsExactly(
              0x20, 0x21, 0x22, 0x23, 0x24, 0x2e, 0x40, 0x41, 0x48, 0x49, 0x50, 0x51, 0x57);
      assertThat(chassis).noneMatch(f -> f.chip().equals("unknown") || f.chip().equals("?"));
      assertThat(new BusScan(buses.context(), 9_999).run()).isEmpty();
    }
  }
}
