/**
 * The one way in which the engine's state changes (DESIGN §3): a transaction decides on the newest
 * state, its changes go to the durable log with one sync a batch, then they are visible and the
 * submitter is told. Everything that must not be lost passes here.
 */
@NullMarked
package io.cade.engine.change;

import org.jspecify.annotations.NullMarked;
