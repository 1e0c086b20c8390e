package io.cade.engine.boothttp;

import io.cade.engine.boottree.BootFile;
import io.cade.engine.boottree.BootTree;
import io.cade.engine.boottree.Lookup;
import io.cade.engine.datagram.Tally;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultFileRegion;
import io.netty.handler.codec.http.HttpChunkedInput;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.time.InstantSource;
import java.util.Date;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the requests of one connection, one after another: the next is read only when the last is
 * answered. Files on disk are sent without a copy (sendfile). Looks at itself regularly and cuts a
 * client that asks or takes too slowly. Owned by the connection's event loop.
 */
// A write that fails closes the connection, which is all there is to do.
@SuppressWarnings("FutureReturnValueIgnored")
final class BootHttpHandler extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(BootHttpHandler.class);

  private final BootTree tree;
  private final Executor files;
  private final BootHttpConfig config;
  private final InstantSource clock;
  private final Tally<BootHttpOutcome> outcomes;

  /** How far the answer has come; null while a request is waited for. */
  private @Nullable LongSupplier progress;

  private boolean answering;
  private long lastProgress;
  private int idleChecks;

  BootHttpHandler(
      BootTree tree,
      Executor files,
      BootHttpConfig config,
      InstantSource clock,
      Tally<BootHttpOutcome> outcomes) {
    this.tree = tree;
    this.files = files;
    this.config = config;
    this.clock = clock;
    this.outcomes = outcomes;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    checkLater(context);
    context.read();
  }

  private void checkLater(ChannelHandlerContext context) {
    context
        .executor()
        .schedule(() -> check(context), config.check().toNanos(), TimeUnit.NANOSECONDS);
  }

  private void check(ChannelHandlerContext context) {
    if (!context.channel().isActive()) {
      return;
    }
    if (!answering) {
      idleChecks++;
      if (idleChecks >= config.idleChecks()) {
        outcomes.count(BootHttpOutcome.CUT_IDLE);
        context.close();
        return;
      }
    } else if (progress != null) {
      long now = progress.getAsLong();
      // The answer may have begun just now: the first look only takes the measure.
      if (lastProgress >= 0 && now - lastProgress < config.minBytesPerCheck()) {
        outcomes.count(BootHttpOutcome.CUT_SLOW);
        context.close();
        return;
      }
      lastProgress = now;
    }
    checkLater(context);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (message instanceof HttpRequest request) {
        answering = true;
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
    Optional<String> name = RequestTarget.of(request);
    boolean head = request.method().equals(HttpMethod.HEAD);
    if (name.isEmpty()) {
      outcomes.count(BootHttpOutcome.REFUSED_REQUEST);
      status(context, request, HttpResponseStatus.BAD_REQUEST, false);
    } else if (!head && !request.method().equals(HttpMethod.GET)) {
      outcomes.count(BootHttpOutcome.REFUSED_METHOD);
      status(context, request, HttpResponseStatus.METHOD_NOT_ALLOWED, false);
    } else {
      InetAddress source = ((InetSocketAddress) context.channel().remoteAddress()).getAddress();
      files.execute(() -> {
        Lookup lookup = head ? tree.look(source, name.get()) : tree.open(source, name.get());
        context.executor().execute(() -> opened(context, request, lookup));
      });
    }
  }

  private void opened(ChannelHandlerContext context, HttpRequest request, Lookup lookup) {
    switch (lookup) {
      case Lookup.Found f -> {
        if (context.channel().isActive()) {
          found(context, request, f.file(), f.name());
        } else {
          f.file().close();
        }
      }
      case Lookup.Refused r -> {
        switch (r.why()) {
          case NOT_FOUND -> {
            outcomes.count(BootHttpOutcome.NOT_FOUND);
            status(context, request, HttpResponseStatus.NOT_FOUND, true);
          }
          case FAILED -> {
            outcomes.count(BootHttpOutcome.FAILED);
            status(context, request, HttpResponseStatus.INTERNAL_SERVER_ERROR, true);
          }
          case REFUSED_NAME, REFUSED_ABSOLUTE, REFUSED_TRAVERSAL -> {
            outcomes.count(BootHttpOutcome.REFUSED);
            status(context, request, HttpResponseStatus.BAD_REQUEST, true);
          }
          case OPENED,
              UPLOAD_OPENED,
              REFUSED_SOURCE,
              REFUSED_UPLOAD_PATH,
              REFUSED_UPLOAD_EXISTS,
              REFUSED_UPLOAD_SPACE -> {
            outcomes.count(BootHttpOutcome.REFUSED);
            status(context, request, HttpResponseStatus.FORBIDDEN, true);
          }
        }
      }
    }
  }

  private void found(
      ChannelHandlerContext context, HttpRequest request, BootFile file, String name) {
    Conditions conditions = new Conditions(request, Answer.entityTag(file), file.modified());
    if (conditions.clientHasIt()) {
      outcomes.count(BootHttpOutcome.NOT_MODIFIED);
      empty(context, request, Answer.head(HttpResponseStatus.NOT_MODIFIED, file, name, now()));
      file.close();
      return;
    }
    switch (conditions.range(file.size())) {
      case ByteRange.Unsatisfiable u -> {
        outcomes.count(BootHttpOutcome.REFUSED_RANGE);
        HttpResponse response =
            Answer.head(HttpResponseStatus.REQUESTED_RANGE_NOT_SATISFIABLE, file, name, now());
        response.headers().set(HttpHeaderNames.CONTENT_RANGE, "bytes */" + file.size());
        HttpUtil.setContentLength(response, 0);
        empty(context, request, response);
        file.close();
      }
      case ByteRange.Whole w ->
          content(
              context,
              request,
              file,
              Answer.head(HttpResponseStatus.OK, file, name, now()),
              0,
              file.size());
      case ByteRange.Part p -> {
        HttpResponse response = Answer.head(HttpResponseStatus.PARTIAL_CONTENT, file, name, now());
        response
            .headers()
            .set(
                HttpHeaderNames.CONTENT_RANGE,
                "bytes " + p.first() + "-" + p.last() + "/" + file.size());
        content(context, request, file, response, p.first(), p.last() - p.first() + 1);
      }
    }
  }

  private void content(
      ChannelHandlerContext context,
      HttpRequest request,
      BootFile file,
      HttpResponse response,
      long first,
      long length) {
    HttpUtil.setContentLength(response, length);
    BootHttpOutcome outcome =
        response.status().equals(HttpResponseStatus.PARTIAL_CONTENT)
            ? BootHttpOutcome.SERVED_PART
            : BootHttpOutcome.SERVED;
    if (request.method().equals(HttpMethod.HEAD)) {
      outcomes.count(outcome);
      empty(context, request, response);
      file.close();
      return;
    }
    HttpUtil.setKeepAlive(response, HttpUtil.isKeepAlive(request));
    context.write(response);
    lastProgress = -1;
    Optional<FileChannel> channel = file.channel();
    ChannelFuture written;
    if (channel.isPresent()) {
      // Closes the file when it is sent or given up.
      DefaultFileRegion region = new DefaultFileRegion(channel.get(), first, length);
      progress = region::transferred;
      context.write(region);
      written = context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    } else {
      FileChunks chunks = new FileChunks(file, first, length);
      progress = chunks::progress;
      written = context.writeAndFlush(new HttpChunkedInput(chunks));
    }
    written.addListener(
        done -> outcomes.count(done.isSuccess() ? outcome : BootHttpOutcome.ABORTED));
    finish(context, request, written, true);
  }

  private void empty(ChannelHandlerContext context, HttpRequest request, HttpResponse response) {
    HttpUtil.setKeepAlive(response, HttpUtil.isKeepAlive(request));
    context.write(response);
    finish(context, request, context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT), true);
  }

  private void status(
      ChannelHandlerContext context, HttpRequest request, HttpResponseStatus status, boolean goOn) {
    finish(
        context, request, context.writeAndFlush(Answer.status(status, request, now(), goOn)), goOn);
  }

  private Date now() {
    return Date.from(clock.instant());
  }

  private void finish(
      ChannelHandlerContext context, HttpRequest request, ChannelFuture written, boolean goOn) {
    boolean next = goOn && HttpUtil.isKeepAlive(request);
    written.addListener(done -> {
      progress = null;
      answering = false;
      idleChecks = 0;
      if (next && done.isSuccess()) {
        context.read();
      } else {
        context.close();
      }
    });
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
    if (!answering) {
      // A head that comes in pieces: the rest has to be asked for.
      context.read();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("boot connection of {} ends", context.channel().remoteAddress(), cause);
    context.close();
  }
}
