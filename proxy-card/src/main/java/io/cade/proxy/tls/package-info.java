/** Certificates of the sites, chosen by server name (SPEC P2). */
@NullMarked
package io.cade.proxy.tls;

import org.jspecify.annotations.NullMarked;
