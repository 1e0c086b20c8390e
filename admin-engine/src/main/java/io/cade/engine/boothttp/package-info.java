/** The boot trees over HTTP/1.1, for images in bulk and for loaders that speak HTTP (SPEC B3). */
@NullMarked
package io.cade.engine.boothttp;

import org.jspecify.annotations.NullMarked;
