/**
 * The agent's way to the engine: one authenticated channel and what can be said over it (SPEC A3).
 */
@NullMarked
package io.cade.agent.gateway;

import org.jspecify.annotations.NullMarked;
