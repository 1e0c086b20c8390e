/**
 * Who asks, from where, and what they are to get: facts and the pure decision on them (RFC 2131
 * §4.3, SPEC B2, C2). Nothing here sends, waits or changes anything.
 */
@NullMarked
package io.cade.engine.dhcp.decide;

import org.jspecify.annotations.NullMarked;
