/** Kept-alive connections to back ends, one pool an event loop (SPEC P3). */
@NullMarked
package io.cade.proxy.pool;

import org.jspecify.annotations.NullMarked;
