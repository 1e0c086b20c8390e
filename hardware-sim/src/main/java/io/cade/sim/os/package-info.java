/**
 * The operating system of a simulated card: files, packages, units, accounts, kernel parameters,
 * addresses, routes and a packet filter, in the card's own directory.
 */
@NullMarked
package io.cade.sim.os;

import org.jspecify.annotations.NullMarked;
