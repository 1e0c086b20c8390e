/**
 * What an agent decides, as a stepped state machine without clock, threads or sockets: events in,
 * effects out (DESIGN §3). The adapter in {@code io.cade.agent.run} carries the effects out; a
 * simulation in virtual time does the same with effects of its own.
 */
@NullMarked
package io.cade.agent.core;

import org.jspecify.annotations.NullMarked;
