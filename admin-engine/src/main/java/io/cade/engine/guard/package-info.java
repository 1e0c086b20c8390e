/**
 * The guard of the engine (SPEC U3): a small process that runs the engine as its child, brings a
 * new release on trial, judges it from outside, and takes it back when it is not well. It knows of
 * the rest of the engine nothing but files and a port; what both sides write for each other is
 * here.
 */
@NullMarked
package io.cade.engine.guard;

import org.jspecify.annotations.NullMarked;
