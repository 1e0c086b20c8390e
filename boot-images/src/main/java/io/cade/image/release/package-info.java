/**
 * A release of the engine as one signed file (SPEC U3): the launcher and the jars of one version.
 */
@NullMarked
package io.cade.image.release;

import org.jspecify.annotations.NullMarked;
