@NullMarked
package io.cade.image.blade;

import org.jspecify.annotations.NullMarked;
