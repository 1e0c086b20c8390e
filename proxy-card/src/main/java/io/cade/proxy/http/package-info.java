/** HTTP/1.1 from visitor to card: guard, route, pick, relay, account (SPEC P1). */
@NullMarked
package io.cade.proxy.http;

import org.jspecify.annotations.NullMarked;
