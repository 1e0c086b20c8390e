package io.cade.agent.core;

import java.time.Duration;

/**
 * How the card stands towards its engine.
 *
 * @param certificate whether it holds a usable certificate
 * @param secret whether its boot configuration brings an enrolment secret
 * @param reportInterval time between reports
 */
public record Standing(boolean certificate, boolean secret, Duration reportInterval) {}
