@NullMarked
package io.cade.engine.guard;

import org.jspecify.annotations.NullMarked;
