@NullMarked
package io.cade.image.trust;

import org.jspecify.annotations.NullMarked;
