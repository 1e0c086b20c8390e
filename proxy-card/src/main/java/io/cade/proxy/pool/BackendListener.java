package io.cade.proxy.pool;

import io.netty.handler.codec.http.HttpObject;
import org.jspecify.annotations.Nullable;

/**
 * Whom a connection to a back end serves for the time of one exchange. All calls come on the event
 * loop of the connection.
 */
public interface BackendListener {
  /** A connection asked for with {@link BackendPool#connect} is there and belongs to the caller. */
  void connected(BackendConnection connection);

  /** It could not be made. */
  void connectFailed(Throwable cause);

  /** A part of the response; the listener must release it. */
  void received(HttpObject part);

  /** No more parts for now: a good moment to flush. */
  void receivedAllForNow();

  /** Whether more of the request can be written has changed. */
  void writabilityChanged();

  /**
   * The connection is gone.
   *
   * @param cause the error that ended it; null for an orderly end
   */
  void closed(@Nullable Throwable cause);
}
