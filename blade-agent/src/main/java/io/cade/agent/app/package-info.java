/** The agent as a daemon of a real card: configuration file, hardware found, wiring by hand. */
@NullMarked
package io.cade.agent.app;

import org.jspecify.annotations.NullMarked;
