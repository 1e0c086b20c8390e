package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.ImageUpdate.Answer;
import io.cade.engine.model.ImageUpdate.CardStep;
import io.cade.engine.model.ImageUpdate.Stage;
import io.cade.engine.model.ImageUpdate.State;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.image.bundle.FromVersions;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which cards are begun next, and why none is. Pure. */
final class ImageUpdateChoice {
  private ImageUpdateChoice() {}

  /** Begins as many cards as may be, or ends the update. */
  static void next(Draft draft, ImageUpdate begun) {
    ImageUpdate update = begun;
    List<String> waits = new ArrayList<>();
    List<String> away = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    for (Card card : inOrder(draft.cabinet(), update)) {
      if (!concerns(update, card) || update.on(card.position()).isPresent()) {
        continue;
      }
      if (ImageUpdateRules.isAway(card)) {
        away.add(card.position().toString());
        continue;
      }
      String oneWay = noWayBack(draft.cabinet(), card);
      if (!oneWay.isEmpty()) {
        leftOut.add(oneWay);
        continue;
      }
      String obstacle = obstacle(draft.cabinet(), update, card, draft.now());
      if (obstacle.isEmpty()) {
        begin(draft, update, card);
        update = ImageUpdateRules.now(draft, update.name());
      } else {
        waits.add(obstacle);
      }
    }
    if (!update.underWay().isEmpty()) {
      wait(draft, update, "");
    } else if (!waits.isEmpty()) {
      wait(draft, update, "waits: " + waits.getFirst());
    } else {
      if (!away.isEmpty()) {
        leftOut.addFirst("cards " + away + " were away: start it again when they are back");
      }
      CardSlots.over(draft, update);
      ImageUpdateRules.set(
          draft, update.into(Stage.DONE, draft.now(), cut(String.join("; ", leftOut))));
    }
  }

  /** By position; while the canaries are not done, cards that nobody visits come before others. */
  private static List<Card> inOrder(Cabinet cabinet, ImageUpdate update) {
    List<Card> cards = new ArrayList<>(cabinet.cards().values());
    if (update.done() < update.course().canary()) {
      Set<CardPosition> taken = new HashSet<>();
      for (Service service : cabinet.services().values()) {
        service.placements().forEach(p -> taken.add(p.position()));
      }
      cards.sort(Comparator.comparing(card -> taken.contains(card.position())));
    }
    return cards;
  }

  /** Why nothing would lead the card back from another image; empty when something does. */
  static String noWayBack(Cabinet cabinet, Card card) {
    return CardSlots.of(cabinet, card).goesBackByBooting()
        ? EngineSlots.noWayBack(cabinet, card)
        : "";
  }

  /** Whether the image is made for the card's processor, as far as the card says. */
  static boolean fits(ImageUpdate update, Card card) {
    var software = card.software();
    String wanted = update.image().architecture();
    return software == null
        || software.architecture().isEmpty()
        || wanted.isEmpty()
        || wanted.equals("any")
        || wanted.equals(software.architecture());
  }

  /** Whether the card runs what the image may follow on, and is made for it. */
  static boolean concerns(ImageUpdate update, Card card) {
    return fits(update, card) && follows(update, card);
  }

  /** Whether the card runs what the image may follow on. */
  static boolean follows(ImageUpdate update, Card card) {
    var software = card.software();
    String role = update.image().role();
    return card.role() == CardRole.SERVER
        && !card.position().isManagement()
        && (role.equals("any") || role.equals(card.role().name().toLowerCase(Locale.ROOT)))
        && software != null
        && software.imageName().equals(update.name())
        && !software.imageVersion().equals(update.image().version())
        && new FromVersions(update.from()).accepts(software.imageVersion());
  }

  private static String obstacle(Cabinet cabinet, ImageUpdate update, Card card, Instant now) {
    int allowed =
        update.done() < update.course().canary()
            ? update.course().canary() - update.done()
            : update.course().parallel();
    if (update.underWay().size() >= allowed) {
      return "for cards that are under way";
    }
    if (!isWithin(update.course().window(), now)) {
      return "until it is " + update.course().window() + " (UTC)";
    }
    if (card.drain() != null) {
      return "for card " + card.position() + ", which is drained by " + card.drain().by();
    }
    Set<CardPosition> busy = new HashSet<>();
    update.underWay().forEach(step -> busy.add(step.position()));
    for (Service service : cabinet.servicesOn(card.position())) {
      if (service.rollout().isPresent() || !isServed(service)) {
        return "for service " + service.name() + ", which is being changed";
      }
      for (Placement placement : service.placements()) {
        CardPosition other = placement.position();
        if (!other.equals(card.position()) && busy.contains(other)) {
          return "for card " + other + " of service " + service.name();
        }
      }
    }
    String changed = changed(cabinet, card);
    String missing = changed.isEmpty() ? missing(cabinet, card) : changed;
    if (!missing.isEmpty()) {
      return missing;
    }
    return isWell(cabinet, card) ? "" : "for the services of card " + card.position() + " to run";
  }

  /**
   * Which card has to be given its model first, this one or another of its services: one that
   * restarts then would have failed at it. Empty for none.
   */
  static String changed(Cabinet cabinet, Card card) {
    if (cabinet.devices().worksOn(card.position())) {
      return "for card " + card.position() + ", which is being changed";
    }
    for (Service service : cabinet.servicesOn(card.position())) {
      for (Placement placement : service.placements()) {
        if (cabinet.devices().worksOn(placement.position())) {
          return "for card %s of service %s, which is being changed"
              .formatted(placement.position(), service.name());
        }
      }
    }
    return "";
  }

  /** For which other card of its services one has to wait; empty for none. */
  static String missing(Cabinet cabinet, Card card) {
    return missing(cabinet, card, cabinet.servicesOn(card.position()));
  }

  /** The same of the services that answer on the card: what it does not serve it cannot end. */
  static String alone(Cabinet cabinet, Card card) {
    return missing(
        cabinet,
        card,
        cabinet.servicesOn(card.position()).stream()
            .filter(s -> isServed(s) && Routing.serves(s, card))
            .toList());
  }

  private static String missing(Cabinet cabinet, Card card, List<Service> services) {
    for (Service service : services) {
      for (Placement placement : service.placements()) {
        CardPosition other = placement.position();
        Card peer = cabinet.cards().get(other);
        if (!other.equals(card.position()) && (peer == null || !Routing.serves(service, peer))) {
          return "for service " + service.name() + " to run on card " + other;
        }
      }
    }
    return "";
  }

  static boolean isServed(Service service) {
    return service.phase() == ServicePhase.ANNOUNCED;
  }

  private static void begin(Draft draft, ImageUpdate update, Card card) {
    CardPosition at = card.position();
    Instant now = draft.now();
    empty(draft, update, card);
    var software = card.software();
    ImageUpdateRules.set(
        draft,
        update.with(
            new CardStep(
                at,
                State.DRAINING,
                now,
                0,
                Answer.WAITING,
                "",
                card.bootId(),
                software == null ? "" : software.imageVersion())));
  }

  /** Keeps new visitors from the card, if there could be any. */
  static void empty(Draft draft, ImageUpdate update, Card card) {
    CardPosition at = card.position();
    if (!draft.cabinet().servicesOn(at).isEmpty()) {
      draft.change(
          new Change.CardDrained(
              at, draft.now().plus(update.course().drain()), ImageUpdateRules.by(update)));
    }
  }

  /** Whether it is a time of the day (UTC) like {@code 22:00-04:00}; always when there is none. */
  static boolean isWithin(String window, Instant now) {
    if (window.isEmpty()) {
      return true;
    }
    LocalTime from = LocalTime.parse(window.substring(0, 5));
    LocalTime to = LocalTime.parse(window.substring(6));
    LocalTime time = LocalTime.ofInstant(now, ZoneOffset.UTC);
    return from.isBefore(to)
        ? !time.isBefore(from) && time.isBefore(to)
        : !time.isBefore(from) || time.isBefore(to);
  }

  private static void wait(Draft draft, ImageUpdate update, String cause) {
    if (!update.cause().equals(cut(cause))) {
      ImageUpdateRules.set(draft, update.waiting(cut(cause)));
    }
  }

  private static String cut(String text) {
    return text.length() <= 500 ? text : text.substring(0, 499) + "…";
  }

  /** An update must not begin on a card in trouble. */
  private static boolean isWell(Cabinet cabinet, Card card) {
    return cabinet.servicesOn(card.position()).stream().allMatch(s -> Routing.serves(s, card));
  }
}
