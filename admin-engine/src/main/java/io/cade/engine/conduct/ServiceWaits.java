package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Move;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a service waits for, and since when (SPEC A4): its phase, each of its cards, a version or a
 * move that is on its way. Pure.
 */
public final class ServiceWaits {
  /** What waits for longer is told ({@code serviceStuck}), unless it has an end of its own. */
  public static final Duration LIMIT = Duration.ofMinutes(5);

  private ServiceWaits() {}

  /**
   * One thing that is waited for.
   *
   * @param what in words that follow "waits for"
   * @param until when it ends by itself at the latest, or something else is done about it; null if
   *     it may last
   * @param told whether an alarm says it already, or says more
   */
  public record Wait(String what, Instant since, @Nullable Instant until, boolean told) {}

  /** Everything that the service waits for, the greater things first; empty when it does not. */
  public static List<Wait> of(Cabinet cabinet, Service service, Instant now) {
    List<Wait> waits = new ArrayList<>();
    phase(service, waits);
    service.rollout().ifPresent(rollout -> waits.add(rollout(cabinet, service, rollout, now)));
    service.move().ifPresent(move -> waits.add(move(move)));
    if (service.phase() == ServicePhase.SETUP || service.phase() == ServicePhase.ANNOUNCED) {
      for (Placement placement : service.placements()) {
        boolean worked =
            service.rollout().filter(r -> r.worksOn(placement.position())).isPresent()
                || service.move().filter(m -> m.to().equals(placement.position())).isPresent();
        if (!worked) {
          card(cabinet, service, placement, now).ifPresent(waits::add);
        }
      }
    }
    return waits;
  }

  private static void phase(Service service, List<Wait> waits) {
    String what =
        switch (service.phase()) {
          case PARAMETERS -> "the engine to accept its parameters";
          case BINDING -> "cards: it " + service.waitsFor();
          case CONFIGURATION -> "its package to be made";
          case SETUP -> "its cards to serve: " + service.waitsFor();
          case REMOVING -> "its cards to be cleaned: " + service.waitsFor();
          case ANNOUNCED, FAILED -> "";
        };
    if (!what.isEmpty()) {
      waits.add(new Wait(what, service.phaseSince(), null, false));
    }
  }

  private static Wait rollout(Cabinet cabinet, Service service, Rollout rollout, Instant now) {
    CardPosition at = rollout.at();
    String version = "version " + rollout.to();
    Instant since = rollout.since();
    return switch (rollout.stage()) {
      case DRAINING ->
          new Wait(
              "visitors to leave card " + at + ", which gets " + version,
              since,
              since.plus(rollout.drain()),
              false);
      case INSTALLING ->
          new Wait(
              "card " + at + " to serve " + version,
              since,
              since.plus(RolloutRules.startLimit(service, rollout)),
              false);
      case TRYING ->
          new Wait(
              (rollout.cause().startsWith("waits for ")
                      ? rollout.cause().substring(10)
                      : "card " + at + " to answer without visitors")
                  + ", for "
                  + version,
              since,
              null,
              false);
      case PROVING ->
          new Wait(
              "card " + at + " to prove " + version,
              since,
              since.plus(rollout.gate()).plus(RolloutRules.SILENT_PROXIES),
              false);
      case RETURNING -> RolloutReturn.wait(cabinet, service, rollout, now);
      case BUILDING, DONE, RETURNED -> {
        String cause = rollout.cause();
        String what = cause.startsWith("waits for ") ? cause.substring(10) : "the next card";
        yield new Wait(what + ", for " + version, since, null, false);
      }
    };
  }

  private static Wait move(Move move) {
    return move.stage() == Move.Stage.DRAINING
        ? new Wait(
            "visitors to leave card " + move.from() + ", whose place " + move.to() + " took",
            move.since(),
            move.since().plus(move.drain()),
            false)
        : new Wait(
            "card " + move.to() + " to serve in place of " + move.from(),
            move.since(),
            move.since().plus(RolloutRules.START_LIMIT),
            false);
  }

  private static Optional<Wait> card(
      Cabinet cabinet, Service service, Placement placement, Instant now) {
    CardPosition at = placement.position();
    Card card = cabinet.cards().get(at);
    if (card != null && Routing.serves(service, card)) {
      return Optional.empty();
    }
    if (card == null || !card.state().isAlive() || card.hold() != null) {
      return Optional.of(away(cabinet, service, placement, card, now));
    }
    int commands =
        (int)
            cabinet.queue(at).waiting().stream()
                .filter(c -> c.service().equals(service.name()))
                .count();
    return Optional.of(
        switch (placement.state()) {
          case FAILED ->
              new Wait(
                  "another try on card %s, where it failed: %s".formatted(at, placement.detail()),
                  placement.since(),
                  placement.since().plus(PlacementRules.RETRY),
                  true);
          case ORDERED, PENDING, RUNNING ->
              new Wait(
                  commands > 0
                      ? "card %s to carry out %d command%s"
                          .formatted(at, commands, commands == 1 ? "" : "s")
                      : "card " + at + " to say that it serves",
                  placement.since(),
                  null,
                  false);
        });
  }

  private static Wait away(
      Cabinet cabinet, Service service, Placement placement, @Nullable Card card, Instant now) {
    String what = "card " + placement.position() + ", ";
    if (card == null) {
      what += "never seen";
    } else if (card.hold() != null) {
      what += HoldRules.cause(card.hold());
    } else {
      what += "which is " + card.state() + (card.cause().isEmpty() ? "" : ": " + card.cause());
    }
    // Before the rules have looked, its time has not begun.
    Instant since =
        placement.state() != Placement.State.RUNNING || card == null
            ? placement.since()
            : card.since();
    Replacing.Outlook outlook =
        Replacing.outlook(cabinet, service, placement, Instant.EPOCH).orElse(null);
    if (outlook == null) {
      return new Wait(what, since, null, true);
    }
    if (outlook.at().equals(Instant.MAX)) {
      return new Wait(what + " (" + outlook.words() + ")", since, null, true);
    }
    if (now.isBefore(outlook.at())) {
      return new Wait(what + " (" + outlook.words() + ")", since, outlook.at(), true);
    }
    String obstacle = Replacing.obstacle(cabinet, service, now);
    if (obstacle.isEmpty()) {
      CardPosition at = placement.position();
      Choice choice = CardChooser.replace(cabinet, service, at, Replacing.tried(service, at, now));
      obstacle =
          choice.isComplete() ? "another card is about to take its place" : choice.shortage();
    }
    return new Wait(what + " (" + obstacle + ")", since, null, true);
  }

  /** What has waited for too long and is not said by another alarm. */
  static void alarms(Cabinet cabinet, DueAlarms due, Instant now) {
    for (Service service : cabinet.services().values()) {
      for (Wait wait : of(cabinet, service, now)) {
        Instant late = (wait.until() == null ? wait.since() : wait.until()).plus(LIMIT);
        if (!wait.told() && !now.isBefore(late)) {
          due.add(
              new AlarmKey(AlarmType.SERVICE_STUCK, "service " + service.name()),
              service.phase() + " waits for " + wait.what());
          break;
        }
      }
    }
  }
}
