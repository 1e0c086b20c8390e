/** Measurements of the whole module, each figure on a line of its own that a script can read. */
@NullMarked
package io.cade.sim.bench;

import org.jspecify.annotations.NullMarked;
