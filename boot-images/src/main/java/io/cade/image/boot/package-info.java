/**
 * Boot images of cards: a package of kind {@code boot-image} with a description of its parts and
 * the certificate of its signer, checked through the module's authority (SPEC B5).
 */
@NullMarked
package io.cade.image.boot;

import org.jspecify.annotations.NullMarked;
