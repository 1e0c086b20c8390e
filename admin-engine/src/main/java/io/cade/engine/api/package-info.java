/**
 * The operators' REST interface and console over HTTPS (SPEC A2): a thin layer over {@link
 * io.cade.engine.operate} that authenticates, translates and answers. Problems are RFC 9457 JSON.
 */
@NullMarked
package io.cade.engine.api;

import org.jspecify.annotations.NullMarked;
