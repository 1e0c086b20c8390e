@NullMarked
package io.cade.image.slot;

import org.jspecify.annotations.NullMarked;
