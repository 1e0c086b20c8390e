/** Puts the engine together by hand: configuration, order of start and stop, the daemon. */
@NullMarked
package io.cade.engine.app;

import org.jspecify.annotations.NullMarked;
