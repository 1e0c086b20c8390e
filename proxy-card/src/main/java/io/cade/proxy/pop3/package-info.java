/** The POP3 proxy: a login names the service, then bytes are relayed (SPEC P4). */
@NullMarked
package io.cade.proxy.pop3;

import org.jspecify.annotations.NullMarked;
