package io.cade.proxy.http;

import io.cade.proxy.stats.ProxyStatistics;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameLogger;
import io.netty.handler.logging.LogLevel;

/**
 * Counts what the codec refuses by itself, by the error that it tells the visitor. Netty lets
 * nothing else see all resets. Thread-safe.
 */
final class Http2FaultCounter extends Http2FrameLogger {
  private final ProxyStatistics statistics;

  Http2FaultCounter(ProxyStatistics statistics) {
    super(LogLevel.TRACE, Http2FaultCounter.class);
    this.statistics = statistics;
  }

  @Override
  public boolean isEnabled() {
    return false; // counts, and writes nothing
  }

  @Override
  public void logRstStream(
      Direction direction, ChannelHandlerContext ctx, int streamId, long errorCode) {
    count(direction, errorCode);
  }

  @Override
  public void logGoAway(
      Direction direction,
      ChannelHandlerContext ctx,
      int lastStreamId,
      long errorCode,
      ByteBuf debugData) {
    count(direction, errorCode);
  }

  private void count(Direction direction, long errorCode) {
    Http2Error error = Http2Error.valueOf(errorCode);
    if (direction == Direction.OUTBOUND
        && error != null
        && error != Http2Error.NO_ERROR
        && error != Http2Error.CANCEL
        && error != Http2Error.INTERNAL_ERROR) {
      statistics.refused("HTTP2_" + error.name());
    }
  }
}
