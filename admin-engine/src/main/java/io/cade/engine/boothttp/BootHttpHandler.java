package io.cade.engine.boothttp;

import io.cade.engine.boottree.BootFile;
import io.cade.engine.boottree.BootTree;
import io.cade.engine.boottree.Lookup;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpChunkedInput;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the requests of one connection, one after another: the next is read only when the last is
 * answered. Owned by the connection's event loop.
 */
// A write that fails closes the connection, which is all there is to do.
@SuppressWarnings("FutureReturnValueIgnored")
final class BootHttpHandler extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(BootHttpHandler.class);

  private final BootTree tree;
  private final Executor files;

  BootHttpHandler(BootTree tree, Executor files) {
    this.tree = tree;
    this.files = files;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    context.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (message instanceof HttpRequest request) {
        answer(context, request);
      } else if (message instanceof LastHttpContent last && !last.content().isReadable()) {
        // The end of a request that has been answered: on to the next one.
        context.read();
      } else {
        // Nobody who boots sends a body.
        context.close();
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void answer(ChannelHandlerContext context, HttpRequest request) {
    boolean hasBody =
        HttpUtil.isTransferEncodingChunked(request) || HttpUtil.getContentLength(request, 0L) > 0;
    if (request.decoderResult().isFailure() || hasBody) {
      status(context, request, HttpResponseStatus.BAD_REQUEST, false);
      return;
    }
    boolean head = request.method().equals(HttpMethod.HEAD);
    if (!head && !request.method().equals(HttpMethod.GET)) {
      status(context, request, HttpResponseStatus.METHOD_NOT_ALLOWED, false);
      return;
    }
    String uri = request.uri();
    int query = uri.indexOf('?');
    String path = query < 0 ? uri : uri.substring(0, query);
    if (!path.startsWith("/")) {
      status(context, request, HttpResponseStatus.BAD_REQUEST, false);
      return;
    }
    InetAddress source = ((InetSocketAddress) context.channel().remoteAddress()).getAddress();
    files.execute(() -> {
      Lookup lookup = tree.open(source, path.substring(1));
      context.executor().execute(() -> opened(context, request, head, lookup));
    });
  }

  private void opened(
      ChannelHandlerContext context, HttpRequest request, boolean head, Lookup lookup) {
    switch (lookup) {
      case Lookup.Found f -> {
        if (context.channel().isActive()) {
          send(context, request, head, f.file());
        } else {
          f.file().close();
        }
      }
      case Lookup.Refused r ->
          status(
              context,
              request,
              switch (r.why()) {
                case NOT_FOUND -> HttpResponseStatus.NOT_FOUND;
                case FAILED -> HttpResponseStatus.INTERNAL_SERVER_ERROR;
                case REFUSED_NAME, REFUSED_ABSOLUTE, REFUSED_TRAVERSAL ->
                    HttpResponseStatus.BAD_REQUEST;
                case OPENED,
                    UPLOAD_OPENED,
                    REFUSED_SOURCE,
                    REFUSED_UPLOAD_PATH,
                    REFUSED_UPLOAD_EXISTS,
                    REFUSED_UPLOAD_SPACE ->
                    HttpResponseStatus.FORBIDDEN;
              },
              true);
    }
  }

  private static void send(
      ChannelHandlerContext context, HttpRequest request, boolean head, BootFile file) {
    String tag = '"' + file.tag() + '"';
    String known = request.headers().get(HttpHeaderNames.IF_NONE_MATCH);
    if (known != null && (known.equals("*") || known.contains(tag))) {
      file.close();
      HttpResponse response = head(HttpResponseStatus.NOT_MODIFIED, tag);
      finish(context, request, writeEmpty(context, request, response, null), true);
      return;
    }
    ByteRange range = range(request, tag, file.size());
    switch (range) {
      case ByteRange.Unsatisfiable u -> {
        long size = file.size();
        file.close();
        HttpResponse response = head(HttpResponseStatus.REQUESTED_RANGE_NOT_SATISFIABLE, tag);
        response.headers().set(HttpHeaderNames.CONTENT_RANGE, "bytes */" + size);
        finish(context, request, writeEmpty(context, request, response, 0L), true);
      }
      case ByteRange.Whole w ->
          body(context, request, head, file, head(HttpResponseStatus.OK, tag), 0, file.size());
      case ByteRange.Part p -> {
        HttpResponse response = head(HttpResponseStatus.PARTIAL_CONTENT, tag);
        response
            .headers()
            .set(
                HttpHeaderNames.CONTENT_RANGE,
                "bytes " + p.first() + "-" + p.last() + "/" + file.size());
        body(context, request, head, file, response, p.first(), p.last() - p.first() + 1);
      }
    }
  }

  private static ByteRange range(HttpRequest request, String tag, long size) {
    String asked = request.headers().get(HttpHeaderNames.RANGE);
    String onlyIf = request.headers().get(HttpHeaderNames.IF_RANGE);
    // Ranges are defined for GET alone (RFC 9110 §14.2).
    return asked == null
            || !request.method().equals(HttpMethod.GET)
            || (onlyIf != null && !onlyIf.equals(tag))
        ? new ByteRange.Whole()
        : ByteRange.of(asked, size);
  }

  private static void body(
      ChannelHandlerContext context,
      HttpRequest request,
      boolean head,
      BootFile file,
      HttpResponse response,
      long first,
      long length) {
    if (head) {
      file.close();
      finish(context, request, writeEmpty(context, request, response, length), true);
      return;
    }
    HttpUtil.setContentLength(response, length);
    keepAlive(request, response);
    context.write(response);
    finish(
        context,
        request,
        context.writeAndFlush(new HttpChunkedInput(new FileChunks(file, first, length))),
        true);
  }

  private static HttpResponse head(HttpResponseStatus status, String tag) {
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
    response
        .headers()
        .set(HttpHeaderNames.ETAG, tag)
        .set(HttpHeaderNames.ACCEPT_RANGES, "bytes")
        .set(HttpHeaderNames.CONTENT_TYPE, "application/octet-stream");
    return response;
  }

  private static ChannelFuture writeEmpty(
      ChannelHandlerContext context,
      HttpRequest request,
      HttpResponse response,
      @Nullable Long length) {
    keepAlive(request, response);
    if (length != null) {
      HttpUtil.setContentLength(response, length);
    }
    context.write(response);
    return context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
  }

  private static void status(
      ChannelHandlerContext context, HttpRequest request, HttpResponseStatus status, boolean goOn) {
    byte[] text = (status + "\n").getBytes(StandardCharsets.US_ASCII);
    boolean withBody = !request.method().equals(HttpMethod.HEAD);
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            withBody ? Unpooled.wrappedBuffer(text) : Unpooled.EMPTY_BUFFER);
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain");
    if (status.equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
      response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
    }
    HttpUtil.setContentLength(response, text.length);
    HttpUtil.setKeepAlive(response, goOn && HttpUtil.isKeepAlive(request));
    finish(context, request, context.writeAndFlush(response), goOn);
  }

  private static void keepAlive(HttpRequest request, HttpResponse response) {
    HttpUtil.setKeepAlive(response, HttpUtil.isKeepAlive(request));
  }

  private static void finish(
      ChannelHandlerContext context, HttpRequest request, ChannelFuture written, boolean goOn) {
    if (goOn && HttpUtil.isKeepAlive(request)) {
      written.addListener(done -> {
        if (done.isSuccess()) {
          context.read();
        } else {
          context.close();
        }
      });
    } else {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof IdleStateEvent) {
      context.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("boot connection of {} ends", context.channel().remoteAddress(), cause);
    context.close();
  }
}
