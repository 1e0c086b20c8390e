/** Bytes between two connections, with back-pressure and half-close. */
@NullMarked
package io.cade.proxy.relay;

import org.jspecify.annotations.NullMarked;
