/**
 * Where the cards' agents and the proxies meet the engine (SPEC A3, R3, R4): {@link
 * io.cade.engine.gateway.AgentGateway} is what can be said, free of any transport; {@link
 * io.cade.engine.gateway.EngineGateway} answers it from the model; {@link
 * io.cade.engine.gateway.GatewayServer} speaks it as HTTP/1.1 over TLS 1.3 with both sides
 * authenticated.
 */
@NullMarked
package io.cade.engine.gateway;

import org.jspecify.annotations.NullMarked;
