/** Phase five of provisioning: what the proxies are told, derived from the model (SPEC A4, P6). */
@NullMarked
package io.cade.engine.route;

import org.jspecify.annotations.NullMarked;
