/**
 * What travels between the engine, the cards' agents and the proxies: records only, no behaviour
 * beyond validation. JSON over a mutually authenticated channel; {@link
 * io.cade.agent.wire.WireJson} is the one codec. A record refuses values outside its limits in its
 * constructor, so that a decoded message is a valid one (SPEC A3, R3).
 */
@NullMarked
package io.cade.agent.wire;

import org.jspecify.annotations.NullMarked;
