/** The database behind the log: for fast starts, for queries, for history (SPEC A1). */
@NullMarked
package io.cade.engine.store;

import org.jspecify.annotations.NullMarked;
