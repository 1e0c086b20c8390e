/**
 * What the engine's two HTTPS servers, the agents' gateway and the operators' API, have in common:
 * one Vert.x instance, TLS from the module's authority, bounded connections and bodies.
 */
@NullMarked
package io.cade.engine.web;

import org.jspecify.annotations.NullMarked;
