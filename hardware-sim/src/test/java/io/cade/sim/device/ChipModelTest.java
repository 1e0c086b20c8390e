package io.cade.sim.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The models byte by byte, without any driver: expected bytes are from the data sheets named in the
 * models.
 */
class ChipModelTest {

  private static final int ADDRESS = 0x30;

  private static I2cWire wireWith(I2cDevice device) {
    return new I2cWire("test bus").attach(ADDRESS, device);
  }

  private static String exchange(I2cWire wire, String out, int inLength) throws NackException {
    byte[] bytes = HexFormat.of().parseHex(out.replace(" ", ""));
    return HexFormat.ofDelimiter(" ").formatHex(wire.transfer(ADDRESS, bytes, inLength));
  }

  @Nested
  class Lm75 {
    private final Lm75Model chip = new Lm75Model();
    private final I2cWire wire = wireWith(chip);

    @Test
    void registersHaveTheirPowerOnValues() throws Exception {
      assertThat(exchange(wire, "00", 2)).isEqualTo("00 00");
      assertThat(exchange(wire, "01", 1)).isEqualTo("00");
      assertThat(exchange(wire, "02", 2)).isEqualTo("4b 00");
      assertThat(exchange(wire, "03", 2)).isEqualTo("50 00");
    }

    @Test
    void temperatureIsElevenBitsLeftJustifiedTwosComplement() throws Exception {
      chip.convert(25.125);
      assertThat(exchange(wire, "00", 2)).isEqualTo("19 20");
      chip.convert(-0.125);
      assertThat(exchange(wire, "00", 2)).isEqualTo("ff e0");
      chip.convert(-54.875);
      assertThat(exchange(wire, "00", 2)).isEqualTo("c9 20");
      chip.convert(300);
      assertThat(exchange(wire, "00", 2)).isEqualTo("7d 00");
    }

    @Test
    void pointerStaysWhereItWasForReadsWithoutWrite() throws Exception {
      exchange(wire, "03", 0);
      assertThat(exchange(wire, "", 2)).isEqualTo("50 00");
      assertThat(exchange(wire, "", 2)).isEqualTo("50 00");
    }

    @Test
    void limitsKeepNineBitsAndTemperatureIsReadOnly() throws Exception {
      exchange(wire, "03 3c ff", 0);
      assertThat(exchange(wire, "03", 2)).isEqualTo("3c 80");
      chip.convert(20);
      exchange(wire, "00 7f 80", 0);
      assertThat(exchange(wire, "00", 2)).isEqualTo("14 00");
    }

    @Test
    void shutdownKeepsTheLastConversion() throws Exception {
      chip.convert(20);
      exchange(wire, "01 01", 0);
      chip.convert(90);
      assertThat(exchange(wire, "00", 2)).isEqualTo("14 00");
    }

    @Test
    void comparatorAlertHasHysteresis() {
      chip.convert(80);
      assertThat(chip.osPin()).isTrue();
      chip.convert(80.125);
      assertThat(chip.osPin()).as("active low").isFalse();
      chip.convert(75);
      assertThat(chip.osPin()).as("not yet below the hysteresis").isFalse();
      chip.convert(74.875);
      assertThat(chip.osPin()).isTrue();
    }

    @Test
    void faultQueueWantsConsecutiveFaults() throws Exception {
      exchange(wire, "01 10", 0); // 4 faults
      for (int i = 0; i < 3; i++) {
        chip.convert(90);
      }
      chip.convert(70);
      for (int i = 0; i < 3; i++) {
        chip.convert(90);
      }
      assertThat(chip.osPin()).isTrue();
      chip.convert(90);
      assertThat(chip.osPin()).isFalse();
    }

    @Test
    void interruptAlertEndsWithAReadAndComesAgainWhenCool() throws Exception {
      exchange(wire, "01 02", 0);
      chip.convert(90);
      assertThat(chip.osPin()).isFalse();
      exchange(wire, "00", 2);
      assertThat(chip.osPin()).isTrue();
      chip.convert(91);
      assertThat(chip.osPin()).as("hot is told once").isTrue();
      chip.convert(70);
      assertThat(chip.osPin()).isFalse();
    }
  }

  @Nested
  class Pca9555 {
    private final Pca9555Model chip = new Pca9555Model();
    private final I2cWire wire = wireWith(chip);

    @Test
    void registersHaveTheirPowerOnValues() throws Exception {
      assertThat(exchange(wire, "00", 2)).isEqualTo("ff ff");
      assertThat(exchange(wire, "02", 2)).isEqualTo("ff ff");
      assertThat(exchange(wire, "04", 2)).isEqualTo("00 00");
      assertThat(exchange(wire, "06", 2)).isEqualTo("ff ff");
    }

    @Test
    void aTransferTogglesWithinItsPair() throws Exception {
      exchange(wire, "02 11 22 33", 0);
      assertThat(exchange(wire, "02", 2)).isEqualTo("33 22");
      assertThat(exchange(wire, "03", 4)).isEqualTo("22 33 22 33");
    }

    @Test
    void inputsShowPinsXorPolarity() throws Exception {
      chip.setPin(0, false);
      chip.setPin(9, false);
      assertThat(exchange(wire, "00", 2)).isEqualTo("fe fd");
      exchange(wire, "04 0f 00", 0);
      assertThat(exchange(wire, "00", 2)).isEqualTo("f1 fd");
      exchange(wire, "00 55 55", 0);
      assertThat(exchange(wire, "00", 2)).as("inputs are read-only").isEqualTo("f1 fd");
    }

    @Test
    void outputsReachOnlyPinsThatAreConfiguredSo() throws Exception {
      exchange(wire, "02 00 00", 0);
      assertThat(chip.pin(3)).isTrue();
      exchange(wire, "06 f7 ff", 0);
      assertThat(chip.pin(3)).isFalse();
      assertThat(chip.pin(2)).isTrue();
      assertThat(exchange(wire, "00", 1)).as("the input register shows the pin").isEqualTo("f7");
    }
  }

  @Nested
  class Eeprom {
    private final Eeprom24c02Model chip = new Eeprom24c02Model(new byte[] {1, 2, 3});
    private final I2cWire wire = wireWith(chip);

    @Test
    void sequentialReadGoesOnAndWrapsAtTheEnd() throws Exception {
      assertThat(exchange(wire, "ff", 3)).isEqualTo("ff 01 02");
      assertThat(exchange(wire, "", 1)).as("current address").isEqualTo("03");
    }

    @Test
    void pageWriteWrapsWithinItsPage() throws Exception {
      exchange(wire, "16 a0 a1 a2", 0);
      waitForWriteCycle();
      assertThat(exchange(wire, "10", 8)).isEqualTo("a2 ff ff ff ff ff a0 a1");
      assertThat(exchange(wire, "18", 1)).isEqualTo("ff");
    }

    @Test
    void duringTheWriteCycleNothingIsAcknowledged() throws Exception {
      exchange(wire, "20 55", 0);
      for (int i = 0; i < Eeprom24c02Model.WRITE_CYCLE_POLLS; i++) {
        assertThatThrownBy(() -> exchange(wire, "20", 1)).isInstanceOf(NackException.class);
      }
      assertThat(exchange(wire, "20", 1)).isEqualTo("55");
    }

    @Test
    void writeProtectedChipForgetsWhatItIsGiven() throws Exception {
      chip.setWriteProtected(true);
      exchange(wire, "00 77", 0);
      assertThat(exchange(wire, "00", 1)).isEqualTo("01");
    }

    private void waitForWriteCycle() {
      for (int i = 0; i < Eeprom24c02Model.WRITE_CYCLE_POLLS; i++) {
        assertThatThrownBy(() -> exchange(wire, "", 0)).isInstanceOf(NackException.class);
      }
    }
  }

  @Nested
  class Emc2305 {
    private final Emc2305Model chip = new Emc2305Model(0x80);
    private final I2cWire wire = wireWith(chip);

    @Test
    void registersHaveTheirPowerOnValues() throws Exception {
      assertThat(exchange(wire, "20", 1)).isEqualTo("40");
      assertThat(exchange(wire, "fd", 3)).isEqualTo("34 5d 80");
      assertThat(exchange(wire, "41", 15))
          .isEqualTo("01 2b 28 00 2a 19 10 66 f5 00 00 f8 ff ff f8");
      assertThat(exchange(wire, "40", 1)).as("strapped speed").isEqualTo("80");
    }

    @Test
    void tachometerCountsClockPeriodsPerRevolution() throws Exception {
      // 3,932,160 × 2 / 3000 = 2621 = 0x51 << 5 | 0x1d
      chip.measure(1, 3000);
      assertThat(exchange(wire, "3e", 2)).isEqualTo("51 e8");
      // Range 8: × 8 / 3000 = 10486, more than the 13 bits hold
      exchange(wire, "32 6b", 0);
      chip.measure(1, 3000);
      assertThat(exchange(wire, "3e", 2)).isEqualTo("ff f8");
    }

    @Test
    void lowByteBelongsToTheHighByteReadBefore() throws Exception {
      chip.measure(2, 3000);
      assertThat(exchange(wire, "4e", 1)).isEqualTo("51");
      chip.measure(2, 5000);
      assertThat(exchange(wire, "4f", 1)).isEqualTo("e8");
    }

    @Test
    void stallIsKeptUntilReadAfterItIsOver() throws Exception {
      chip.measure(3, 0);
      assertThat(exchange(wire, "24", 2)).isEqualTo("01 04");
      assertThat(exchange(wire, "25", 1)).as("still stalled").isEqualTo("04");
      chip.measure(3, 3000);
      assertThat(exchange(wire, "25", 1)).as("kept for the one who asks").isEqualTo("04");
      assertThat(exchange(wire, "24", 2)).isEqualTo("00 00");
    }

    @Test
    void fanThatIsSwitchedOffIsNotStalled() throws Exception {
      exchange(wire, "30 00", 0);
      chip.measure(1, 0);
      assertThat(exchange(wire, "25", 1)).isEqualTo("00");
    }

    @Test
    void settingIsReadOnlyWhileTheAlgorithmRunsAndLockHoldsUntilPowerOn() throws Exception {
      exchange(wire, "32 ab", 0);
      exchange(wire, "30 10", 0);
      assertThat(exchange(wire, "30", 1)).isEqualTo("80");
      exchange(wire, "ef 01", 0);
      exchange(wire, "39 11", 0);
      exchange(wire, "ef 00", 0);
      assertThat(exchange(wire, "39", 1)).isEqualTo("f5");
      wire.setPowered(false);
      wire.setPowered(true);
      exchange(wire, "39 11", 0);
      assertThat(exchange(wire, "39", 1)).isEqualTo("11");
    }

    @Test
    void algorithmBringsTheFanToItsTarget() throws Exception {
      exchange(wire, "32 ab", 0);
      exchange(wire, "3c e8 51", 0); // 3000 rpm
      double rpm = 1500;
      for (int i = 0; i < 200; i++) {
        chip.measure(1, rpm);
        rpm += (chip.drive(1) * 5000 - rpm) * 0.5;
      }
      assertThat(rpm).isBetween(2900.0, 3100.0);
      exchange(wire, "3c f8 ff", 0);
      chip.measure(1, rpm);
      assertThat(chip.drive(1)).as("target FFh switches off").isZero();
    }

    @Test
    void undefinedAndReadOnlyRegistersTakeNothing() throws Exception {
      exchange(wire, "00 12", 0);
      exchange(wire, "fd 99", 0);
      exchange(wire, "3e 01 01", 0);
      assertThat(exchange(wire, "00", 1)).isEqualTo("00");
      assertThat(exchange(wire, "fd", 1)).isEqualTo("34");
      assertThat(exchange(wire, "3e", 2)).isEqualTo("ff f8");
    }
  }

  @Nested
  class Wire {
    private final Lm75Model chip = new Lm75Model();
    private final I2cWire wire = wireWith(chip);

    @Test
    void emptyAddressFaultyChipAndDarkBusDoNotAcknowledge() throws Exception {
      assertThatThrownBy(() -> wire.transfer(0x31, new byte[] {0}, 1))
          .isInstanceOf(NackException.class)
          .hasMessage("test bus: no acknowledge from 0x31");
      wire.setFault(ADDRESS, new Fault.Nack());
      assertThatThrownBy(() -> exchange(wire, "00", 2)).isInstanceOf(NackException.class);
      wire.setFault(ADDRESS, null);
      assertThat(exchange(wire, "00", 2)).isEqualTo("00 00");
      wire.setPowered(false);
      assertThatThrownBy(() -> exchange(wire, "00", 2)).isInstanceOf(NackException.class);
    }

    @Test
    void stuckChipGivesOneByteForAllAndTakesNothing() throws Exception {
      wire.setFault(ADDRESS, new Fault.Stuck(0xff));
      exchange(wire, "03 10 00", 0);
      assertThat(exchange(wire, "03", 2)).isEqualTo("ff ff");
      wire.setFault(ADDRESS, null);
      assertThat(exchange(wire, "03", 2)).isEqualTo("50 00");
    }

    @Test
    void powerReturnsWithPowerOnRegisters() throws Exception {
      exchange(wire, "03 10 00", 0);
      wire.setPowered(true);
      assertThat(exchange(wire, "03", 2)).as("was never off").isEqualTo("10 00");
      wire.setPowered(false);
      wire.setPowered(true);
      assertThat(exchange(wire, "03", 2)).isEqualTo("50 00");
    }

    @Test
    void twoChipsAtOneAddressAreRefused() {
      assertThatThrownBy(() -> wire.attach(ADDRESS, new Lm75Model()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("0x30");
    }
  }
}
