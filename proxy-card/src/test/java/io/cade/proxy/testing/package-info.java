/** Peers and helpers of the tests. */
@NullMarked
package io.cade.proxy.testing;

import org.jspecify.annotations.NullMarked;
