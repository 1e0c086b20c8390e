package io.cade.sim.firmware;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import java.net.InetAddress;
import java.time.Duration;

/**
 * What a card knows when its boot ROM has done its work.
 *
 * @param address leased to the card
 * @param bootFile name of the file fetched, usually {@code agent.json}
 * @param configuration its content: a {@code CardBootConfig} as JSON; nobody may change it
 * @param took since power-on
 */
@SuppressWarnings("ArrayRecordComponent")
public record BootResult(
    CardPosition position,
    MacAddress mac,
    InetAddress address,
    String bootFile,
    byte[] configuration,
    Duration took) {}
