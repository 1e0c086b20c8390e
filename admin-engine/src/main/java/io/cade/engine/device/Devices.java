package io.cade.engine.device;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * All models, what is on its way, and what is on record about each device. Immutable.
 *
 * @param models by type; those that nobody has written are not in it
 * @param runs the last one of each type, under way or ended
 */
public record Devices(
    SortedMap<String, DeviceModel> models,
    SortedMap<String, ApplyRun> runs,
    SortedMap<CardPosition, DeviceRecord> records) {

  /** The type of a card by its role. */
  public static String typeOf(CardRole role) {
    return role.name().toLowerCase(Locale.ROOT);
  }

  public DeviceRecord record(CardPosition at) {
    DeviceRecord known = records.get(at);
    return known == null ? DeviceRecord.none(at) : known;
  }

  /** The type of the card in a slot. */
  public String type(CardPosition at, CardRole role) {
    String given = record(at).type();
    return given.isEmpty() ? typeOf(role) : given;
  }

  /** The model of a type: the empty one for a role of cards; empty when there is no such type. */
  public Optional<DeviceModel> model(String type) {
    DeviceModel known = models.get(type);
    if (known != null) {
      return Optional.of(known);
    }
    for (CardRole role : CardRole.values()) {
      if (typeOf(role).equals(type)) {
        return Optional.of(DeviceModel.empty(type));
      }
    }
    return Optional.empty();
  }

  /** The run of a type that is under way. */
  public Optional<ApplyRun> active(String type) {
    return Optional.ofNullable(runs.get(type)).filter(r -> r.stage().isActive());
  }

  /** Whether the card in a slot is being changed, or is next. */
  public boolean worksOn(CardPosition at) {
    return record(at).busy() || runs.values().stream().anyMatch(r -> r.worksOn(at));
  }

  /** The number of the version that the card in a slot is to have, as things stand. */
  public int versionOf(CardPosition at, DeviceModel model) {
    return active(model.type())
        .flatMap(run -> run.card(at).map(run::versionFor))
        .orElseGet(() -> settledVersionOf(at, model));
  }

  /** The same without a run that is under way. */
  public int settledVersionOf(CardPosition at, DeviceModel model) {
    int pinned = record(at).pinned();
    return pinned > 0 ? pinned : model.current();
  }

  /** Numbers of a type's versions that may not be dropped. */
  public Set<Integer> used(String type) {
    Set<Integer> used = new HashSet<>();
    for (DeviceRecord record : records.values()) {
      if (record.pinned() > 0) {
        used.add(record.pinned());
      }
      DeviceRecord.Given given = record.given();
      if (given != null && given.label().startsWith(type + "/")) {
        used.add(given.version());
      }
    }
    active(type)
        .ifPresent(run -> {
          used.add(run.version());
          run.cards().forEach(c -> used.add(c.before()));
        });
    return used;
  }
}
