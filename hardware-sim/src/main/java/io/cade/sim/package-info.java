@NullMarked
package io.cade.sim;

import org.jspecify.annotations.NullMarked;
