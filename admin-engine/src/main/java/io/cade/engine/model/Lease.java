package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import java.time.Instant;

/**
 * An address granted to the card in a slot (RFC 2131).
 *
 * @param address IPv4 address in dotted form
 */
public record Lease(
    CardPosition position, MacAddress mac, String address, Instant grantedAt, Instant expiresAt) {}
