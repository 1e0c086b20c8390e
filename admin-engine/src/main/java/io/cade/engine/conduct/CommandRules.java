package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.CommandQueue;
import io.cade.engine.model.PastCommand;
import io.cade.engine.observe.Observed;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Ends commands to which a card that reports says nothing (SPEC R3): it is poked again, at last the
 * command fails and the next one has its turn. The time of a card that is away stands still: that
 * it is away is told by its own alarm. What is kept between passes is only since when each head
 * waits; after a restart of the engine the time begins anew.
 */
final class CommandRules {
  /**
   * @param boot of the card when its time began
   * @param attempt from 1
   */
  private record Wait(long command, String boot, Instant since, int attempt) {}

  private final Map<CardPosition, Wait> waits = new HashMap<>();
  private final ConductorPolicy policy;

  CommandRules(ConductorPolicy policy) {
    this.policy = policy;
  }

  void apply(Draft draft, Observed observed) {
    Map<CardPosition, CommandQueue> queues = draft.cabinet().queues();
    waits.keySet().removeIf(at -> !queues.containsKey(at) || queues.get(at).waiting().isEmpty());
    for (Map.Entry<CardPosition, CommandQueue> each : queues.entrySet()) {
      if (!each.getValue().waiting().isEmpty()) {
        judge(draft, observed, each.getKey(), each.getValue().waiting().getFirst());
      }
    }
  }

  private void judge(Draft draft, Observed observed, CardPosition at, Command head) {
    Card card = draft.cabinet().cards().get(at);
    Wait wait = waits.get(at);
    Instant now = draft.now();
    int attempt = wait == null || wait.command() != head.id() ? 0 : wait.attempt();
    // A restart is a part of being restarted.
    boolean away = !CommandTimes.restarts(head) && (card == null || !card.state().isAlive());
    String boot = card == null ? "" : card.bootId();
    if (wait == null || attempt == 0 || away || now.isBefore(wait.since())) {
      waits.put(at, new Wait(head.id(), boot, now, Math.max(1, attempt)));
      return;
    }
    boolean restarted = !CommandTimes.restarts(head) && !boot.equals(wait.boot());
    Duration first = CommandTimes.of(head, policy.bootTime()).plus(dataTime(draft.cabinet(), head));
    Duration limit = attempt == 1 ? first : CommandTimes.again(first);
    if (!restarted && now.isBefore(wait.since().plus(limit))) {
      return;
    }
    if (attempt < CommandTimes.ATTEMPTS) {
      waits.put(at, new Wait(head.id(), boot, now, attempt + 1));
      return;
    }
    waits.remove(at);
    draft.change(
        new Change.CommandFinished(
            at, head.id(), false, why(at, head, restarted, first, observed)));
  }

  /** Before a service starts, programs may carry its data over. */
  private static Duration dataTime(Cabinet cabinet, Command command) {
    return command instanceof Command.StartService start
        ? cabinet.service(start.service()).map(s -> s.versions().dataTime()).orElse(Duration.ZERO)
        : Duration.ZERO;
  }

  private static String why(
      CardPosition at, Command head, boolean restarted, Duration first, Observed observed) {
    Observed.CommandFetch fetch = observed.fetches().get(at);
    boolean fetched = fetch != null && fetch.command() == head.id();
    String what = PastCommand.kind(head) + " " + head.id();
    if (restarted) {
      return "card %s restarted %d times and never said what became of %s"
          .formatted(at, CommandTimes.ATTEMPTS, what);
    }
    return "card %s did not answer within %d s, nor in %d more attempts: it %s"
        .formatted(
            at,
            first.toSeconds(),
            CommandTimes.ATTEMPTS - 1,
            fetched
                ? "has fetched " + what + " and reports, but says nothing of it"
                : "reports, but never fetched " + what);
  }
}
