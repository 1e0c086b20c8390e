/**
 * What the operator wants of the DHCP server, as values: subnets and pools, what clients are told,
 * boot files, who is known, and what becomes of those who are not. Nothing here decides.
 */
@NullMarked
package io.cade.engine.dhcp.policy;

import org.jspecify.annotations.NullMarked;
