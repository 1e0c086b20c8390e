package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import java.time.Instant;

/**
 * Another card was put into a slot (SPEC C2).
 *
 * @param sequence ascending over all swaps of the module, never used again
 */
public record Swap(
    long sequence, CardPosition position, Instant at, MacAddress oldMac, MacAddress newMac) {}
