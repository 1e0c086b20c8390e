/**
 * The whole product, driven as its users drive it: through the launcher, by real clients, over real
 * sockets. Runs when the distribution is assembled.
 */
@NullMarked
package io.cade.sim.system;

import org.jspecify.annotations.NullMarked;
