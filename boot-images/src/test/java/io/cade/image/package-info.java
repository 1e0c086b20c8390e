@NullMarked
package io.cade.image;

import org.jspecify.annotations.NullMarked;
