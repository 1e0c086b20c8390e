/**
 * What the proxies of line-oriented protocols share: lines, the switch to TLS, logins (SPEC P4).
 */
@NullMarked
package io.cade.proxy.line;

import org.jspecify.annotations.NullMarked;
