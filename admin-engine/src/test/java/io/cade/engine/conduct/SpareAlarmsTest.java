package io.cade.engine.conduct;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.model.Change;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SpareAlarmsTest {
  /** What {@link World} lets a card's boot take, seconds. */
  private static final int BOOT = 90;

  private final World world = new World();
  private final List<String> cards = new ArrayList<>();

  private void boot(String card) {
    world.boot(card, 1, "b" + card);
    cards.add(card);
  }

  private void seconds(int count) {
    for (int i = 0; i < count; i++) {
      world.now = world.now.plusSeconds(1);
      cards.forEach(card -> world.report(card, "b" + card));
      world.settle();
    }
  }

  private void keep(int spares) {
    world.apply(new Change.SparesSet(spares));
    world.settle();
  }

  @Test
  void tooFewFreeCardsAreToldOnceTheyHaveBeenTooFewForLongerThanABootTakes() {
    boot("1.1");
    keep(2);
    seconds(BOOT - 1);
    assertThat(world.alarms()).as("a card may be booting").isEmpty();
    seconds(2);
    assertThat(world.alarms()).containsExactly("sparesShort cabinet");
    assertThat(world.cabinet.alarms().get(SpareAlarms.KEY))
        .satisfies(alarm -> {
          assertThat(alarm.severity().name()).isEqualTo("WARNING");
          assertThat(alarm.text()).startsWith("1 card is free, and 2 are to be kept back");
        });
    boot("1.2");
    seconds(1);
    assertThat(world.alarms()).as("it ends by itself").isEmpty();
    seconds(2 * BOOT);
    assertThat(world.history).filteredOn(c -> c instanceof Change.AlarmRaised).hasSize(1);
  }

  @Test
  void aCardThatTakesAPlaceIsNotFreeAnyMoreAndFewerWantedSparesEndTheAlarm() {
    boot("1.1");
    boot("1.2");
    keep(1);
    seconds(2 * BOOT);
    assertThat(world.alarms()).isEmpty();
    world.create("shop", 1);
    keep(2);
    seconds(BOOT + 1);
    assertThat(world.alarms()).contains("sparesShort cabinet");
    keep(0);
    assertThat(world.alarms()).doesNotContain("sparesShort cabinet");
  }

  @Test
  void aFreeCardThatGetsAnImageIsNoMissingOne() {
    boot("1.1");
    keep(1);
    world.apply(new Change.ImageUpdateChanged(CardChooserTest.update(World.at("1.1"), world.now)));
    seconds(2 * BOOT);
    assertThat(CardChooser.free(world.cabinet)).isEmpty();
    assertThat(world.alarms()).isEmpty();
  }

  @Test
  void aCardThatIsOnlyAwayForAMomentRaisesNothing() {
    boot("1.1");
    keep(1);
    seconds(5);
    cards.clear();
    seconds(20);
    assertThat(CardChooser.free(world.cabinet)).isEmpty();
    boot("1.1");
    seconds(2 * BOOT);
    assertThat(world.history)
        .noneMatch(
            c -> c instanceof Change.AlarmRaised raised && raised.key().equals(SpareAlarms.KEY));
  }
}
