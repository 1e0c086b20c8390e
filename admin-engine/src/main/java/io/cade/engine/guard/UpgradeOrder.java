package io.cade.engine.guard;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What the engine hands over to its guard: another release, unpacked already, and what it must come
 * up to.
 *
 * @param version of the release, and name of its folder
 * @param from version that gives the order
 * @param by operator
 * @param healthyWithin how long it may take until all is well; 1 s to 1 h
 * @param gate how long it must stay well then; 1 s to 1 h
 * @param cards cards that must be heard again
 * @param proxies proxies that must use the newest routes
 */
public record UpgradeOrder(
    String version,
    String from,
    String by,
    Instant at,
    Duration healthyWithin,
    Duration gate,
    int cards,
    int proxies) {

  void put(Map<String, String> values) {
    values.put("order.version", version);
    values.put("order.from", from);
    values.put("order.by", by);
    values.put("order.at", String.valueOf(at.toEpochMilli()));
    values.put("order.healthyWithin", String.valueOf(healthyWithin.toMillis()));
    values.put("order.gate", String.valueOf(gate.toMillis()));
    values.put("order.cards", String.valueOf(cards));
    values.put("order.proxies", String.valueOf(proxies));
  }

  static UpgradeOrder of(Texts t) throws IOException {
    return new UpgradeOrder(
        t.text("order.version"),
        t.text("order.from"),
        t.text("order.by"),
        Instant.ofEpochMilli(t.number("order.at")),
        Duration.ofMillis(t.number("order.healthyWithin")),
        Duration.ofMillis(t.number("order.gate")),
        (int) t.number("order.cards"),
        (int) t.number("order.proxies"));
  }
}
