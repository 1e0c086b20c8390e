/**
 * What a card keeps of its agent's and its services' words: bounded files that survive a restart,
 * numbered lines, so that the engine can take what it does not have yet.
 */
@NullMarked
package io.cade.agent.logs;

import org.jspecify.annotations.NullMarked;
