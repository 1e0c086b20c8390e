/**
 * What the engine hears and may forget: last reports, sensor readings, back-end health. Kept in
 * memory only; after a restart it is heard again within one report interval.
 */
@NullMarked
package io.cade.engine.observe;

import org.jspecify.annotations.NullMarked;
