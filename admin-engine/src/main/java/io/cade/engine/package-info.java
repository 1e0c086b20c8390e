@NullMarked
package io.cade.engine;

import org.jspecify.annotations.NullMarked;
