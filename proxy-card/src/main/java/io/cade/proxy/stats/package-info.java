/** What crossed the proxy, by site and card (SPEC P7). */
@NullMarked
package io.cade.proxy.stats;

import org.jspecify.annotations.NullMarked;
