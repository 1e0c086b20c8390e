/**
 * Machines of one's own for tests with real programs: network namespaces with Ethernet pairs,
 * bridges and VLANs between them, as root on Linux.
 */
@NullMarked
package io.cade.sim.net;

import org.jspecify.annotations.NullMarked;
