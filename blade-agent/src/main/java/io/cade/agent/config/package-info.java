/**
 * Configuration files of the daemons: YAML, typed, every problem reported at once, unknown keys
 * refused.
 */
@NullMarked
package io.cade.agent.config;

import org.jspecify.annotations.NullMarked;
