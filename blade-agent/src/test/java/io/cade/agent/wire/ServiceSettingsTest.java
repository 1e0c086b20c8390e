package io.cade.agent.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ServiceSettingsTest {
  private static final CardPosition CARD = new CardPosition(1, 3);
  private final WireJson json = new WireJson();

  @Test
  void whatIsNotSetHasItsDefaultAndAnEmptyValueGoesBackToIt() {
    ServiceSettings set =
        ServiceSettings.none()
            .with(Map.of("balancing", "weighted", "weight@1.3", "5", "slow-start", "30s"));
    assertThat(set.text(Setting.BALANCING)).contains("weighted");
    assertThat(set.number(Setting.WEIGHT, CARD)).isEqualTo(5);
    assertThat(set.number(Setting.WEIGHT, new CardPosition(1, 4))).isEqualTo(1);
    assertThat(set.duration(Setting.SLOW_START)).contains(Duration.ofSeconds(30));
    assertThat(set.text(Setting.CHECK)).isEmpty(); // the proxy's own
    assertThat(set.with(Map.of("balancing", "", "weight@1.3", "", "slow-start", "")))
        .isEqualTo(ServiceSettings.none());
  }

  @Test
  void everythingThatIsWrongIsNamedAndNothingChanges() {
    Map<String, String> wrong =
        Map.of(
            "balancing", "best",
            "colour", "red",
            "weight", "3",
            "slow-start@1.3", "1s",
            "weight@0.4", "3",
            "cost@1.3", "-1",
            "queue-timeout", "soon",
            "card-limit", "99999999999");
    assertThatThrownBy(() -> ServiceSettings.none().with(wrong))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("balancing is 'best'; allowed: round-robin, weighted")
        .hasMessageContaining("there is no setting 'colour'")
        .hasMessageContaining("weight is set for one card, as in weight@1.3")
        .hasMessageContaining("slow-start is set for the whole service")
        .hasMessageContaining("weight@0.4: not the position of a server card")
        .hasMessageContaining("cost is '-1'; allowed: 0 to 1000000")
        .hasMessageContaining("queue-timeout is 'soon'; allowed: a duration like")
        .hasMessageContaining("card-limit is '99999999999'");
  }

  @Test
  void ejectionsCannotBeginLongerThanTheyMayGrow() {
    assertThatThrownBy(() -> ServiceSettings.none().with(Map.of("ejection-time", "30min")))
        .hasMessageContaining("ejection-time is longer than ejection-time-max");
  }

  @Test
  void everyDefaultIsAValue() {
    for (Setting setting : Setting.values()) {
      if (!setting.byDefault().equals(Setting.OF_PROXY)) {
        assertThat(setting.objection(setting.byDefault())).as(setting.key()).isEmpty();
      }
    }
  }

  @Test
  void settingsTravelWithTheRoutes() throws Exception {
    RouteSnapshot sent =
        new RouteSnapshot(
            7,
            List.of(
                new RouteSnapshot.SiteRoute(
                    "shop",
                    List.of("www.shop.example"),
                    List.of(
                        new RouteSnapshot.Backend(
                            CARD, "127.1.1.3", 8000, Map.of(), Instant.EPOCH)),
                    "",
                    "",
                    ServiceSettings.none().with(Map.of("balancing", "hash")),
                    "secret")));
    assertThat(json.decode(json.encode(sent), RouteSnapshot.class)).isEqualTo(sent);
  }

  @Test
  void snapshotOfAnEarlierVersionIsUnderstood() throws Exception {
    String old =
        """
        {"version": 3, "sites": [{"service": "shop", "hosts": ["a.example"], "backends":
         [{"position": "1.3", "address": "127.1.1.3", "port": 8000}],
         "certificateChainPem": "", "privateKeyPem": ""}]}
        """;
    RouteSnapshot read = json.decode(old.getBytes(StandardCharsets.UTF_8), RouteSnapshot.class);
    assertThat(read.sites().getFirst().settings()).isEqualTo(ServiceSettings.none());
    assertThat(read.sites().getFirst().affinityKey()).isEmpty();
    assertThat(read.sites().getFirst().backends().getFirst().drainedUntil()).isNull();
  }

  @Test
  void proxyOverlooksWhatALaterEngineSets() throws Exception {
    String later =
        """
        {"balancing": "quantum", "colour": "red", "weight@1.3": "7"}
        """;
    ServiceSettings read =
        json.decode(later.getBytes(StandardCharsets.UTF_8), ServiceSettings.class);
    assertThat(read.text(Setting.BALANCING)).contains("round-robin");
    assertThat(read.number(Setting.WEIGHT, CARD)).isEqualTo(7);
  }

  /** What is said against a value; empty for nothing. */
  private static String refusal(Setting setting, String value) {
    try {
      var _ =
          ServiceSettings.none()
              .with(Map.of(setting.key() + (setting.perCard() ? "@1.3" : ""), value));
      return "";
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Test
  void theLongestTimeThatARefusalNamesIsATimeThatIsUnderstood() {
    Pattern most = Pattern.compile("a duration like .* to ([0-9]+[a-z]+)");
    int durations = 0;
    for (Setting setting : Setting.values()) {
      Matcher named = most.matcher(refusal(setting, "1 fortnight"));
      if (named.find()) {
        durations++;
        // Some must fit others that are set; that is another matter.
        assertThat(refusal(setting, named.group(1))).doesNotContain("a duration like");
      }
    }
    assertThat(durations).isGreaterThan(5);
  }

  @Test
  void everySettingIsDocumentedWithItsDefault() throws Exception {
    String text = Files.readString(Path.of("..", "docs", "proxy.md"));
    for (Setting setting : Setting.values()) {
      String key = "`" + setting.key() + (setting.perCard() ? "@1.3" : "") + "`";
      String byDefault =
          setting.byDefault().equals(Setting.OF_PROXY) ? "the proxy's" : setting.byDefault();
      assertThat(text.lines().filter(line -> line.startsWith("| " + key + " ")))
          .as(key)
          .singleElement()
          .asString()
          .contains("| " + byDefault + " |");
    }
  }
}
