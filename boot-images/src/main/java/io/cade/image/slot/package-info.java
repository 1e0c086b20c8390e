/**
 * Which of a card's two stored images is booted (SPEC B5): boot counter, mark-good, fallback and
 * protection against going back to an older image. A pure state machine and its durable file.
 */
@NullMarked
package io.cade.image.slot;

import org.jspecify.annotations.NullMarked;
