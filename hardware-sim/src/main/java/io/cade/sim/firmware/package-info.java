/**
 * What the boot ROM of a card does (SPEC B1): asks for an address by DHCP, fetches its
 * configuration by TFTP, keeps its lease. Stepped cores that know no socket and no clock, and the
 * card that joins them to a loop.
 */
@NullMarked
package io.cade.sim.firmware;

import org.jspecify.annotations.NullMarked;
