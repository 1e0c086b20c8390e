package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.device.DeviceModel;
import io.cade.engine.device.DeviceRecord;
import io.cade.engine.device.Facts;
import io.cade.engine.device.ModelProblem;
import io.cade.engine.device.ModelVersion;
import io.cade.engine.device.Rendered;
import io.cade.engine.device.Rendering;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Lease;
import io.cade.engine.model.Service;
import java.util.List;
import java.util.Optional;

/** What the model of its type says of a card. Pure. */
public final class WantedModels {
  private WantedModels() {}

  /** What may stand in the items of a card. */
  public static Facts facts(Cabinet cabinet, Card card) {
    return facts(
        cabinet, card, cabinet.servicesOn(card.position()).stream().map(Service::name).toList());
  }

  static Facts facts(Cabinet cabinet, Card card, List<String> services) {
    CardPosition at = card.position();
    return new Facts(
        at,
        cabinet.lease(at).map(Lease::address).orElse(""),
        card.mac() == null ? "" : String.valueOf(card.mac()),
        services);
  }

  /** The model of a card's type; empty when its type has none any more. */
  public static Optional<DeviceModel> model(Cabinet cabinet, Card card) {
    return cabinet.devices().model(cabinet.devices().type(card.position(), card.role()));
  }

  /** What the card was given, as far as that version is still there and can be said of it. */
  public static Optional<Rendered> given(Cabinet cabinet, DeviceRecord record, Facts facts) {
    return givenVersion(cabinet, record)
        .flatMap(version -> {
          try {
            return Optional.of(Rendering.render(version, facts));
          } catch (ModelProblem e) {
            return Optional.empty();
          }
        });
  }

  /** The version that the card was given. */
  public static Optional<ModelVersion> givenVersion(Cabinet cabinet, DeviceRecord record) {
    DeviceRecord.Given given = record.given();
    if (given == null) {
      return Optional.empty();
    }
    String type = given.label().substring(0, Math.max(0, given.label().lastIndexOf('/')));
    return cabinet.devices().model(type).flatMap(m -> m.version(given.version()));
  }

  /** Whether the card has just that already. */
  public static boolean has(DeviceRecord record, Card card, String label, Rendered rendered) {
    DeviceRecord.Given given = record.given();
    if (given == null) {
      return rendered.isEmpty();
    }
    return given.label().equals(label)
        && given.digest().equals(rendered.digest())
        && given.mac().equals(String.valueOf(card.mac()));
  }

  /** Whether a card can be changed now. */
  public static boolean isUp(Card card) {
    return card.state().isAlive() && card.hold() == null && !card.bootId().isEmpty();
  }

  /** Why a card cannot be changed now. */
  public static String away(Card card) {
    return card.hold() != null
        ? "is held without power: " + card.hold().reason()
        : "is " + card.state() + (card.cause().isEmpty() ? "" : ": " + card.cause());
  }
}
