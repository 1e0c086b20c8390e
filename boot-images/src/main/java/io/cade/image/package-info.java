/**
 * The format in which content and images travel to cards: a canonical archive with a signed
 * manifest, its builder and its reader (SPEC B5, R4).
 */
@NullMarked
package io.cade.image;

import org.jspecify.annotations.NullMarked;
