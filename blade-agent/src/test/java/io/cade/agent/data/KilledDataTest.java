package io.cade.agent.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.DataSteps;
import io.cade.agent.wire.DataSteps.Step;
import io.cade.agent.wire.WireJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The agent is killed at every durable step of carrying data over, up and down, and again at every
 * step of what follows; what the disk had not been made to keep may be gone. In the end the data
 * have the form that the version wants which is started, and no program ever saw data of a form
 * that is none of its two.
 */
final class KilledDataTest {
  private static final String PROGRAM = "sha256:" + "0".repeat(64);
  private static final Step ONE = new Step(2, "1", "2.0", PROGRAM, 60);
  private static final Step TWO = new Step(3, "2.0", "3.0", PROGRAM, 60);
  private static final Step OTHER = new Step(5, "1", "2.1", PROGRAM, 60);

  @TempDir Path folder = Path.of("unset");
  private final WireJsonTurn turn = new WireJsonTurn();

  private static final class PowerCut extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** A card's disk, and the programs that work on it. */
  private static final class Card implements DataDisk, DataRunner {
    private final Random random;
    private final WireJsonTurn turn;
    private final Map<String, String> durable = new TreeMap<>();
    private final Map<String, String> written = new TreeMap<>();
    private final Set<Integer> programs = new HashSet<>();
    private final List<String> runs = new ArrayList<>();
    private @Nullable DataState state;
    private boolean had;
    private int left = Integer.MAX_VALUE;
    private boolean after;
    private @Nullable String failing;

    Card(long seed, WireJsonTurn turn) {
      this.random = new Random(seed);
      this.turn = turn;
    }

    void records(String form) {
      had = true;
      for (String name : List.of("a", "b", "c")) {
        durable.put(name, form);
      }
      written.putAll(durable);
    }

    void blowAt(int step, boolean afterIt) {
      left = step;
      after = afterIt;
    }

    private void pass(Runnable step) {
      boolean blows = left-- == 0;
      if (blows && !after) {
        throw new PowerCut();
      }
      step.run();
      if (blows) {
        throw new PowerCut();
      }
    }

    /** Of what nobody had made durable, any part may be lost. */
    void restart() {
      left = Integer.MAX_VALUE;
      written.replaceAll(
          (name, now) -> random.nextBoolean() ? now : durable.getOrDefault(name, ""));
      durable.putAll(written);
    }

    @Override
    public @Nullable DataState load() {
      return state;
    }

    @Override
    public void store(DataState next) {
      // What the journal says must not be ahead of the disk.
      pass(() -> state = turn.of(next));
    }

    @Override
    public boolean hasData() {
      return had;
    }

    @Override
    public Path directory() {
      pass(() -> had = true);
      return Path.of("data");
    }

    @Override
    public void keep(Step step, Path program) {
      pass(() -> programs.add(step.form()));
    }

    @Override
    public Path program(Step step) throws IOException {
      if (!programs.contains(step.form())) {
        throw new IOException("the program of form " + step.form() + " is gone");
      }
      return Path.of("program-" + step.form());
    }

    @Override
    public void settle() {
      pass(() -> durable.putAll(written));
    }

    @Override
    public void tidy(Collection<Step> needed) {
      pass(() -> programs.retainAll(needed.stream().map(Step::form).toList()));
    }

    @Override
    public void run(Path program, List<String> arguments, Path directory, int timeoutSeconds)
        throws IOException {
      String from = arguments.get(1);
      String to = arguments.get(2);
      runs.add(program + " " + String.join(" ", arguments));
      assertThat(written.values()).as("what %s finds", runs.getLast()).isSubsetOf(from, to);
      for (String name : List.copyOf(written.keySet())) {
        if (arguments.getFirst().equals(failing) && name.equals("b")) {
          throw new IOException("exit code 3: record b is bad");
        }
        pass(() -> written.put(name, to));
      }
    }
  }

  /** What comes back of a state is what was written of it. */
  private static final class WireJsonTurn {
    private final WireJson json = new WireJson();

    DataState of(DataState state) {
      try {
        return json.decode(json.encode(state), DataState.class);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private Path content(Step... steps) {
    StringBuilder name = new StringBuilder("content");
    for (Step step : steps) {
      name.append('-').append(step.form());
    }
    Path content = folder.resolve(name.toString());
    Path list = content.resolve(DataSteps.FILE);
    try {
      if (steps.length > 0 && !Files.exists(list)) {
        Files.createDirectories(list.getParent());
        Files.write(list, new WireJson().encode(new DataSteps(List.of(steps))));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return content;
  }

  private static void carry(Card card, Path content) throws Exception {
    new ServiceData(card).carry(content, card, (_, _) -> {});
  }

  private static void is(Card card, String when, String form) {
    assertThat(card.written.values()).as(when).containsOnly(form);
  }

  @ParameterizedTest
  @CsvSource({"up,false", "up,true", "down,false", "down,true", "across,false", "across,true"})
  void whateverIsCutEndsInTheFormThatIsWanted(String way, boolean after) throws Exception {
    Path before = way.equals("up") ? content() : content(ONE, TWO);
    Path wanted =
        switch (way) {
          case "up" -> content(ONE, TWO);
          case "down" -> content();
          default -> content(OTHER);
        };
    String wantedForm = way.equals("up") ? "3.0" : way.equals("down") ? "1" : "2.1";
    String formBefore = way.equals("up") ? "1" : "3.0";
    long seed = 20261122;
    int cuts = 0;
    boolean cut = true;
    for (int first = 0; cut; first++) {
      cut = false;
      boolean again = true;
      for (int second = 0; again && second < 60; second++) {
        again = false;
        for (boolean back : new boolean[] {false, true}) {
          Card card = new Card(seed + 1000L * first + second, turn);
          card.records("1");
          if (!way.equals("up")) {
            carry(card, before);
          }
          card.blowAt(first, after);
          boolean down = false;
          String when =
              "%s, seed %d, killed at step %d, then at %d%s"
                  .formatted(way, seed, first, second, back ? ", going back" : "");
          try {
            carry(card, wanted);
          } catch (PowerCut e) {
            down = true;
            cut = true;
            cuts++;
          }
          card.restart();
          Path next = back ? before : wanted;
          if (down) {
            card.blowAt(second, after);
            try {
              carry(card, next);
            } catch (PowerCut e) {
              again = true;
            }
            card.restart();
          }
          carry(card, next);
          is(card, when, back ? formBefore : wantedForm);
          // And on from there, as if nothing had been.
          carry(card, content(ONE));
          is(card, when + ", afterwards", "2.0");
          carry(card, content());
          is(card, when + ", and back", "1");
        }
      }
    }
    assertThat(cuts).as("power cuts").isGreaterThan(20);
  }

  @Test
  void aProgramThatFailsSaysWhyAndTheWayBackIsItsOther() throws Exception {
    Card card = new Card(1, turn);
    card.records("1");
    card.failing = "up";
    assertThatThrownBy(() -> carry(card, content(ONE)))
        .isInstanceOf(IOException.class)
        .hasMessage("its data cannot be carried from 1 to 2.0: exit code 3: record b is bad");
    assertThat(card.written.values()).contains("1", "2.0");
    carry(card, content());
    is(card, "after the way back", "1");
    assertThat(card.runs).containsExactly("program-2 up 1 2.0", "program-2 down 2.0 1");
    assertThat(card.programs).isEmpty();
  }

  @Test
  void aWayBackThatFailsIsTriedAgainAndNothingElseIsRun() throws Exception {
    Card card = new Card(1, turn);
    card.records("1");
    carry(card, content(ONE));
    card.failing = "down";
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> carry(card, content()))
          .hasMessageContaining("back from 2.0 to 1: exit code 3");
    }
    card.failing = null;
    carry(card, content());
    is(card, "at last", "1");
    assertThat(card.runs.subList(1, 4)).containsOnly("program-2 down 2.0 1");
    assertThat(card.runs).hasSize(4);
  }

  @Test
  void aCardThatNeverHadTheServiceBeginsInTheFormOfItsVersion() throws Exception {
    Card card = new Card(1, turn);
    carry(card, content(ONE, TWO));
    assertThat(card.runs).isEmpty();
    card.records("3.0");
    carry(card, content(ONE));
    assertThat(card.runs).containsExactly("program-3 down 3.0 2.0");
    is(card, "a version back", "2.0");
  }

  @Test
  void nothingIsRunOrWrittenWhereNoVersionEverCarriedData() throws Exception {
    Card card = new Card(1, turn);
    carry(card, content());
    carry(card, content());
    assertThat(card.runs).isEmpty();
    assertThat(card.state).isNull();
  }

  @Test
  void aCardThatWasAwayForTwoVersionsGoesThroughBoth() throws Exception {
    Card card = new Card(1, turn);
    card.records("1");
    carry(card, content(ONE, TWO));
    assertThat(card.runs).containsExactly("program-2 up 1 2.0", "program-3 up 2.0 3.0");
    carry(card, content(OTHER));
    assertThat(card.runs.subList(2, 5))
        .containsExactly("program-3 down 3.0 2.0", "program-2 down 2.0 1", "program-5 up 1 2.1");
    assertThat(card.programs).containsExactly(5);
  }
}
