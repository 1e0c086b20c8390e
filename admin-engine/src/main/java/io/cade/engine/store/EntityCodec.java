package io.cade.engine.store;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.WireJson;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Card;
import io.cade.engine.model.CommandQueue;
import io.cade.engine.model.EntityKey;
import io.cade.engine.model.Lease;
import io.cade.engine.model.PendingNotification;
import io.cade.engine.model.Service;
import io.cade.engine.model.Swap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Entities of the cabinet as JSON documents. Thread-safe. */
final class EntityCodec {
  private final WireJson json = new WireJson();

  /** The entity's document, or null when the cabinet does not hold it (any more). */
  @Nullable String document(Cabinet cabinet, EntityKey key) {
    Object entity =
        switch (key.kind()) {
          case CARD -> cabinet.cards().get(CardPosition.parse(key.id()));
          case LEASE -> cabinet.leases().get(CardPosition.parse(key.id()));
          case SERVICE -> cabinet.services().get(key.id());
          case QUEUE -> cabinet.queues().get(CardPosition.parse(key.id()));
          case ALARM ->
              cabinet.alarms().values().stream()
                  .filter(a -> a.key().toString().equals(key.id()))
                  .findFirst()
                  .orElse(null);
          case NOTIFICATION -> cabinet.notifications().get(Long.parseLong(key.id()));
          case SWAP ->
              cabinet.swaps().stream()
                  .filter(s -> (s.position() + " " + s.at()).equals(key.id()))
                  .findFirst()
                  .orElse(null);
        };
    return entity == null ? null : new String(json.encode(entity), StandardCharsets.UTF_8);
  }

  void restore(CabinetBuilder into, EntityKey key, String document) throws IOException {
    byte[] bytes = document.getBytes(StandardCharsets.UTF_8);
    switch (key.kind()) {
      case CARD -> into.restore(json.decode(bytes, Card.class));
      case LEASE -> into.restore(json.decode(bytes, Lease.class));
      case SERVICE -> into.restore(json.decode(bytes, Service.class));
      case QUEUE ->
          into.restoreQueue(CardPosition.parse(key.id()), json.decode(bytes, CommandQueue.class));
      case ALARM -> into.restore(json.decode(bytes, Alarm.class));
      case NOTIFICATION -> into.restore(json.decode(bytes, PendingNotification.class));
      case SWAP -> into.restore(json.decode(bytes, Swap.class));
    }
  }
}
