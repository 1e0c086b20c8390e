/**
 * A card's system as models describe it (SPEC R1, R2, R5, R7, A6): how things of it are read and
 * changed, as a seam; changing many of them all or nothing; taking back what was not confirmed; and
 * looking for what is no longer as the model says.
 */
@NullMarked
package io.cade.agent.device;

import org.jspecify.annotations.NullMarked;
