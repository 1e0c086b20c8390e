package io.cade.agent.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.ProbeToken.By;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProbeTokenTest {
  private static final String KEY = "secret";
  private static final CardPosition CARD = new CardPosition(12, 3);
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  private static String token() {
    return ProbeToken.make(KEY, "shop", CARD, NOW, Duration.ofMillis(750), "abcdefgh");
  }

  @Test
  void aTokenSaysWhichCardAndHowLongUntilItsTimeIsOver() {
    ProbeToken.Aim aim = ProbeToken.read(KEY, "shop", token(), NOW).orElseThrow();
    assertThat(aim).isEqualTo(new ProbeToken.Aim(CARD, Duration.ofMillis(750)));
    assertThat(ProbeToken.read(KEY, "shop", token(), NOW.plus(ProbeToken.LIFE))).isPresent();
    assertThat(ProbeToken.read(KEY, "shop", token(), NOW.plus(ProbeToken.LIFE).plusSeconds(1)))
        .isEmpty();
    assertThat(ProbeToken.read(KEY, "shop", token(), NOW.minusSeconds(31)))
        .as("a clock that is behind by too much")
        .isEmpty();
  }

  @Test
  void noOctetOfATokenCanBeAnotherOne() {
    String token = token();
    for (int i = 0; i < token.length(); i++) {
      char other = token.charAt(i) == '1' ? '2' : '1';
      String changed = token.substring(0, i) + other + token.substring(i + 1);
      assertThat(ProbeToken.read(KEY, "shop", changed, NOW)).as(changed).isEmpty();
    }
    assertThat(ProbeToken.read(KEY, "shop", token + "A", NOW)).isEmpty();
    assertThat(ProbeToken.read(KEY, "other", token, NOW)).isEmpty();
    assertThat(ProbeToken.read("other", "shop", token, NOW)).isEmpty();
    assertThat(ProbeToken.read("", "shop", token, NOW)).isEmpty();
  }

  @Test
  void onlyWhoHasTheKeyCanAnswerForThisToken() {
    String token = token();
    for (By by : By.values()) {
      String answer = ProbeToken.answer(KEY, token, by);
      assertThat(ProbeToken.answeredBy(KEY, token, List.of("card:x", answer))).isEqualTo(by);
      assertThat(ProbeToken.answeredBy(KEY, token + "x", List.of(answer))).isNull();
      assertThat(ProbeToken.answeredBy("other", token, List.of(answer))).isNull();
    }
    assertThat(ProbeToken.answeredBy(KEY, token, List.of(token))).as("an echo").isNull();
    assertThat(ProbeToken.answeredBy(KEY, token, List.of())).isNull();
  }

  @Test
  void codesOfAnswersAreWhatIsWritten() {
    StatusRanges usual = StatusRanges.parse("200-399");
    assertThat(usual.contains(200)).isTrue();
    assertThat(usual.contains(399)).isTrue();
    assertThat(usual.contains(400)).isFalse();
    assertThat(usual).hasToString("2xx/3xx");
    assertThat(StatusRanges.parse("200,301-308")).hasToString("200, 301-308");
    for (String wrong : List.of("", "2xx", "600", "399-200", "200-", "099", "200,,201")) {
      assertThatThrownBy(() -> StatusRanges.parse(wrong)).as(wrong).isNotNull();
    }
  }

  @Test
  void whatACardHasToAnswerCanBeSetForAService() {
    ServiceSettings set =
        ServiceSettings.none()
            .with(
                Map.of(
                    "gate-path",
                    "/ /cart?x=1",
                    "gate-status",
                    "200",
                    "gate-text",
                    "Grüß Gott",
                    "gate-timeout",
                    "2s",
                    "gate-requests",
                    "3"));
    assertThat(set.text(Setting.GATE_TEXT)).contains("Grüß Gott");
    assertThatThrownBy(
            () -> set.with(Map.of("gate-path", "cart", "gate-status", "2xx", "gate-text", "a\nb")))
        .hasMessageContaining("gate-path is 'cart'; allowed: check-path, or 1 to 4 paths")
        .hasMessageContaining("gate-status is '2xx'; allowed: codes and ranges like")
        .hasMessageContaining("gate-text is");
  }
}
