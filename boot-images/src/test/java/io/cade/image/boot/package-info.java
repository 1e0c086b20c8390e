@NullMarked
package io.cade.image.boot;

import org.jspecify.annotations.NullMarked;
