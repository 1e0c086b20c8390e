package io.cade.engine.conduct;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.TrafficReport.SignalReport;
import io.cade.agent.wire.VisitorSignal;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Change;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SignalAlarmTest {
  private static final AlarmKey FLOOD = new AlarmKey(AlarmType.VISITOR_FLOOD, "service shop");

  private final World world = new World();

  @BeforeEach
  void twoProxies() {
    world.boot("0.4", 1, "b4", CardRole.PROXY);
    world.boot("0.5", 1, "b5", CardRole.PROXY);
    world.create("shop", 1);
    world.history.clear();
  }

  private static SignalReport flood(String network, long count) {
    return new SignalReport(VisitorSignal.FLOOD, "shop", network, count);
  }

  private void heard(String proxy, String boot, SignalReport... signals) {
    world.observations.heard(
        new ProxyReport(
            World.at(proxy), boot, 1, List.of(), List.of(), List.of(), List.of(signals)),
        world.now);
    world.pass(Duration.ofMillis(250));
  }

  private String text(AlarmKey key) {
    return Objects.requireNonNull(world.cabinet.alarms().get(key)).text();
  }

  private List<Change> changes(Class<? extends Change> type) {
    return world.history.stream().filter(type::isInstance).toList();
  }

  @Test
  void whatTwoProxiesSeeIsOneAlarmWithNetworkNumberAndAdvice() {
    heard("0.4", "b4", flood("203.0.113.0/24", 300));
    heard("0.5", "b5", flood("203.0.113.0/24", 200));
    heard("0.4", "b4", flood("203.0.113.0/24", 900));
    assertThat(changes(Change.AlarmRaised.class)).hasSize(1);
    assertThat(text(FLOOD))
        .contains("203.0.113.0/24", "300", "service access --deny 203.0.113.0/24");
    heard("0.4", "b4");
    assertThat(world.cabinet.alarms()).as("the other still sees it").containsKey(FLOOD);
    heard("0.5", "b5");
    assertThat(world.cabinet.alarms()).isEmpty();
    assertThat(changes(Change.AlarmRaised.class)).hasSize(1);
    assertThat(changes(Change.AlarmCleared.class)).hasSize(1);
  }

  @Test
  void anEngineThatHasHeardNothingYetEndsNoAlarm() {
    heard("0.4", "b4", flood("203.0.113.0/24", 300));
    heard("0.5", "b5");
    World restarted = new World();
    restarted.cabinet = world.cabinet;
    restarted.now = world.now;
    restarted.listeningSince = world.now.plusSeconds(30);
    restarted.settle();
    assertThat(restarted.cabinet.alarms()).containsKey(FLOOD);
    restarted.observations.heard(
        new ProxyReport(World.at("0.4"), "b4", 1, List.of()), restarted.now);
    restarted.settle();
    assertThat(restarted.cabinet.alarms()).as("0.5 is yet to speak").containsKey(FLOOD);
    restarted.observations.heard(
        new ProxyReport(World.at("0.5"), "b5", 1, List.of()), restarted.now);
    restarted.settle();
    assertThat(restarted.cabinet.alarms()).isEmpty();
  }

  @Test
  void theSourceOfWhatConcernsNoSiteIsTheProxy() {
    heard(
        "0.4",
        "b4",
        new SignalReport(VisitorSignal.SLOW_HEADS, "", "2001:db8::/56", 40),
        new SignalReport(VisitorSignal.SCAN, "gone", "192.0.2.0/24", 160),
        new SignalReport(VisitorSignal.CREDENTIAL_GUESSING, "shop", "192.0.2.0/24", 21),
        new SignalReport(VisitorSignal.CREDENTIAL_GUESSING, "shop", "192.0.3.0/24", 22),
        new SignalReport(VisitorSignal.CREDENTIAL_GUESSING, "shop", "192.0.4.0/24", 23),
        new SignalReport(VisitorSignal.CREDENTIAL_GUESSING, "shop", "192.0.5.0/24", 24));
    assertThat(world.cabinet.alarms().keySet())
        .containsExactlyInAnyOrder(
            new AlarmKey(AlarmType.SLOW_VISITORS, "proxy 0.4"),
            new AlarmKey(AlarmType.VISITOR_SCAN, "proxy 0.4"),
            new AlarmKey(AlarmType.CREDENTIAL_GUESSING, "service shop"));
    assertThat(text(new AlarmKey(AlarmType.CREDENTIAL_GUESSING, "service shop")))
        .contains("192.0.5.0/24, 192.0.4.0/24, 192.0.3.0/24 and 1 more", "90");
  }
}
