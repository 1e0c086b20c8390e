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
        return new ImageUpdateProof(
            "service %s stopped on card %s under the image".formatted(service.name(), at), false);
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
      seen &= usable > 0;
    }
    return new ImageUpdateProof("", seen);
  }
}
