package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which cards a condition means. */
final class SelectionTest {
  private static final String CARD =
      """
      {"position": "3.10", "state": "RUNNING", "services": ["shop", "news"],
       "commandsWaiting": 0, "locate": false, "software": {"imageVersion": "1.10.2"},
       "power": {"reason": "operator"}}
      """;

  private static boolean matches(String condition) throws IOException {
    return Selection.parse(condition).matches(Json.object(CARD));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "chassis=3 and state=running | true",
        "chassis=3 and state=failed | false",
        "chassis=30 | false",
        "slot>=10 | true",
        "slot > 9 and slot < 11 | true",
        "position=3.10 | true",
        "position>3.9 | true",
        "STATE != Running | false",
        "services=news | true",
        "services!=news | false",
        "services!=mail | true",
        "services~sh* | true",
        "services in (mail, shop) | true",
        "state in ('OFF', \"FAILED\") | false",
        "software.imageVersion < 1.9 | false",
        "software.imageversion > 1.9 | true",
        "software.imageVersion ~ '1.*.2' | true",
        "power.reason=operator | true",
        "power=yes | true",
        "drain='' | true",
        "drain!='' | false",
        "not state=running or slot=10 | true",
        "not (state=running or slot=10) | false",
        "state=off or state=running and slot=11 | false",
        "locate=false | true",
        "commandsWaiting=0 | true",
      })
  void aConditionIsTrueOrNot(String condition, boolean expected) throws Exception {
    assertThat(matches(condition)).as(condition).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "state | after 'state' there is nothing; expected: = != < <= > >= ~ in",
        "state= | it ends too early; expected: a value",
        "= running | there is '='; expected: the name of a field",
        "state=running slot=3 | 'slot' is not expected; expected: and, or, or the end",
        "(state=running | a ( is not closed; expected: )",
        "state in running | expected: (VALUE, VALUE)",
        "state in (running | a ( is not closed",
        "state='running | cannot be read from ''running' on",
        "state=running and | it ends too early",
        "state==running | there is '='; expected: a value",
      })
  void aWrongConditionSaysWhereAndWhatCouldStandThere(String condition, String words) {
    assertThatThrownBy(() -> Selection.parse(condition))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words);
  }

  @Test
  void aConditionHasLimits() {
    assertThatThrownBy(() -> Selection.parse("(".repeat(500)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Selection.parse("not ".repeat(200) + "a=b"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Selection.parse("a=b and ".repeat(200) + "a=b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1000 are allowed");
  }

  @Test
  void aFieldThatNoCardHasIsNamedTogetherWithThoseThatThereAre() throws Exception {
    List<Fields> cards = List.of(Json.object(CARD));
    Selection.parse("chassis=3 and software.imageVersion=1 and State=x").requireKnown(cards);
    Selection.parse("drain='' and power.reason!=heat").requireKnown(cards);
    assertThatThrownBy(() -> Selection.parse("chasis=3").requireKnown(cards))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("there is no field 'chasis'; there are chassis, commandsWaiting");
  }
}
