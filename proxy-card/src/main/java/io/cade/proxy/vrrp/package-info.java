/**
 * The virtual address that balancers share, by VRRP version 3 for IPv4 (RFC 9568; SPEC P5). A
 * packet passes {@link io.cade.proxy.vrrp.VrrpReader} and {@link io.cade.proxy.vrrp.VrrpMachine},
 * which decides; {@link io.cade.proxy.vrrp.VirtualAddress} does what was decided, through a {@link
 * io.cade.proxy.vrrp.VrrpLink} to the network.
 */
@NullMarked
package io.cade.proxy.vrrp;

import org.jspecify.annotations.NullMarked;
