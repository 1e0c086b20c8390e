/**
 * The module's own certificate authority, the certificates it issues, the key that signs packages,
 * and the one-time secrets by which a card earns its first certificate (DESIGN §7).
 */
@NullMarked
package io.cade.engine.pki;

import org.jspecify.annotations.NullMarked;
