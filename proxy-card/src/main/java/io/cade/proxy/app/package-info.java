/** The daemon: configuration, start, drain and stop. */
@NullMarked
package io.cade.proxy.app;

import org.jspecify.annotations.NullMarked;
