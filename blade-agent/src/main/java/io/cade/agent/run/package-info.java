/**
 * The agent at work: one owner loop per agent steps {@link io.cade.agent.core.AgentCore} and
 * carries out its effects with sockets, files and processes.
 */
@NullMarked
package io.cade.agent.run;

import org.jspecify.annotations.NullMarked;
