/** The agent's own log lines, for the error output. */
@NullMarked
package io.cade.agent.log;

import org.jspecify.annotations.NullMarked;
