/**
 * What cards have told beyond their reports: their logs and inventories, kept in bounded files so
 * that they can be read when the card itself cannot (SPEC A1, A9).
 */
@NullMarked
package io.cade.engine.collect;

import org.jspecify.annotations.NullMarked;
