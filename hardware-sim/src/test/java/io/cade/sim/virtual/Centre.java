package io.cade.sim.virtual;

import io.cade.mib.AlarmNotification;
import io.cade.mib.snmp.Delivery;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The way to the operations centre: informs and their acknowledgements get lost. */
final class Centre {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final ProcessLoop process;
  private final Faults faults;
  private final VirtualEngine.Surroundings surroundings;

  Centre(ProcessLoop process, Faults faults, VirtualEngine.Surroundings surroundings) {
    this.process = process;
    this.faults = faults;
    this.surroundings = surroundings;
  }

  CompletionStage<Delivery> deliver(AlarmNotification notification) {
    CompletableFuture<Delivery> outcome = new CompletableFuture<>();
    Faults.Fate fate = faults.exchange();
    Duration way = faults.micros(200, 30_000);
    if (fate != Faults.Fate.REQUEST_LOST) {
      surroundings.notified(
          notification.sequence(), notification.kind() == AlarmNotification.Kind.CLEARED);
    }
    if (fate == Faults.Fate.ANSWERED) {
      process.schedule(way, () -> outcome.complete(new Delivery.Acknowledged()));
    } else {
      process.schedule(TIMEOUT, () -> outcome.complete(new Delivery.Failed("no answer")));
    }
    return outcome;
  }
}
