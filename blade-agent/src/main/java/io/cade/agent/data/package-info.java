/**
 * The data that a service keeps on a card, and how they get from the form that one version
 * understands to that of another and back (SPEC U1): by the programs of update bundles, with a
 * journal, so that a power cut at any point leads to the one or the other.
 */
@NullMarked
package io.cade.agent.data;

import org.jspecify.annotations.NullMarked;
