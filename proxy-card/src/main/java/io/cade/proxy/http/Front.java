package io.cade.proxy.http;

import io.cade.proxy.pool.BackendConnection;
import io.cade.proxy.pool.BackendPool;
import io.cade.proxy.relay.Deadline;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpObject;

/**
 * The visitor's side of one exchange, whatever protocol he speaks: a connection of HTTP/1.1, or one
 * stream of HTTP/2. There is one way through behind it. All calls come on its event loop.
 */
interface Front {
  /** Connections to cards of this event loop. */
  BackendPool pool();

  /** Names for requests. */
  RequestIds requestIds();

  /** The time limit that runs; it ends the exchange, or the wait for one. */
  Deadline deadline();

  /** Runs a task on the event loop that owns all of this; callable from any thread. */
  void execute(Runnable task);

  /** Whether the visitor's connection shall not be used for further requests. */
  boolean isDraining();

  /** Whether more of the response can be taken without gathering it here. */
  boolean isWritable();

  /** Whether more of the request is wanted; where not, the visitor has to wait. */
  void read(boolean wanted);

  /** A card takes the body of the request now. */
  void releaseBody();

  /** It does not any more: what follows has to wait for another one. */
  void holdBody();

  /** The next head written begins the final response. */
  void beginResponse(boolean toHead);

  /** A part of a response, in the terms of HTTP/1.1; taken over. */
  void write(HttpObject part);

  void flush();

  /**
   * The last part of the response has been written.
   *
   * @param keepAlive whether the visitor's connection can be used further, where the response's end
   *     is the matter of the connection
   */
  void exchangeEnded(boolean keepAlive);

  /** Answers instead of a card, and ends the exchange. */
  void respond(FullHttpResponse page, boolean toHead, boolean keepAlive);

  /** The answer cannot be finished: the visitor must not take it for whole. */
  void abort();

  /** Both sides have agreed on another protocol: bytes go to and fro from now on. */
  void tunnel(BackendConnection backend);
}
