package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ProxyReport;
import io.cade.engine.model.Card;
import io.cade.engine.model.Service;
import io.cade.engine.observe.Observed;
import io.cade.engine.observe.ProbeTarget;
import io.cade.engine.observe.Probed;
import java.time.Duration;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The one judge of a card that has something new, be it a version of a service or a boot image
 * (SPEC U1, U2): by requests that the engine itself aims at the card through each proxy. First
 * without visitors: {@link GateCheck#requests} good answers through each proxy, and none bad after
 * the first good one. Then with visitors: no more may be bad than of visitors' own. A request that
 * did not come to the card says nothing of it. Pure.
 */
final class HealthGate {
  /** What has just started may answer badly for so long, as nobody sees it. */
  static final Duration WARM_UP = Duration.ofSeconds(10);

  /** A proxy that has not been heard for so long is not asked through. */
  static final Duration HEARD = Duration.ofSeconds(10);

  /** How long proxies are waited for that are heard, but not reached. */
  static final Duration UNREACHED = Duration.ofMinutes(1);

  /** So many failed requests may be chance. */
  private static final long FEW = 3;

  /** Percent of the requests that may fail. */
  private static final long TOLERATED = 5;

  /** What there is to say at this moment. */
  enum State {
    PASSED,
    WAITING,
    FAILED
  }

  /**
   * The judgement.
   *
   * @param words why it failed, or what is waited for; empty while all goes its way
   */
  record Verdict(State state, String words) {
    static final Verdict PASSED = new Verdict(State.PASSED, "");
    static final Verdict GOES_ON = new Verdict(State.WAITING, "");

    static Verdict waiting(String words) {
      return new Verdict(State.WAITING, words);
    }

    static Verdict failed(String words) {
      return new Verdict(State.FAILED, words);
    }
  }

  private HealthGate() {}

  /** Whether so many failures are more than chance. */
  static boolean isTooMany(long failures, long requests) {
    return failures > FEW && failures * 100 > requests * TOLERATED;
  }

  /** Proxies that the engine can ask through: heard lately, and listening for visitors' HTTP. */
  static SortedMap<CardPosition, ProxyReport> askable(Observed observed, Instant now) {
    SortedMap<CardPosition, ProxyReport> found = new TreeMap<>();
    observed
        .proxies()
        .forEach((position, heard) -> {
          if (isRecent(heard, now) && !heard.report().entrances().isEmpty()) {
            found.put(position, heard.report());
          }
        });
    return found;
  }

  private static boolean isRecent(Observed.ProxyHeard heard, Instant now) {
    return heard.at().isAfter(now.minus(HEARD));
  }

  /**
   * Whether visitors may come to the card.
   *
   * @param since when the card began to serve without visitors
   */
  static Verdict beforeVisitors(
      Service service, Card card, Instant since, Observed observed, Instant now) {
    GateCheck check = GateCheck.of(service);
    if (!check.isOn()) {
      return Verdict.PASSED;
    }
    Duration spent = Duration.between(since, now);
    Duration patience = UNREACHED.plus(check.limit().multipliedBy(check.requests()));
    boolean overdue = spent.compareTo(patience) >= 0;
    SortedMap<CardPosition, ProxyReport> proxies = askable(observed, now);
    if (proxies.isEmpty()) {
      return withoutProxies(service, card, observed, now, overdue);
    }
    int proven = 0;
    String wait = "";
    boolean silent = false;
    for (CardPosition proxy : proxies.keySet()) {
      boolean all = true;
      for (String path : check.paths()) {
        Probed probed = probed(observed, proxy, service, card, path, since);
        if (probed != null && isBad(probed, spent)) {
          return isKnown(card, probed, observed) ? Verdict.failed(probed.fault()) : Verdict.GOES_ON;
        }
        if (probed == null || probed.good() < check.requests()) {
          all = false;
          String unreached = probed == null ? "" : probed.unreached();
          silent |= unreached.isEmpty();
          wait = wait.isEmpty() ? unreached : wait;
        }
      }
      proven += all ? 1 : 0;
    }
    if (proven == proxies.size()) {
      return Verdict.PASSED;
    }
    if (!overdue) {
      return Verdict.waiting(wait.isEmpty() ? "" : "an answer of card " + at(card) + ": " + wait);
    }
    // A proxy that the engine does not reach is no fault of a card for which another one vouches.
    return proven > 0 && !silent
        ? Verdict.PASSED
        : Verdict.failed(
            "card %s could not be asked for service %s within %d s%s"
                .formatted(
                    at(card),
                    service.name(),
                    patience.toSeconds(),
                    wait.isEmpty() ? "" : ": " + wait));
  }

  private static boolean isBad(Probed probed, Duration spent) {
    boolean warm = spent.compareTo(WARM_UP) > 0;
    return probed.bad() > 0 || (probed.good() == 0 && probed.early() > 0 && warm);
  }

  private static Verdict withoutProxies(
      Service service, Card card, Observed observed, Instant now, boolean overdue) {
    // Not a balancer, which is heard as well but knows no cards.
    boolean heard =
        observed.proxies().values().stream()
            .filter(p -> isRecent(p, now))
            .flatMap(p -> p.report().backends().stream())
            .anyMatch(
                b -> b.service().equals(service.name()) && b.position().equals(card.position()));
    if (heard) {
      return Verdict.PASSED; // of an earlier version: what they report decides, as it did
    }
    return overdue
        ? Verdict.failed(
            "no proxy says that it reaches service %s on card %s"
                .formatted(service.name(), at(card)))
        : Verdict.waiting("a proxy to be heard");
  }

  /**
   * Why the card is not good although visitors were let in; empty while it is.
   *
   * @param since when they were
   */
  static String faultWithVisitors(Service service, Card card, Instant since, Observed observed) {
    long requests = 0;
    long failures = 0;
    @Nullable Probed worst = null;
    for (var entry : observed.probes().entrySet()) {
      ProbeTarget target = entry.getKey();
      Probed probed = entry.getValue();
      if (isAbout(target, service, card) && probed.round().equals(since)) {
        requests += probed.good() + probed.failures();
        failures += probed.failures();
        if (probed.failures() > 0 && (worst == null || isWorse(probed, worst))) {
          worst = probed;
        }
      }
    }
    return worst != null && isTooMany(failures, requests) && isKnown(card, worst, observed)
        ? "%s (%d of %d requests of the gate failed)".formatted(worst.fault(), failures, requests)
        : "";
  }

  private static boolean isWorse(Probed one, Probed other) {
    return one.failures() != other.failures()
        ? one.failures() > other.failures()
        : one.fault().compareTo(other.fault()) < 0;
  }

  /**
   * Whether enough is known for the end of the gate: a good answer, where answers can be had.
   *
   * @return what is missing, else empty
   */
  static String missingWithVisitors(
      Service service, Card card, Instant since, Observed observed, Instant now) {
    SortedMap<CardPosition, ProxyReport> proxies = askable(observed, now);
    if (!GateCheck.of(service).isOn() || proxies.isEmpty()) {
      return "";
    }
    String unreached = "no proxy was asked";
    for (var entry : new TreeMap<>(proxies).entrySet()) {
      for (String path : GateCheck.of(service).paths()) {
        Probed probed = probed(observed, entry.getKey(), service, card, path, since);
        if (probed != null && probed.good() > 0) {
          return "";
        }
        if (probed != null && !probed.unreached().isEmpty()) {
          unreached = probed.unreached();
        }
      }
    }
    return unreached;
  }

  private static @Nullable Probed probed(
      Observed observed,
      CardPosition proxy,
      Service service,
      Card card,
      String path,
      Instant since) {
    Probed found =
        observed.probes().get(new ProbeTarget(proxy, service.name(), card.position(), path));
    return found != null && found.round().equals(since) ? found : null;
  }

  private static boolean isAbout(ProbeTarget target, Service service, Card card) {
    return target.service().equals(service.name()) && target.card().equals(card.position());
  }

  /**
   * Whether the card has been heard since the first bad answer. Requests notice before the engine
   * that a card is gone, and then what is new on it is not to blame.
   */
  private static boolean isKnown(Card card, Probed probed, Observed observed) {
    Observed.CardHeard heard = observed.cards().get(card.position());
    Instant doubt = probed.doubt();
    return heard != null
        && doubt != null
        && heard.bootId().equals(card.bootId())
        && heard.at().isAfter(doubt.plus(CardRules.STRAY));
  }

  private static String at(Card card) {
    return card.position().toString();
  }
}
