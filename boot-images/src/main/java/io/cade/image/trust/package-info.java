/**
 * Which updates a module may believe in (SPEC U2): signed metadata after The Update Framework (TUF
 * specification 1.0), with roles for root, targets, snapshot and timestamp, thresholds, versions
 * that only ascend, and times at which all of it ends. The checks are pure; around them are a
 * repository's folder, which any web server can serve, and the module's memory of what it saw.
 */
@NullMarked
package io.cade.image.trust;

import org.jspecify.annotations.NullMarked;
