@NullMarked
package io.cade.proxy;

import org.jspecify.annotations.NullMarked;
