package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import java.time.Instant;

/** Another card was put into a slot (SPEC C2). */
public record Swap(CardPosition position, Instant at, MacAddress oldMac, MacAddress newMac) {}
