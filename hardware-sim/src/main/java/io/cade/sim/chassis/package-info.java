/**
 * A small physical model of a chassis: heat, air, fans, presence. It has no clock; whoever owns it
 * steps it, and what it computes shows on the management buses only through the registers of the
 * chip models.
 */
@NullMarked
package io.cade.sim.chassis;

import org.jspecify.annotations.NullMarked;
