/**
 * DHCP messages as values, and their form on the wire (RFC 951, 2131, 2132, 3046, 3396). Bad input
 * is a value, never an exception.
 */
@NullMarked
package io.cade.engine.dhcp.wire;

import org.jspecify.annotations.NullMarked;
