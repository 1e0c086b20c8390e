@NullMarked
package io.cade.engine.collect;

import org.jspecify.annotations.NullMarked;
