@NullMarked
package io.cade.image.bundle;

import org.jspecify.annotations.NullMarked;
