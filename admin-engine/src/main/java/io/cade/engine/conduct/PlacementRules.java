package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.ServiceStatus;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.model.ServiceVersion;
import io.cade.engine.observe.Observed;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Brings each card to run what is bound to its slot, whichever card sits there now (SPEC C2). */
final class PlacementRules {
  /** What failed on a card is tried again after this time: the cause may have been the network. */
  static final Duration RETRY = Duration.ofMinutes(1);

  private final ConductorPolicy policy;

  PlacementRules(ConductorPolicy policy) {
    this.policy = policy;
  }

  void apply(Draft draft, Observed observed) {
    for (Service service : draft.cabinet().services().values()) {
      if (service.phase() == ServicePhase.SETUP || service.phase() == ServicePhase.ANNOUNCED) {
        for (Placement placement : service.placements()) {
          place(draft, service, placement, observed);
        }
      }
    }
    removeStrangers(draft, observed);
    pokeWhereCommandsWait(draft);
  }

  private void place(Draft draft, Service service, Placement placement, Observed observed) {
    CardPosition at = placement.position();
    Card card = draft.cabinet().cards().get(at);
    if (card == null || !card.state().isAlive()) {
      if (placement.state() != Placement.State.PENDING) {
        abandon(draft, service, at);
        change(draft, service, Placement.pending(at));
      }
      return;
    }
    if (card.hold() != null) {
      // It is being emptied, or off: what it ran is ordered again when it is released.
      return;
    }
    if (placement.state() == Placement.State.PENDING || !placement.bootId().equals(card.bootId())) {
      order(draft, service, card);
      return;
    }
    if (placement.state() == Placement.State.FAILED
        && !draft.now().isBefore(placement.since().plus(RETRY))) {
      order(draft, service, card);
      return;
    }
    Observed.CardHeard heard = observed.cards().get(at);
    if (heard != null && !heard.at().isBefore(placement.since())) {
      // What was said before the placement came into its state is about an earlier one.
      follow(draft, service, placement, card, status(service, card, heard));
    }
  }

  /** Takes over what the card reports about a service that was ordered on this boot. */
  private void follow(
      Draft draft,
      Service service,
      Placement placement,
      Card card,
      @Nullable ServiceStatus status) {
    if (draft.cabinet().queue(card.position()).concerns(service.name()) || status == null) {
      return;
    }
    boolean current =
        status.packageDigest().equals(service.versionOn(card.position()).packageDigest());
    Placement.State told =
        switch (status.state()) {
          case RUNNING -> current ? Placement.State.RUNNING : Placement.State.ORDERED;
          case FAILED -> Placement.State.FAILED;
          case INSTALLED, STARTING, STOPPED -> Placement.State.ORDERED;
        };
    if (told == Placement.State.RUNNING && card.hold() != null) {
      return; // told to stop; an older report says nothing new
    }
    if (told != placement.state()
        && !(told == Placement.State.ORDERED && placement.state() == Placement.State.FAILED)) {
      change(
          draft,
          service,
          new Placement(card.position(), told, status.detail(), placement.bootId()));
    }
  }

  private void order(Draft draft, Service service, Card card) {
    CardPosition at = card.position();
    ServiceVersion version = service.versionOn(at);
    abandon(draft, service, at);
    change(draft, service, new Placement(at, Placement.State.ORDERED, "", card.bootId()));
    draft.change(
        new Change.CommandQueued(
            at,
            new Command.InstallService(
                draft.cabinet().nextCommand(),
                service.name(),
                version.packageDigest(),
                version.packageBytes())));
    draft.change(
        new Change.CommandQueued(
            at,
            new Command.StartService(
                draft.cabinet().nextCommand(),
                service.name(),
                service.definition().kind(),
                version.packageDigest(),
                policy.servicePort())));
  }

  /** Empties the queue of what was ordered for an earlier boot: its results would mean nothing. */
  static void abandon(Draft draft, Service service, CardPosition at) {
    for (Command c : draft.cabinet().queue(at).waiting()) {
      if (c.service().equals(service.name())) {
        draft.change(new Change.CommandFinished(at, c.id(), true, "void: the card restarted"));
      }
    }
  }

  /** A card that comes back from a long absence may hold services that were deleted meanwhile. */
  private static void removeStrangers(Draft draft, Observed observed) {
    Cabinet cabinet = draft.cabinet();
    for (Card card : cabinet.cards().values()) {
      Observed.CardHeard heard = observed.cards().get(card.position());
      if (heard == null || !card.state().isAlive() || !heard.bootId().equals(card.bootId())) {
        continue;
      }
      for (ServiceStatus status : heard.services()) {
        Optional<Service> bound =
            cabinet.service(status.service()).filter(s -> s.on(card.position()).isPresent());
        if (bound.isEmpty()
            && heard.at().isAfter(card.since())
            && !draft.cabinet().queue(card.position()).concerns(status.service())) {
          draft.change(
              new Change.CommandQueued(
                  card.position(),
                  new Command.RemoveService(draft.cabinet().nextCommand(), status.service())));
        }
      }
    }
  }

  private static void pokeWhereCommandsWait(Draft draft) {
    Cabinet cabinet = draft.cabinet();
    cabinet
        .queues()
        .forEach((at, queue) -> {
          if (!queue.waiting().isEmpty()
              && cabinet.card(at).filter(c -> c.state().isAlive()).isPresent()) {
            draft.order(new Order.Poke(at));
          }
        });
  }

  private static @Nullable ServiceStatus status(
      Service service, Card card, Observed.CardHeard heard) {
    if (!heard.bootId().equals(card.bootId())) {
      return null;
    }
    return heard.services().stream()
        .filter(s -> s.service().equals(service.name()))
        .findFirst()
        .orElse(null);
  }

  private static void change(Draft draft, Service service, Placement placement) {
    draft.change(new Change.PlacementChanged(service.name(), placement));
  }
}
