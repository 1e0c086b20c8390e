/**
 * Update bundles (SPEC U1): one signed file with what is new, for whom it is, what it may follow
 * on, and the steps up and down. Made reproducibly, checked as a whole before any of it is used.
 */
@NullMarked
package io.cade.image.bundle;

import org.jspecify.annotations.NullMarked;
