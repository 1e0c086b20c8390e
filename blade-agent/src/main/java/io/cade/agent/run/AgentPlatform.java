package io.cade.agent.run;

import io.cade.agent.core.AgentTimings;
import io.cade.agent.gateway.EngineChannels;
import java.security.SecureRandom;
import java.time.InstantSource;

/**
 * What the agents of one process share.
 *
 * @param random for keys, boot ids and jitter
 */
public record AgentPlatform(
    EngineChannels channels,
    ServiceProcesses processes,
    InstantSource clock,
    SecureRandom random,
    AgentTimings timings) {}
