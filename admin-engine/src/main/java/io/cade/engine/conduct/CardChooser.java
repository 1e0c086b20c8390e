package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Setting;
import io.cade.engine.conduct.Choice.Kind;
import io.cade.engine.conduct.Choice.Verdict;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import io.cade.engine.model.SparePool;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Chooses cards for a service so that a lost chassis takes as few of them as possible (SPEC A4
 * phase 2): each from the chassis that has the fewest cards of this service (with {@code
 * spread=require}, none); among those from one whose supplies, fans and air are as they ought to
 * be; then from one that would still feed its cards without its largest supply; then from the one
 * that has the fewest in use; there one without temperature alarm and with cool air to spare; there
 * the one that may draw least, which costs least; there the one in the lowest slot. Free cards that
 * are kept back ({@link SparePool}) only take the place of others. Of cards to be given back, see
 * {@link LeavingCards}. Pure.
 */
public final class CardChooser {
  /** With one of these a chassis has no power or no air to spare. */
  private static final Set<AlarmType> WEAKENS =
      Set.of(
          AlarmType.SUPPLY_FAILED,
          AlarmType.POWER_BUDGET,
          AlarmType.FAN_FAILED,
          AlarmType.TEMPERATURE_HIGH);

  private final Cabinet cabinet;
  private final Headroom headroom;
  private final String name;
  private final @Nullable Service service;

  /** Cards that are not to be chosen this time. */
  private final Set<CardPosition> without;

  /** The service on each card that has one; with more than one, some. */
  private final Map<CardPosition, String> users = new HashMap<>();

  /** How many cards of each chassis this service has, and how many all services have. */
  private final Map<Integer, Integer> own = new HashMap<>();

  private final Map<Integer, Integer> used = new HashMap<>();

  /** Chassis that are not as they ought to be, each with the type of an alarm that says so. */
  private final Map<Integer, String> weak = new HashMap<>();

  private final boolean apart;

  private CardChooser(Cabinet cabinet, Headroom headroom, String name, Set<CardPosition> without) {
    this.cabinet = cabinet;
    this.headroom = headroom;
    this.without = without;
    this.name = name;
    this.service = cabinet.service(name).orElse(null);
    this.apart = service != null && service.settings().is(Setting.SPREAD, "require");
    for (AlarmKey alarm : cabinet.alarms().keySet()) {
      Place place = Place.of(alarm.source());
      if (place != null && place.card() == null && WEAKENS.contains(alarm.type())) {
        weak.putIfAbsent(place.chassis(), alarm.type().word());
      }
    }
    for (Service each : cabinet.services().values()) {
      for (Placement placement : each.placements()) {
        CardPosition at = placement.position();
        if (users.put(at, each.name()) == null) {
          used.merge(at.chassis(), 1, Integer::sum);
        }
      }
    }
    if (service != null) {
      for (Placement placement : service.placements()) {
        users.put(placement.position(), name);
        own.merge(placement.position().chassis(), 1, Integer::sum);
      }
    }
  }

  /**
   * What is to be done for a service to be on so many cards.
   *
   * @param name of a service, which need not exist
   */
  public static Choice choose(Cabinet cabinet, Headroom headroom, String name, int cards) {
    return new CardChooser(cabinet, headroom, name, Set.of()).choose(cards);
  }

  /** The same where only the number of cards matters, or which ones leave. */
  static Choice choose(Cabinet cabinet, String name, int cards) {
    return choose(cabinet, Headroom.unknown(), name, cards);
  }

  /**
   * The card that is to take the place of one of a service's cards; chosen as if that one were not
   * there.
   *
   * @param without cards that are not to be chosen
   */
  public static Choice replace(
      Cabinet cabinet,
      Headroom headroom,
      Service service,
      CardPosition from,
      Set<CardPosition> without) {
    return new CardChooser(cabinet, headroom, service.name(), without).replace(service, from);
  }

  /** The same where it only matters whether there is one. */
  static Choice replace(
      Cabinet cabinet, Service service, CardPosition from, Set<CardPosition> without) {
    return replace(cabinet, Headroom.unknown(), service, from, without);
  }

  /** Cards that no service has and that could have one. */
  public static List<CardPosition> free(Cabinet cabinet) {
    return List.copyOf(
        new CardChooser(cabinet, Headroom.unknown(), "", Set.of())
            .free(new ArrayList<>())
            .keySet());
  }

  private Choice replace(Service of, CardPosition from) {
    own.merge(from.chassis(), -1, Integer::sum);
    used.merge(from.chassis(), -1, Integer::sum);
    List<Verdict> verdicts = new ArrayList<>();
    List<Verdict> others = new ArrayList<>();
    Map<CardPosition, Card> free = free(others);
    CardPosition best = free.keySet().stream().filter(this::isApart).min(best()).orElse(null);
    Map<Integer, Integer> ownThen = Map.copyOf(own);
    Map<Integer, Integer> usedThen = Map.copyOf(used);
    if (best != null) {
      verdicts.add(new Verdict(best, Kind.JOINS, whyJoins(best)));
      free.remove(best);
    }
    verdicts.add(new Verdict(from, Kind.LEAVES, "another card is to take its place"));
    LeavingCards.verdicts(cabinet, of, 0).stream()
        .filter(v -> !v.position().equals(from))
        .forEach(verdicts::add);
    for (CardPosition spare : free.keySet()) {
      others.add(left(spare, best, ownThen, usedThen, false));
    }
    others.sort(Comparator.comparing(Verdict::position));
    verdicts.addAll(others);
    return new Choice(name, of.placements().size(), best == null ? 1 : 0, verdicts);
  }

  /** Cards that the service could have; of all others why not. */
  private Map<CardPosition, Card> free(List<Verdict> others) {
    Map<CardPosition, Card> free = new TreeMap<>();
    for (Card card : cabinet.cards().values()) {
      CardPosition at = card.position();
      if (at.isManagement() || card.role() != CardRole.SERVER || name.equals(users.get(at))) {
        continue;
      }
      Verdict refused = refused(card);
      if (refused == null) {
        free.put(at, card);
      } else {
        others.add(refused);
      }
    }
    return free;
  }

  private Choice choose(int cards) {
    int bound = service == null ? 0 : service.placements().size();
    List<Verdict> others = new ArrayList<>();
    Map<CardPosition, Card> free = free(others);
    List<Verdict> verdicts = new ArrayList<>();
    Comparator<CardPosition> best = best();
    CardPosition last = null;
    // What was found in the chassis when the last card was chosen decides about those left over.
    Map<Integer, Integer> ownThen = Map.of();
    Map<Integer, Integer> usedThen = Map.of();
    int usable = Math.max(0, free.size() - cabinet.spares().cards());
    while (bound + verdicts.size() < cards && verdicts.size() < usable) {
      CardPosition next = free.keySet().stream().filter(this::isApart).min(best).orElse(null);
      if (next == null) {
        break;
      }
      ownThen = Map.copyOf(own);
      usedThen = Map.copyOf(used);
      last = next;
      verdicts.add(new Verdict(last, Kind.JOINS, whyJoins(last)));
      free.remove(last);
      own.merge(last.chassis(), 1, Integer::sum);
      used.merge(last.chassis(), 1, Integer::sum);
    }
    int missing = Math.max(0, cards - bound - verdicts.size());
    if (service != null) {
      verdicts.addAll(LeavingCards.verdicts(cabinet, service, Math.max(0, bound - cards)));
    }
    boolean kept =
        missing > 0 && verdicts.stream().filter(v -> v.kind() == Kind.JOINS).count() == usable;
    for (CardPosition spare : free.keySet()) {
      others.add(left(spare, last, ownThen, usedThen, kept));
    }
    others.sort(Comparator.comparing(Verdict::position));
    verdicts.addAll(others);
    return new Choice(name, cards, missing, verdicts);
  }

  private boolean isApart(CardPosition at) {
    return !apart || own.getOrDefault(at.chassis(), 0) == 0;
  }

  /** A card that is free and was not chosen. */
  private Verdict left(
      CardPosition at,
      @Nullable CardPosition last,
      Map<Integer, Integer> ownThen,
      Map<Integer, Integer> usedThen,
      boolean kept) {
    if (!isApart(at)) {
      return new Verdict(
          at,
          Kind.TOO_CLOSE,
          "free, but chassis %d has a card of %s, and its spread is 'require'"
              .formatted(at.chassis(), name));
    }
    return kept
        ? new Verdict(
            at,
            Kind.KEPT_BACK,
            "free, but %s kept back to take the place of failed ones (spare set)"
                .formatted(
                    cabinet.spares().cards() == 1
                        ? "1 card is"
                        : cabinet.spares().cards() + " cards are"))
        : new Verdict(at, Kind.SPARE, whySpare(at, last, ownThen, usedThen));
  }

  private Comparator<CardPosition> best() {
    return Comparator.comparingInt((CardPosition p) -> own.getOrDefault(p.chassis(), 0))
        .thenComparing(p -> weak.containsKey(p.chassis()))
        .thenComparing(p -> headroom.shortWatts().containsKey(p.chassis()))
        .thenComparingInt(p -> used.getOrDefault(p.chassis(), 0))
        .thenComparing(this::isHot)
        .thenComparing(p -> headroom.warm().containsKey(p))
        .thenComparingInt(this::watts)
        .thenComparingInt(CardPosition::slot)
        .thenComparing(Comparator.naturalOrder());
  }

  private boolean isHot(CardPosition at) {
    return HeatRules.level(cabinet, at) != null;
  }

  private int watts(CardPosition at) {
    Card card = cabinet.cards().get(at);
    return card == null ? 0 : CardHardware.maxWatts(card);
  }

  private String missingWatts(int chassis) {
    Integer watts = headroom.shortWatts().get(chassis);
    return watts == null
        ? ""
        : "chassis %d would lack %d W without its largest supply".formatted(chassis, watts);
  }

  private String littleAir(CardPosition at) {
    Integer kelvin = headroom.warm().get(at);
    return kelvin == null
        ? ""
        : "little cool air: %d K to the limit of one of its sensors".formatted(kelvin);
  }

  /** Why a card that is not this service's cannot be; null when it can. */
  private @Nullable Verdict refused(Card card) {
    CardPosition at = card.position();
    String user = users.get(at);
    if (user != null) {
      return new Verdict(at, Kind.IN_USE, "in use by service " + user);
    }
    if (card.hold() != null) {
      return new Verdict(at, Kind.HELD, HoldRules.cause(card.hold()));
    }
    if (card.state() != CardState.AVAILABLE) {
      String cause = card.cause().isEmpty() ? "" : ": " + card.cause();
      return new Verdict(at, Kind.NOT_AVAILABLE, card.state() + cause);
    }
    if (card.drain() != null) {
      return new Verdict(at, Kind.DRAINED, "drained by " + card.drain().by());
    }
    String image = image(cabinet, at);
    if (!image.isEmpty()) {
      return new Verdict(at, Kind.NOT_AVAILABLE, image);
    }
    if (without.contains(at)) {
      return new Verdict(at, Kind.NOT_AVAILABLE, "was tried a moment ago and did not serve");
    }
    return null;
  }

  /** Which image a card is being given, for people; empty for none. */
  public static String image(Cabinet cabinet, CardPosition at) {
    return cabinet.updates().values().stream()
        .filter(u -> u.worksOn(at))
        .findFirst()
        .map(u -> "gets image " + u.name() + " " + u.image().version())
        .orElse("");
  }

  private String whyJoins(CardPosition at) {
    int here = own.getOrDefault(at.chassis(), 0);
    String reason =
        "chassis %d has %s of %s, and %s in use there; no chassis with a free card is better"
            .formatted(
                at.chassis(),
                here == 0 ? "no card" : cards(here),
                name,
                cards(used.getOrDefault(at.chassis(), 0)));
    String alarm = weak.get(at.chassis());
    if (alarm != null) {
      reason += "; it has the alarm " + alarm;
    }
    for (String remark : List.of(missingWatts(at.chassis()), littleAir(at))) {
      reason += remark.isEmpty() ? "" : "; " + remark;
    }
    return isHot(at) ? reason + "; there is a temperature alarm on it" : reason;
  }

  private String whySpare(
      CardPosition at,
      @Nullable CardPosition last,
      Map<Integer, Integer> ownThen,
      Map<Integer, Integer> usedThen) {
    if (last == null) {
      return isHot(at)
          ? "free, no more are needed; hot: a temperature alarm is active on it"
          : "free, no more are needed";
    }
    int ownHere = ownThen.getOrDefault(at.chassis(), 0);
    int ownThere = ownThen.getOrDefault(last.chassis(), 0);
    int usedHere = usedThen.getOrDefault(at.chassis(), 0);
    int usedThere = usedThen.getOrDefault(last.chassis(), 0);
    if (ownHere != ownThere) {
      return "free, but chassis %d carries %s of %s already, chassis %d had %d"
          .formatted(at.chassis(), cards(ownHere), name, last.chassis(), ownThere);
    }
    String alarm = weak.get(at.chassis());
    if (alarm != null && !weak.containsKey(last.chassis())) {
      return "free, but chassis %d has the alarm %s".formatted(at.chassis(), alarm);
    }
    String watts = missingWatts(at.chassis());
    if (!watts.isEmpty() && missingWatts(last.chassis()).isEmpty()) {
      return "free, but " + watts;
    }
    if (usedHere != usedThere) {
      return "free, but chassis %d has %s in use, chassis %d had %d"
          .formatted(at.chassis(), cards(usedHere), last.chassis(), usedThere);
    }
    if (isHot(at) && !isHot(last)) {
      return "free, but hot: a temperature alarm is active on it";
    }
    if (isHot(at) == isHot(last)) {
      String air = littleAir(at);
      if (!air.isEmpty() && littleAir(last).isEmpty()) {
        return "free, but " + air;
      }
      if (air.isEmpty() == littleAir(last).isEmpty() && watts(at) > watts(last)) {
        return "free, but it may draw %d W, %s only %d W".formatted(watts(at), last, watts(last));
      }
    }
    return "free, as good as " + last + ", which is in the lower slot or chassis";
  }

  private static String cards(int number) {
    return number + (number == 1 ? " card" : " cards");
  }
}
