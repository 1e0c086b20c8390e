/**
 * Certificates of proxies and balancers, with real ones between real visitors and a real gateway.
 */
@NullMarked
package io.cade.sim.trust;

import org.jspecify.annotations.NullMarked;
