/**
 * What the engine does of its own accord: follows the cards' lives, provisions services phase by
 * phase, raises and clears alarms. Pure: state and observations in, changes and orders out; the
 * runner around it commits the changes and carries out the orders (SPEC A4, C2, C3, S3).
 *
 * <p>Rules compare what is with what ought to be and emit the difference, so that a pass repeated
 * after a crash goes on where the durable state stands and a pass without need emits nothing.
 */
@NullMarked
package io.cade.engine.conduct;

import org.jspecify.annotations.NullMarked;
