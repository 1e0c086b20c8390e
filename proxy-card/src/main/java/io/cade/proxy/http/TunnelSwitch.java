package io.cade.proxy.http;

import io.cade.proxy.message.RequestEncoder;
import io.cade.proxy.message.ResponseDecoder;
import io.cade.proxy.message.ResponseEncoder;
import io.cade.proxy.pool.BackendConnection;
import io.cade.proxy.relay.Tunnel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;

/**
 * Turns two HTTP connections into a tunnel after the answer 101 (RFC 9110 §7.8): bytes that either
 * side has already sent in the new protocol lie undecoded in the codecs and must come out first, in
 * order.
 */
final class TunnelSwitch {
  private TunnelSwitch() {}

  /** Joins them; the answer 101 has been written to the visitor, not necessarily flushed. */
  static void join(VisitorHandler visitor, BackendConnection backend, ProxyServices services) {
    Channel visitorChannel = visitor.channel();
    Channel backendChannel = backend.channel();
    visitor.flush();
    backend.detach();
    Tunnel.join(
        visitorChannel, backendChannel, services.limits().tunnelIdleTimeout(), services.nanoTime());
    // The tunnel's handlers are last; with nothing else between, a codec that is removed passes
    // what it has gathered on to them, and so to the other channel: whose encoder must be gone by
    // then. Hence this order.
    visitor.leave();
    visitorChannel.pipeline().remove(ResponseEncoder.class);
    ChannelPipeline pipeline = backendChannel.pipeline();
    pipeline.remove(backend);
    pipeline.remove(RequestEncoder.class);
    pipeline.remove(ResponseDecoder.class);
    pipeline.remove(BackendConnection.Tap.class);
    visitorChannel.pipeline().remove(RequestDecoder.class);
  }
}
