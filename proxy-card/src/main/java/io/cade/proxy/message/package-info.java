/** HTTP/1.1 messages on the relay path: heads as flat bytes, bodies as slices (RFC 9112). */
@NullMarked
package io.cade.proxy.message;

import org.jspecify.annotations.NullMarked;
