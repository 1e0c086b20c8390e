/**
 * What the engine knows for good: the immutable {@link io.cade.engine.model.Cabinet}, and the
 * sealed {@link io.cade.engine.model.Change} records that are the only way to alter it (DESIGN §3).
 * Values read every second (sensors, last reports) are not here: losing them in a crash loses
 * nothing.
 */
@NullMarked
package io.cade.engine.model;

import org.jspecify.annotations.NullMarked;
