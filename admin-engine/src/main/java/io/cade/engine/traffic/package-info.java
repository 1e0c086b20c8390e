/**
 * What visitors use, as the proxies tell it: by time frame, and added up for good (SPEC P7, A8).
 */
@NullMarked
package io.cade.engine.traffic;

import org.jspecify.annotations.NullMarked;
