/** The durable, ordered log of changes: the truth from which model and store can be made again. */
@NullMarked
package io.cade.engine.log;

import org.jspecify.annotations.NullMarked;
