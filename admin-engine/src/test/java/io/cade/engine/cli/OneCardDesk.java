package io.cade.engine.cli;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.engine.collect.CardLogs;
import io.cade.engine.collect.Collected;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An operator's desk at a real API server, and one card that does what the test says. */
abstract class OneCardDesk {
  static final CardPosition AT = new CardPosition(1, 3);

  @TempDir Path dir;
  final InstantSource clock = InstantSource.fixed(Desk.NOW);
  final TestWriter writer = new TestWriter(clock);
  ServedDesk served;
  Desk desk;

  /** What the card has sent. */
  Collected collected;

  @BeforeEach
  final void start() throws Exception {
    served = new ServedDesk(dir, ServedDesk.Wishes.of(writer, clock));
    desk = served.desk;
    collected =
        Collected.open(dir.resolve("cards"), CardLogs.Bounds.standard(), clock, Runnable::run);
    served.operations.collect().from(collected);
    MacAddress mac = new MacAddress("02:00:00:00:01:03");
    writer.given(
        new Change.CardSeated(AT, CardRole.SERVER, mac),
        new Change.CardStateChanged(AT, CardState.BOOTING, ""),
        new Change.CardEnrolled(AT, mac, "1f"),
        new Change.CardIntroduced(
            AT,
            CardRole.SERVER,
            "boot",
            new HardwareDescriptor("Cade", "blade", "S3", mac, 2, 1L << 30, List.of(), 60),
            new SoftwareDescriptor("0.1", "card", "1", "Linux")),
        new Change.CardStateChanged(AT, CardState.AVAILABLE, ""));
  }

  @AfterEach
  final void stop() throws Exception {
    served.close();
  }

  final Desk.Outcome cade(String words) {
    return desk.run(words.split(" "));
  }

  /** The card carries out what waits, while the command pauses. */
  final void answer(boolean well, String detail) {
    for (Command c : List.copyOf(writer.current().queue(AT).waiting())) {
      writer.given(new Change.CommandFinished(AT, c.id(), well, detail));
    }
  }
}
