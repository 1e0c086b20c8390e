/** Rules of the architecture, checked on the compiled classes. */
@NullMarked
package io.cade.sim.rules;

import org.jspecify.annotations.NullMarked;
