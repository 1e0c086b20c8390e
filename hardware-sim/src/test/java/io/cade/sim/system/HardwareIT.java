package io.cade.sim.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a technician does to the hardware of a small demonstration (two chassis of five cards), and
 * what the operator then sees. All through {@code ./cade sim} and {@code ./cade show}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class HardwareIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  @TempDir static @Nullable Path temp;
  private @Nullable RunningDemo running;
  private String pulled = "";

  @BeforeAll
  void startTheCabinet() throws Exception {
    Path folder = temp;
    if (folder == null) {
      throw new AssertionError("no temporary folder");
    }
    running =
        RunningDemo.start(
            folder.resolve("state"),
            Ports.freeOffset(),
            folder.resolve("output"),
            List.of("--chassis", "2", "--cards", "5"));
    awaitChassis(1, "is read", c -> c.path("supplies").size() == 2);
    awaitChassis(2, "is read", c -> c.path("supplies").size() == 2);
  }

  @AfterAll
  void endEverything() {
    RunningDemo demo = running;
    if (demo != null) {
      demo.close();
    }
  }

  /** The copy takes a minute: begun first, looked at last. */
  @Test
  @Order(1)
  void brokenDiskIsAnAlarmAndAReplacedOneIsRebuiltWithoutACommand() throws Exception {
    does("sim", "disk", "1.3.0", "fail");
    awaitAlarm("diskFailed", "card 1.3 disk 0", true);
    awaitCard("1.3", "one disk", c -> disk(c, "FAILED"));
    does("sim", "disk", "1.3.0", "replace");
    awaitAlarm("mirrorRebuilding", "card 1.3 disk 0", true);
    awaitAlarm("diskFailed", "card 1.3 disk 0", false);
    awaitCard("1.3", "rebuilding", c -> disk(c, "REBUILDING"));
  }

  private static boolean disk(JsonNode card, String state) {
    return card.path("disks").path(0).path("state").asText().equalsIgnoreCase(state);
  }

  /** Cards stay off for half a minute at least: what is done next is done meanwhile. */
  @Test
  @Order(2)
  void failedSupplyCostsTheSpareCards() throws Exception {
    List<String> serving = new ArrayList<>();
    for (JsonNode card : demo().json("show", "cards")) {
      if (card.path("position").asText().startsWith("2.") && !card.path("services").isEmpty()) {
        serving.add(card.path("position").asText());
      }
    }
    does("sim", "supply", "2.1", "260");
    awaitChassis(2, "has a weak supply", c -> c.path("capacityWatts").asInt() == 1420);
    does("sim", "supply", "2.2", "fail");
    awaitChassis(2, "has switched cards off", c -> c.path("poweredOff").size() == 2);
    awaitAlarm("powerBudget", "", true);
    JsonNode shed = chassis(2);
    assertThat(shed.path("demandWatts").asInt()).isEqualTo(180);
    assertThat(shed.path("capacityWatts").asInt()).isEqualTo(220);
    for (JsonNode slot : shed.path("poweredOff")) {
      String card = "2." + slot.asInt();
      assertThat(shed.path("reader").asText()).isNotEqualTo(card);
      if (serving.size() <= 3) {
        assertThat(serving).doesNotContain(card);
      }
      Run.Result on = demo().cade("card", "power", card, "on");
      assertThat(on.exit()).as(on.toString()).isEqualTo(5);
    }
    does("sim", "supply", "2.2", "ok");
  }

  @Test
  @Order(3)
  void pulledReaderIsFollowedByAnotherCard() throws Exception {
    String reader = chassis(1).path("reader").asText();
    pulled = reader;
    does("sim", "pull", reader);
    Duration took =
        awaitChassis(
            1,
            "has another reader",
            c ->
                !c.path("reader").asText().equals(reader)
                    && StreamSupport.stream(c.path("presentSlots").spliterator(), false)
                        .noneMatch(s -> reader.equals("1." + s.asInt())));
    System.out.println(
        "reader "
            + reader
            + " was pulled; "
            + chassis(1).path("reader").asText()
            + " reads after "
            + took.toMillis()
            + " ms");
    awaitAlarm("cardLost", "card " + reader, true);
    does("sim", "insert", reader);
    awaitCard(reader, "is back", c -> state(c, "AVAILABLE", "RUNNING"));
    awaitAlarm("cardLost", "card " + reader, false);
  }

  @Test
  @Order(4)
  void openHandleLeadsToABlueLedAndThenTheCardIsPulledWithoutAnAlarm() throws Exception {
    does("sim", "handle", "1.5", "open");
    awaitCard("1.5", "is OFF", c -> state(c, "OFF"));
    awaitChassis(1, "has a blue LED at 5", c -> has(c, "blueLeds", 5));
    does("sim", "pull", "1.5");
    awaitCard("1.5", "is ABSENT", c -> state(c, "ABSENT"));
    awaitChassis(1, "gives slot 5 power again", c -> !has(c, "poweredOff", 5));
    does("sim", "insert", "1.5");
    awaitCard("1.5", "is back", c -> state(c, "AVAILABLE", "RUNNING"));
    awaitChassis(1, "has no blue LED", c -> c.path("blueLeds").isEmpty());
  }

  @Test
  @Order(5)
  void cardsThatWereSwitchedOffComeBackWithTheSupply() throws Exception {
    awaitChassis(2, "has power for all", c -> c.path("poweredOff").isEmpty());
    awaitAlarm("powerBudget", "", false);
    for (int slot = 1; slot <= 5; slot++) {
      awaitCard("2." + slot, "is back", c -> state(c, "AVAILABLE", "RUNNING"));
    }
  }

  @Test
  @Order(6)
  void hotCardIsDrainedThenSwitchedOffAndComesBackCool() throws Exception {
    does("sim", "heat", "2.5", "78");
    awaitCard("2.5", "is drained", c -> c.path("drain").isObject());
    awaitChassis(2, "has all air", c -> c.path("fanControl").asText().contains("engine"));
    does("sim", "heat", "2.5", "off");
    awaitCard("2.5", "may have visitors", c -> !c.path("drain").isObject());

    does("sim", "heat", "2.5", "95");
    awaitCard("2.5", "is OFF", c -> state(c, "OFF"));
    awaitAlarm("cardOverheated", "card 2.5", true);
    awaitChassis(2, "has switched it off", c -> has(c, "poweredOff", 5));
    does("sim", "heat", "2.5", "off");
    does("card", "power", "2.5", "on");
    awaitCard("2.5", "is back", c -> state(c, "AVAILABLE", "RUNNING"));
    awaitAlarm("cardOverheated", "card 2.5", false);
  }

  @Test
  @Order(7)
  void mirrorIsWholeAgain() throws Exception {
    awaitCard("1.3", "healthy", c -> disk(c, "HEALTHY"));
    awaitAlarm("mirrorRebuilding", "card 1.3 disk 0", false);
  }

  /** Cards were pulled, put in, switched off and on all the time, and one only without a word. */
  @Test
  @Order(8)
  void nobodyWasCalledForWhatATechnicianDid() throws Exception {
    List<String> lost = new ArrayList<>();
    for (JsonNode alarm : demo().json("alarm", "history")) {
      String type = alarm.path("type").asText();
      assertThat(type).as(alarm.toString()).isNotEqualTo("voltageWrong");
      if (type.endsWith("Lost")) {
        lost.add(alarm.path("source").asText());
      }
    }
    assertThat(lost).containsExactly("card " + pulled);
  }

  private JsonNode chassis(int number) throws Exception {
    for (JsonNode each : demo().json("show", "chassis")) {
      if (each.path("chassis").asInt() == number) {
        return each;
      }
    }
    return demo().json("show", "chassis").path(0).path("none");
  }

  private static boolean has(JsonNode chassis, String list, int slot) {
    return StreamSupport.stream(chassis.path(list).spliterator(), false)
        .anyMatch(s -> s.asInt() == slot);
  }

  private static boolean state(JsonNode card, String... states) {
    return List.of(states).contains(card.path("state").asText());
  }

  private Duration awaitChassis(int number, String what, Predicate<JsonNode> there)
      throws Exception {
    return Patience.until(
        "chassis " + number + " " + what,
        LIMIT,
        () -> {
          JsonNode now = chassis(number);
          return there.test(now) ? "" : "> " + now;
        });
  }

  private void awaitCard(String position, String what, Predicate<JsonNode> there) throws Exception {
    Patience.until(
        "card " + position + ": " + what,
        LIMIT,
        () -> {
          JsonNode now = demo().json("card", "show", position);
          return there.test(now) ? "" : now.toString();
        });
  }

  private void awaitAlarm(String type, String source, boolean active) throws Exception {
    Patience.until(
        type + " of " + source + (active ? " is raised" : " is cleared"),
        LIMIT,
        () -> {
          JsonNode alarms = demo().json("alarm", "list");
          boolean there =
              StreamSupport.stream(alarms.spliterator(), false)
                  .anyMatch(a ->
                      a.path("type").asText().equals(type)
                          && (source.isEmpty()
                              || (a.path("source").asText() + " ").startsWith(source + " ")));
          return there == active ? "" : alarms + " ";
        });
  }

  private void does(String... words) throws Exception {
    Run.Result result = demo().cade(words);
    assertThat(result.exit()).as(result.toString()).isZero();
  }

  private RunningDemo demo() {
    RunningDemo demo = running;
    if (demo == null) {
      throw new AssertionError("the demo did not start");
    }
    return demo;
  }
}
