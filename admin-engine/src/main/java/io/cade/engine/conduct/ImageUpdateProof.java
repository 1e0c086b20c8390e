package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ProxyReport;
import io.cade.engine.model.Card;
import io.cade.engine.model.ImageUpdate.CardStep;
import io.cade.engine.model.Service;
import io.cade.engine.observe.Observed;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How a card does under its new image: its services have to serve, the proxies have to find them
 * usable, and its agent has to be heard. Pure.
 *
 * @param fault why it has failed, else empty
 * @param seen whether everybody who has to has said that it is well
 */
record ImageUpdateProof(String fault, boolean seen) {
  /**
   * How a card does before visitors come.
   *
   * @param fault why it has failed, else empty
   * @param passed whether visitors may come
   * @param waits what is waited for, if that is worth a remark
   */
  record Trial(String fault, boolean passed, String waits) {}

  static Trial trial(Draft draft, CardStep step, Card card, Observed observed) {
    boolean passed = true;
    String waits = "";
    for (Service service : draft.cabinet().servicesOn(card.position())) {
      if (!ImageUpdateChoice.isServed(service)) {
        continue;
      }
      if (!Routing.serves(service, card)) {
        return new Trial(stopped(service, card), false, "");
      }
      HealthGate.Verdict verdict =
          HealthGate.beforeVisitors(service, card, step.since(), observed, draft.now());
      if (verdict.state() == HealthGate.State.FAILED) {
        return new Trial(verdict.words(), false, "");
      }
      passed &= verdict.state() == HealthGate.State.PASSED;
      waits =
          waits.isEmpty() && !verdict.words().isEmpty() ? "waits for " + verdict.words() : waits;
    }
    return new Trial("", passed, waits);
  }

  private static String stopped(Service service, Card card) {
    return "service %s stopped on card %s under the image"
        .formatted(service.name(), card.position());
  }

  static ImageUpdateProof of(Draft draft, CardStep step, Card card, Observed observed) {
    CardPosition at = card.position();
    Observed.CardHeard heard = observed.cards().get(at);
    boolean seen =
        heard != null && heard.bootId().equals(card.bootId()) && heard.at().isAfter(step.since());
    List<Service> services =
        draft.cabinet().servicesOn(at).stream().filter(ImageUpdateChoice::isServed).toList();
    Duration spent = Duration.between(step.since(), draft.now());
    for (Service service : services) {
      if (!Routing.serves(service, card)) {
        return new ImageUpdateProof(stopped(service, card), false);
      }
      int usable = 0;
      for (Map.Entry<CardPosition, Observed.ProxyHeard> entry : observed.proxies().entrySet()) {
        if (!entry.getValue().at().isAfter(step.since().plus(HoldRules.ROUTES_SETTLE))) {
          continue;
        }
        for (ProxyReport.BackendReport backend : entry.getValue().report().backends()) {
          if (!backend.service().equals(service.name()) || !backend.position().equals(at)) {
            continue;
          }
          // An operator who keeps visitors away from the card is no fault of the image.
          if (backend.usable() || card.drain() != null) {
            usable++;
          } else if (spent.compareTo(RolloutRules.FIRST_LOOK) > 0) {
            return new ImageUpdateProof(
                "proxy %s finds service %s on card %s unusable: %s"
                    .formatted(entry.getKey(), service.name(), at, backend.cause()),
                false);
          }
        }
      }
      String fault = HealthGate.faultWithVisitors(service, card, step.since(), observed);
      if (!fault.isEmpty()) {
        return new ImageUpdateProof(fault, false);
      }
      // No proxy has a route to a card of a stopped service.
      seen &=
          Routing.isStopped(service)
              || (usable > 0
                  && HealthGate.missingWithVisitors(
                          service, card, step.since(), observed, draft.now())
                      .isEmpty());
    }
    return new ImageUpdateProof("", seen);
  }
}
