package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Carries each service through the five phases, and away again (SPEC A4). */
final class ServiceRules {
  /** Remark on a placement whose card has been told to clean up. */
  private static final String CLEANING = "being removed";

  void apply(Draft draft) {
    for (String name : List.copyOf(draft.cabinet().services().keySet())) {
      advance(draft, name);
    }
  }

  private void advance(Draft draft, String name) {
    Service service = draft.cabinet().services().get(name);
    if (service == null) {
      return;
    }
    switch (service.phase()) {
      case PARAMETERS -> {
        // The definition was checked when it was made; a plug-in of that kind exists or the
        // request would have been refused.
        phase(draft, service, ServicePhase.BINDING, "");
        advance(draft, name);
      }
      case BINDING -> bind(draft, service);
      case CONFIGURATION -> {
        if (service.packageDigest().isEmpty()) {
          draft.order(new Order.GeneratePackage(name));
        } else {
          phase(draft, service, ServicePhase.SETUP, "");
        }
      }
      case SETUP -> finishSetup(draft, service);
      case ANNOUNCED, FAILED -> {
        // Nothing to do here; the cards are looked after by the placement rules.
      }
      case REMOVING -> remove(draft, service);
    }
  }

  private void bind(Draft draft, Service service) {
    Cabinet cabinet = draft.cabinet();
    Choice choice =
        CardChooser.choose(cabinet, draft.headroom(), service.name(), service.definition().cards());
    if (!choice.isComplete()) {
      phase(draft, service, ServicePhase.BINDING, choice.shortage());
      return;
    }
    draft.change(new Change.CardsBound(service.name(), choice.joining()));
    phase(draft, require(draft, service), ServicePhase.CONFIGURATION, "");
    draft.order(new Order.GeneratePackage(service.name()));
  }

  private void finishSetup(Draft draft, Service service) {
    Cabinet cabinet = draft.cabinet();
    List<String> waits = new ArrayList<>();
    List<String> away = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    int running = 0;
    for (Placement p : service.placements()) {
      Card card = cabinet.cards().get(p.position());
      boolean alive = card != null && card.state().isAlive();
      if (card != null && Routing.serves(service, card)) {
        running++;
      } else if (p.state() == Placement.State.FAILED) {
        failures.add(p.position() + ": " + p.detail());
      } else {
        (alive ? waits : away).add("card " + p.position() + " " + (alive ? p.state() : "is away"));
      }
    }
    if (running > 0 && waits.isEmpty()) {
      phase(draft, service, ServicePhase.ANNOUNCED, "");
    } else if (failures.size() == service.placements().size()) {
      undo(draft, service, String.join("; ", failures));
    } else {
      waits.addAll(away);
      phase(draft, service, ServicePhase.SETUP, String.join("; ", waits));
    }
  }

  /** No card could be set up: clean them, give them back, keep the cause. */
  private void undo(Draft draft, Service service, String cause) {
    for (Placement p : service.placements()) {
      clean(draft, service, p);
    }
    draft.change(new Change.CardsBound(service.name(), List.of()));
    phase(draft, require(draft, service), ServicePhase.FAILED, cause);
  }

  private void remove(Draft draft, Service service) {
    Set<CardPosition> busy = new TreeSet<>();
    for (Placement p : service.placements()) {
      Card card = draft.cabinet().cards().get(p.position());
      if (card == null || !card.state().isAlive()) {
        // A card that is away is cleaned when it comes back and reports what it holds.
        continue;
      }
      if (!p.detail().equals(CLEANING)) {
        clean(draft, service, p);
        draft.change(
            new Change.PlacementChanged(
                service.name(),
                new Placement(p.position(), Placement.State.PENDING, CLEANING, card.bootId())));
      }
      if (draft.cabinet().queue(p.position()).concerns(service.name())) {
        busy.add(p.position());
      }
    }
    if (busy.isEmpty()) {
      draft.change(new Change.ServiceDeleted(service.name()));
      UpdateFailures.forget(draft, "service " + service.name());
    } else {
      phase(draft, require(draft, service), ServicePhase.REMOVING, "cards " + busy + " clean up");
    }
  }

  private void clean(Draft draft, Service service, Placement placement) {
    CardPosition at = placement.position();
    for (Command c : draft.cabinet().queue(at).waiting()) {
      if (c.service().equals(service.name())) {
        draft.change(new Change.CommandFinished(at, c.id(), true, "void: service is removed"));
      }
    }
    draft.change(
        new Change.CommandQueued(
            at, new Command.RemoveService(draft.cabinet().nextCommand(), service.name())));
  }

  private static Service require(Draft draft, Service service) {
    return draft.cabinet().service(service.name()).orElseThrow();
  }

  private static void phase(Draft draft, Service service, ServicePhase phase, String waitsFor) {
    if (service.phase() != phase || !service.waitsFor().equals(waitsFor)) {
      draft.change(new Change.ServicePhaseChanged(service.name(), phase, waitsFor));
    }
  }
}
