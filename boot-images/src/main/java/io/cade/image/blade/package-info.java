/**
 * Builds the image that a server card boots (SPEC B1, B5): kernel, initial file system with a small
 * shell, a Java runtime and the agent. The same inputs give the same bytes.
 */
@NullMarked
package io.cade.image.blade;

import org.jspecify.annotations.NullMarked;
