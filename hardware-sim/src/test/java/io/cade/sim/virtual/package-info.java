/**
 * The whole module in virtual time (DESIGN §3): the real engine, hubs, boot ROMs and agents, with a
 * network, disk, power and technician that misbehave as one seed says. One thread, one queue of
 * events; the rules that must always hold are checked after every event.
 */
@NullMarked
package io.cade.sim.virtual;

import org.jspecify.annotations.NullMarked;
