/** A simulated cabinet: slots with cards that boot as real ones do and run the real agent. */
@NullMarked
package io.cade.sim.cabinet;

import org.jspecify.annotations.NullMarked;
