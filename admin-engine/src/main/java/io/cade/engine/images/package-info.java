/**
 * Boot images of the cabinet (SPEC B5): imported, checked through the module's authority, kept
 * unpacked, handed to the boot trees part by part.
 */
@NullMarked
package io.cade.engine.images;

import org.jspecify.annotations.NullMarked;
