package io.cade.engine.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.BootsFrom;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.agent.wire.WireJson;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.Change;
import io.cade.engine.pki.PeerIdentity;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A card whose memory goes with its power is told to restart once. */
final class RestartsTest {
  private static final CardPosition AT = new CardPosition(1, 3);
  private static final MacAddress MAC = new MacAddress("02:00:00:00:01:03");
  private static final PeerIdentity PEER = new PeerIdentity(AT, "0f");

  private final TestWriter writer = new TestWriter(InstantSource.system());

  private Introduction introduction(String boot) {
    return new Introduction(
        AT,
        CardRole.SERVER,
        boot,
        new HardwareDescriptor("Cade", "Blade", "S1", MAC, 1, 1, List.of()),
        new SoftwareDescriptor("1", "blade", "1", "Linux", "x86_64", BootsFrom.NETWORK));
  }

  private void introduces(String boot) throws Refusal {
    writer.given(
        PeerRules.introduce(writer.current(), PEER, introduction(boot)).toArray(Change[]::new));
  }

  @Test
  void theNextBootOfACardEndsTheOrdersToRestart() throws Exception {
    writer.given(
        new Change.CardSeated(AT, CardRole.SERVER, MAC), new Change.CardEnrolled(AT, MAC, "0f"));
    introduces("b1");
    writer.given(
        new Change.CommandQueued(AT, new Command.Ping(1)),
        new Change.CommandQueued(AT, new Command.Reboot(2)),
        new Change.CommandQueued(AT, new Command.Reboot(3)));
    introduces("b1");
    assertThat(writer.current().queue(AT).waiting()).as("the same boot says it again").hasSize(3);
    introduces("b2");
    assertThat(writer.current().queue(AT).waiting()).containsExactly(new Command.Ping(1));
    assertThat(writer.current().queue(AT).past())
        .hasSize(2)
        .allSatisfy(past -> {
          assertThat(past.succeeded()).isTrue();
          assertThat(past.detail()).isEqualTo("restarted");
        });
  }

  @Test
  void anAgentOfAnEarlierVersionIsUnderstood() throws Exception {
    SoftwareDescriptor read =
        new WireJson()
            .decode(
                """
                {"agentVersion": "1", "imageName": "blade", "imageVersion": "1",
                 "operatingSystem": "Linux"}
                """
                    .getBytes(StandardCharsets.UTF_8),
                SoftwareDescriptor.class);
    assertThat(read).isEqualTo(new SoftwareDescriptor("1", "blade", "1", "Linux"));
    SoftwareDescriptor said = introduction("b1").software();
    assertThat(new WireJson().decode(new WireJson().encode(said), SoftwareDescriptor.class))
        .isEqualTo(said);
  }
}
