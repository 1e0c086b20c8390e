/**
 * What a card may fetch when it boots (SPEC B3): one virtual tree for each card, found by the
 * address that the engine leased to it, filled by plug-ins. Served by {@code tftp} and {@code
 * boothttp}.
 */
@NullMarked
package io.cade.engine.boottree;

import org.jspecify.annotations.NullMarked;
