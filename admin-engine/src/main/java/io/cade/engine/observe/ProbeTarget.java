package io.cade.engine.observe;

import io.cade.agent.wire.CardPosition;

/**
 * What aimed requests are about: a page of a service on a card, through a proxy.
 *
 * @param path what is asked for (origin form, RFC 9112 §3.2.1)
 */
public record ProbeTarget(CardPosition proxy, String service, CardPosition card, String path) {}
