package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Which cards a service gets, keeps and gives back, and why; and why not the others (SPEC A4 phase
 * 2). What the conductor does, and what an operator is told that it would do.
 *
 * @param service that it is for; need not exist yet
 * @param cards that it is to have
 * @param missing how many cards there are too few
 * @param verdicts one for each server card that was ever seen: those that join first, in the order
 *     in which they are chosen, then those that leave, likewise; then the others
 */
public record Choice(String service, int cards, int missing, List<Verdict> verdicts) {
  /** What becomes of a card. */
  public enum Kind {
    /** Is free, and the service gets it. */
    JOINS,
    /** The service gives it back. */
    LEAVES,
    /** The service has it and keeps it. */
    STAYS,
    /** Is free, and others are better. */
    SPARE,
    /** Is free, and kept back to take the place of a failed one. */
    KEPT_BACK,
    /** Is free, but would share a chassis with another card of the service, which is not to be. */
    TOO_CLOSE,
    /** Another service has it. */
    IN_USE,
    /** Is kept free of visitors. */
    DRAINED,
    /** Is not to have power. */
    HELD,
    /** Is in another state than AVAILABLE. */
    NOT_AVAILABLE;

    /** As people read it. */
    public String words() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private boolean isUnusable() {
      return compareTo(SPARE) > 0;
    }
  }

  /**
   * What becomes of a card.
   *
   * @param reason for people
   */
  public record Verdict(CardPosition position, Kind kind, String reason) {}

  public Choice {
    verdicts = List.copyOf(verdicts);
  }

  /** Whether there are cards enough. */
  public boolean isComplete() {
    return missing == 0;
  }

  /** Cards that the service gets, best first; fewer than needed when it is not complete. */
  public List<CardPosition> joining() {
    return all(Kind.JOINS);
  }

  /** Cards that the service gives back, the first to go first. */
  public List<CardPosition> leaving() {
    return all(Kind.LEAVES);
  }

  private List<CardPosition> all(Kind kind) {
    return verdicts.stream().filter(v -> v.kind() == kind).map(Verdict::position).toList();
  }

  /** What is missing, and what keeps the other cards from being chosen; empty when complete. */
  public String shortage() {
    if (isComplete()) {
      return "";
    }
    List<CardPosition> free = joining();
    Map<Kind, Integer> unusable = new EnumMap<>(Kind.class);
    for (Verdict verdict : verdicts) {
      if (verdict.kind().isUnusable()) {
        unusable.merge(verdict.kind(), 1, Integer::sum);
      }
    }
    return "needs "
        + (free.size() + missing)
        + " Available cards, "
        + free.size()
        + " free"
        + (free.isEmpty() ? "" : " (" + joined(free) + ")")
        + (unusable.isEmpty()
            ? ""
            : unusable.entrySet().stream()
                .map(e -> e.getValue() + " " + e.getKey().words())
                .collect(Collectors.joining(", ", "; of the others: ", "")));
  }

  /** All of it in a sentence. */
  public String summary() {
    String number = cards + (cards == 1 ? " card" : " cards");
    if (!isComplete()) {
      return "service " + service + " cannot have " + number + ": " + shortage();
    }
    StringBuilder text = new StringBuilder("service " + service + " on " + number);
    String before = ": ";
    for (Kind kind : List.of(Kind.STAYS, Kind.JOINS, Kind.LEAVES)) {
      List<CardPosition> these = all(kind);
      if (!these.isEmpty()) {
        String verb = kind.words();
        text.append(before)
            .append(joined(these))
            .append(' ')
            .append(these.size() == 1 ? verb : plural(kind));
        before = ", ";
      }
    }
    return text.toString();
  }

  private static String plural(Kind kind) {
    return switch (kind) {
      case STAYS -> "stay";
      case JOINS -> "join";
      case LEAVES -> "leave";
      case SPARE, KEPT_BACK, TOO_CLOSE, IN_USE, DRAINED, HELD, NOT_AVAILABLE -> kind.words();
    };
  }

  private static String joined(List<CardPosition> positions) {
    return positions.stream().map(CardPosition::toString).collect(Collectors.joining(", "));
  }
}
