package io.cade.proxy.http;

import io.cade.proxy.pool.BackendConnection;
import io.cade.proxy.pool.BackendPool;
import io.cade.proxy.relay.Deadline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a visitor's connection of HTTP/2: one request and its response (RFC 9113 §8.1),
 * carried by the same {@link Exchange} as any other. The last handler of the stream's channel;
 * owned by the event loop of the connection.
 *
 * <p>A visitor may send no more than the stream's window until a card takes the body: the window is
 * opened again only for what has gone on its way. So what waits here is bounded by the window.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class Http2Stream extends ChannelInboundHandlerAdapter implements Front {
  private final ProxyServices services;
  private final LoopResources loop;
  private final Http2Visitor connection;
  private final ArrayDeque<HttpContent> waiting = new ArrayDeque<>(0);
  private @Nullable ChannelHandlerContext context;
  private @Nullable Deadline deadline;
  private @Nullable Exchange exchange;
  private @Nullable Http2Headers pendingHead;
  private boolean begun;
  private boolean held;
  private boolean wanted;
  private boolean requestComplete;
  private boolean toHead;
  private boolean inInterim;
  private boolean ended;
  private int credit;

  Http2Stream(ProxyServices services, LoopResources loop, Http2Visitor connection) {
    this.services = services;
    this.loop = loop;
    this.connection = connection;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    deadline = new Deadline(ctx.executor(), services.nanoTime(), this::expired);
    connection.streamOpened();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    deadline().close();
    gone();
    connection.streamClosed();
  }

  private void gone() {
    Exchange running = exchange;
    exchange = null;
    ended = true;
    pendingHead = null;
    dropWaiting();
    if (running != null) {
      running.visitorGone();
    }
  }

  private void dropWaiting() {
    for (HttpContent each = waiting.poll(); each != null; each = waiting.poll()) {
      each.release();
    }
  }

  // ---- what comes from the visitor

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    switch (msg) {
      case Http2HeadersFrame block when !begun -> begin(block);
      case Http2HeadersFrame block -> trailers(block);
      case Http2DataFrame data -> data(data);
      default -> ReferenceCountUtil.release(msg);
    }
  }

  private void begin(Http2HeadersFrame block) {
    begun = true;
    requestComplete = block.isEndStream();
    held = !requestComplete;
    Http2Guard guard = new Http2Guard(services.limits());
    switch (guard.inspect(block.headers(), block.isEndStream())) {
      case FramingFault fault -> refuse(fault);
      case HeadFacts facts -> {
        deadline().in(services.limits().responseTimeout());
        Exchange next =
            Entrance.admit(services, this, connection.visitor(), guard.request(), facts, true);
        if (next != null) {
          exchange = next;
          next.start();
          if (requestComplete) {
            Exchange running = exchange;
            if (running != null) {
              running.requestPart(LastHttpContent.EMPTY_LAST_CONTENT);
            }
          }
        }
      }
    }
  }

  private void data(Http2DataFrame data) {
    requestComplete |= data.isEndStream();
    credit += data.initialFlowControlledBytes();
    ByteBuf content = data.content();
    part(
        data.isEndStream() ? new DefaultLastHttpContent(content) : new DefaultHttpContent(content));
  }

  private void trailers(Http2HeadersFrame block) {
    DefaultLastHttpContent last = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
    FramingFault fault =
        block.isEndStream()
            ? Http2Guard.trailers(block.headers(), last.trailingHeaders())
            : FramingFault.BODY; // RFC 9113 §8.1: only the end of the stream may follow
    if (fault != null) {
      refuse(fault);
      return;
    }
    requestComplete = true;
    part(last);
  }

  private void part(HttpContent part) {
    Exchange running = exchange;
    if (running == null) {
      part.release(); // answered early, and the visitor has been told to stop
    } else if (held) {
      waiting.add(part);
    } else {
      running.requestPart(part);
      giveCredit();
    }
  }

  /** Lets the visitor send as much more as has gone on. */
  private void giveCredit() {
    if (wanted && !held && credit > 0) {
      ChannelHandlerContext ctx = context();
      ctx.writeAndFlush(new DefaultHttp2WindowUpdateFrame(credit), ctx.voidPromise());
      credit = 0;
    }
  }

  private void refuse(FramingFault fault) {
    services.statistics().refused(fault.name());
    Exchange running = exchange;
    boolean answered = running != null && running.hasAnswered();
    exchange = null;
    dropWaiting();
    if (running != null) {
      running.visitorGone();
    }
    if (answered || Http2Guard.isMalformed(fault)) {
      reset(Http2Error.PROTOCOL_ERROR);
    } else {
      respond(ErrorPage.of(fault), false, false);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    Exchange running = exchange;
    if (running != null) {
      running.flushRequest();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    Exchange running = exchange;
    if (running != null && ctx.channel().isWritable()) {
      running.visitorWritable();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof Http2ResetFrame) {
      gone(); // the card need not work on
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    gone(); // a fault of the visitor that the codec has found; it resets the stream
  }

  private void expired() {
    Exchange running = exchange;
    if (running != null) {
      running.expired();
    } else {
      reset(Http2Error.CANCEL); // the answer is there, but the visitor does not read it
    }
  }

  // ---- what the exchange may use

  @Override
  public BackendPool pool() {
    return loop.pool();
  }

  @Override
  public RequestIds requestIds() {
    return loop.requestIds();
  }

  @Override
  public void execute(Runnable task) {
    context().channel().eventLoop().execute(task);
  }

  @Override
  public Deadline deadline() {
    Deadline present = deadline;
    if (present == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return present;
  }

  @Override
  public boolean isDraining() {
    return connection.isDraining();
  }

  @Override
  public boolean isWritable() {
    return context().channel().isWritable();
  }

  @Override
  public void read(boolean more) {
    wanted = more;
    giveCredit();
  }

  @Override
  public void releaseBody() {
    held = false;
    for (HttpContent each = waiting.poll(); each != null; each = waiting.poll()) {
      Exchange running = exchange;
      if (running == null) {
        each.release();
      } else {
        running.requestPart(each);
      }
    }
    giveCredit();
  }

  @Override
  public void holdBody() {
    held = true;
  }

  @Override
  public void beginResponse(boolean answersHead) {
    toHead = answersHead;
  }

  @Override
  public void write(HttpObject part) {
    if (ended) {
      ReferenceCountUtil.release(part);
      return;
    }
    switch (part) {
      case FullHttpResponse whole -> {
        pendingHead = Http2Messages.head(whole);
        content(whole.content(), true);
      }
      case HttpResponse head -> head(head);
      case LastHttpContent last when inInterim -> {
        inInterim = false;
        last.release();
      }
      case LastHttpContent last -> last(last);
      case HttpContent content -> content(content.content(), false);
      default -> ReferenceCountUtil.release(part);
    }
  }

  private void head(HttpResponse head) {
    Http2Headers headers = Http2Messages.head(head);
    if (head.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
      inInterim = true;
      send(new DefaultHttp2HeadersFrame(headers, false));
    } else {
      pendingHead = headers; // often the end of the stream is known with the very next part
    }
  }

  private void last(LastHttpContent last) {
    if (last.trailingHeaders().isEmpty() || toHead) {
      content(last.content(), true);
      return;
    }
    content(last.content(), false);
    Http2Headers trailers = Http2Messages.trailers(last.trailingHeaders());
    ended = true;
    send(new DefaultHttp2HeadersFrame(trailers, true));
  }

  private void content(ByteBuf content, boolean last) {
    boolean empty = toHead || !content.isReadable();
    sendHead(last && empty);
    if (empty) {
      content.release();
      if (!last || ended) {
        return;
      }
      content = Unpooled.EMPTY_BUFFER;
    }
    ended = last;
    send(new DefaultHttp2DataFrame(content, last));
  }

  private void sendHead(boolean last) {
    Http2Headers head = pendingHead;
    if (head != null) {
      pendingHead = null;
      ended = last;
      send(new DefaultHttp2HeadersFrame(head, last));
    }
  }

  private void send(Http2StreamFrame frame) {
    ChannelHandlerContext ctx = context();
    if (ended && !requestComplete) {
      // RFC 9113 §8.1: the answer is whole, the rest of the request is not wanted.
      ChannelFuture sent = ctx.write(frame);
      sent.addListener(done -> {
        if (done.isSuccess() && ctx.channel().isActive()) {
          reset(Http2Error.NO_ERROR);
        }
      });
    } else {
      ctx.write(frame, ctx.voidPromise());
    }
  }

  @Override
  public void flush() {
    sendHead(false);
    context().flush();
  }

  @Override
  public void exchangeEnded(boolean keepAlive) {
    exchange = null;
    dropWaiting();
    // He has to take what is written; the end of the stream closes the channel.
    deadline().in(services.limits().idleTimeout());
    context().flush();
  }

  @Override
  public void respond(FullHttpResponse page, boolean answersHead, boolean keepAlive) {
    beginResponse(answersHead);
    write(page);
    exchangeEnded(keepAlive);
  }

  @Override
  public void abort() {
    exchange = null;
    dropWaiting();
    reset(Http2Error.INTERNAL_ERROR);
  }

  /** Never comes about: a visitor of HTTP/2 cannot ask for it (RFC 9113 §8.6). */
  @Override
  public void tunnel(BackendConnection backend) {
    backend.abandon();
    abort();
  }

  private void reset(Http2Error error) {
    ended = true;
    pendingHead = null;
    ChannelHandlerContext ctx = context();
    if (ctx.channel().isActive()) {
      ctx.writeAndFlush(new DefaultHttp2ResetFrame(error));
    }
  }

  private ChannelHandlerContext context() {
    ChannelHandlerContext present = context;
    if (present == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return present;
  }
}
