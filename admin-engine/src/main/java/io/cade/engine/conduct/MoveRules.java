package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.conduct.Replacing.Outlook;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.Drain;
import io.cade.engine.model.Move;
import io.cade.engine.model.Move.Stage;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.observe.Observed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Carries a service's place from one card to another without loss (SPEC A4): the new card is set up
 * and serves before the old one is emptied of visitors and given back. Operators order it, and the
 * rules themselves do for a card that stays away (see {@link Replacing}). What is to be done
 * follows from what is durable, so that it goes on anywhere after a crash. Pure.
 */
final class MoveRules {
  private static final String MARK = "move: ";

  void apply(Draft draft, Observed observed, Instant listeningSince) {
    for (Service service : List.copyOf(draft.cabinet().services().values())) {
      service.move().ifPresent(move -> step(draft, service, move, observed));
    }
    for (Service service : List.copyOf(draft.cabinet().services().values())) {
      if (service.move().isEmpty()) {
        replace(draft, service, listeningSince);
      }
    }
    liftLeftOver(draft);
  }

  private static void step(Draft draft, Service service, Move move, Observed observed) {
    if (service.phase() != ServicePhase.SETUP && service.phase() != ServicePhase.ANNOUNCED) {
      end(
          draft,
          service,
          move.into(Stage.UNDONE, draft.now(), "the service is " + service.phase()));
      return;
    }
    Placement coming = service.on(move.to()).orElse(null);
    if (coming == null) {
      end(
          draft,
          service,
          move.into(
              Stage.UNDONE, draft.now(), "card " + move.to() + " was taken from the service"));
      return;
    }
    if (service.on(move.from()).isEmpty()) {
      end(draft, service, move.into(Stage.DONE, draft.now(), ""));
      return;
    }
    Card from = draft.cabinet().cards().get(move.from());
    Card to = draft.cabinet().cards().get(move.to());
    boolean served = from != null && Routing.serves(service, from);
    boolean serves = to != null && to.hold() == null && Routing.serves(service, to);
    if (serves && from != null && served) {
      drain(draft, service, move, from, observed);
    } else if (serves) {
      finish(draft, service, move, from);
    } else if (served && move.automatic()) {
      // The technician was quicker.
      undo(
          draft,
          service,
          move.into(Stage.UNDONE, draft.now(), "card " + move.from() + " serves again"));
    } else {
      waitFor(draft, service, move, coming, to);
    }
  }

  /** The new card does not serve yet, or not any more. */
  private static void waitFor(
      Draft draft, Service service, Move move, Placement coming, @Nullable Card to) {
    String cause = "";
    if (to == null || !to.state().isAlive() || to.hold() != null) {
      cause = "card " + move.to() + " was lost while it was set up";
    } else if (coming.state() == Placement.State.FAILED) {
      cause = "card " + move.to() + ": " + coming.detail();
    } else if (!draft.now().isBefore(move.since().plus(RolloutRules.START_LIMIT))) {
      cause =
          "card %s did not serve within %d s"
              .formatted(move.to(), RolloutRules.START_LIMIT.toSeconds());
    }
    if (!cause.isEmpty()) {
      undo(draft, service, move.failed(draft.now(), cause));
    } else if (move.stage() == Stage.DRAINING) {
      // It has stopped: who is still there has to go on serving.
      liftMark(draft, service.name(), move.from());
      change(draft, service, move.into(Stage.SETUP, draft.now(), ""));
    }
  }

  private static void drain(Draft draft, Service service, Move move, Card from, Observed observed) {
    if (move.stage() == Stage.SETUP) {
      change(draft, service, move.into(Stage.DRAINING, draft.now(), ""));
      if (from.drain() == null) {
        draft.change(
            new Change.CardDrained(
                move.from(), draft.now().plus(move.drain()), MARK + service.name()));
      }
      return;
    }
    boolean settled = !draft.now().isBefore(move.since().plus(HoldRules.ROUTES_SETTLE));
    boolean over = !draft.now().isBefore(move.since().plus(move.drain()));
    if (settled
        && (over
            || Routing.isStopped(service)
            || RolloutRules.isEmpty(service, move.since(), move.from(), observed))) {
      finish(draft, service, move, from);
    }
  }

  private static void finish(Draft draft, Service service, Move move, @Nullable Card from) {
    unbind(draft, service, move.from());
    if (from != null) {
      liftMark(draft, service.name(), move.from());
    }
    end(draft, service, move.into(Stage.DONE, draft.now(), ""));
  }

  private static void undo(Draft draft, Service service, Move undone) {
    unbind(draft, service, undone.to());
    liftMark(draft, service.name(), undone.from());
    end(draft, service, undone);
  }

  /** What an operator's cancellation changes. */
  static List<Change> cancel(Cabinet cabinet, Service service, String by, Instant now) {
    Draft draft = new Draft(cabinet, now);
    service
        .move()
        .ifPresent(
            move -> undo(draft, service, move.into(Stage.UNDONE, now, "cancelled by " + by)));
    return draft.plan().changes();
  }

  private static void unbind(Draft draft, Service service, CardPosition at) {
    PlacementRules.abandon(draft, service, at);
    draft.change(
        new Change.CardsBound(
            service.name(),
            service.placements().stream()
                .map(Placement::position)
                .filter(p -> !p.equals(at))
                .toList()));
  }

  private static void end(Draft draft, Service service, Move ended) {
    change(draft, service, ended);
    draft.change(
        new Change.Audited(
            ended.by(),
            action(service, ended),
            ended.stage() == Stage.DONE ? "done" : "undone: " + ended.cause()));
  }

  private static String action(Service service, Move move) {
    return "move service %s from card %s to card %s (%s)"
        .formatted(service.name(), move.from(), move.to(), move.why());
  }

  private static void change(Draft draft, Service service, Move move) {
    draft.change(new Change.MoveChanged(service.name(), move));
  }

  // --- cards that stay away

  private static void replace(Draft draft, Service service, Instant listeningSince) {
    List<Placement> longest = new ArrayList<>(service.placements());
    longest.sort(Comparator.comparing(Placement::since));
    for (Placement placement : longest) {
      Optional<Outlook> outlook =
          Replacing.outlook(draft.cabinet(), service, placement, listeningSince);
      if (outlook.isPresent()
          && !draft.now().isBefore(outlook.get().at())
          && Replacing.obstacle(draft.cabinet(), service, draft.now()).isEmpty()
          && begin(draft, service, placement)) {
        return;
      }
    }
  }

  private static boolean begin(Draft draft, Service service, Placement placement) {
    CardPosition from = placement.position();
    Card card = draft.cabinet().cards().get(from);
    Set<CardPosition> tried = Replacing.tried(service, from, draft.now());
    Choice choice = CardChooser.replace(draft.cabinet(), draft.headroom(), service, from, tried);
    if (card == null || !choice.isComplete()) {
      return false;
    }
    Move move =
        new Move(
            from,
            choice.joining().getFirst(),
            Stage.SETUP,
            draft.now(),
            Duration.ZERO,
            true,
            Move.ENGINE,
            "card %s is %s: %s; %s"
                .formatted(from, card.state(), card.cause(), choice.verdicts().getFirst().reason()),
            "",
            List.copyOf(tried));
    begin(service, move).forEach(draft::change);
    draft.change(new Change.Audited(move.by(), action(service, move), "begun"));
    return true;
  }

  /** What it takes to begin a move. */
  static List<Change> begin(Service service, Move move) {
    List<CardPosition> positions = new ArrayList<>();
    service.placements().forEach(p -> positions.add(p.position()));
    positions.add(move.to());
    return List.of(
        new Change.CardsBound(service.name(), positions),
        new Change.MoveChanged(service.name(), move));
  }

  // --- drains

  private static void liftMark(Draft draft, String service, CardPosition at) {
    Drain drain = draft.cabinet().card(at).map(Card::drain).orElse(null);
    if (drain != null && drain.by().equals(MARK + service)) {
      draft.change(new Change.CardUndrained(at));
    }
  }

  /** The next service finds a fresh card, also when the one that was moved is deleted. */
  private static void liftLeftOver(Draft draft) {
    for (Card card : draft.cabinet().cards().values()) {
      Drain drain = card.drain();
      if (drain != null
          && drain.by().startsWith(MARK)
          && draft
              .cabinet()
              .service(drain.by().substring(MARK.length()))
              .flatMap(Service::move)
              .filter(m -> m.stage() == Stage.DRAINING && m.from().equals(card.position()))
              .isEmpty()) {
        draft.change(new Change.CardUndrained(card.position()));
      }
    }
  }
}
