/** Certificates ordered from a real certificate authority, Let's Encrypt's test server. */
@NullMarked
package io.cade.sim.acme;

import org.jspecify.annotations.NullMarked;
