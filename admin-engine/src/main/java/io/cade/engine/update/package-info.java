/**
 * Updates on their way to the module (SPEC U1, U2): bundles that were handed over or fetched from a
 * repository, each checked before it is kept; and what operators may do with them. Carrying an
 * image to the cards is the conductor's.
 */
@NullMarked
package io.cade.engine.update;

import org.jspecify.annotations.NullMarked;
