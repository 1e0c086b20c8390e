/**
 * The hub of a chassis: the wires of its cards end there, and it relays what they ask (RFC 3046).
 */
@NullMarked
package io.cade.sim.hub;

import org.jspecify.annotations.NullMarked;
