/** Real requests that the engine aims at cards through the proxies (SPEC U1, U2). */
@NullMarked
package io.cade.engine.probe;

import org.jspecify.annotations.NullMarked;
