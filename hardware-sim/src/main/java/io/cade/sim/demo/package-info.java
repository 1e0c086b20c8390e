/** The demonstration: a whole cabinet on one machine, each role a process of its own. */
@NullMarked
package io.cade.sim.demo;

import org.jspecify.annotations.NullMarked;
