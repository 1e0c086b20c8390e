@NullMarked
package io.cade.mib;

import org.jspecify.annotations.NullMarked;
