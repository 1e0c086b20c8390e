package io.cade.proxy.message;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a card's responses (RFC 9112 §4, §6.3): a head, then parts of the body, the last one as
 * {@link LastHttpContent}. A response that breaks the rules comes as one whose decoder result is a
 * failure, and nothing after it. Bytes that no request asked for are passed on as they are, for the
 * connection to be closed. Owned by its event loop.
 */
public final class ResponseDecoder extends ByteToMessageDecoder {
  private static final int VERSION = 9; // "HTTP/1.1 "

  private enum State {
    IDLE,
    HEAD,
    BODY,
    SWITCHED,
    BROKEN
  }

  private final int maxLine;
  private final int maxHead;
  private final BodyDecoder body;
  private State state = State.IDLE;
  private boolean toHead;
  private boolean interim;
  private int scanned;
  private int lineStart;
  private int firstLine;
  private byte[] head = new byte[512];

  /**
   * @param maxLine longest status line
   * @param maxHead largest head without it
   */
  public ResponseDecoder(int maxLine, int maxHead) {
    this.maxLine = maxLine;
    this.maxHead = maxHead;
    this.body = new BodyDecoder(maxHead);
  }

  /**
   * A request goes out now; one response to it may come.
   *
   * @param answersHead the request was HEAD: there is no body whatever the header fields say
   */
  public void expect(boolean answersHead) {
    state = State.HEAD;
    toHead = answersHead;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    switch (state) {
      case IDLE -> out.add(in.readRetainedSlice(in.readableBytes()));
      case HEAD -> {
        int end = findEnd(in);
        if (end > 0) {
          head(in, end, out);
        } else if (end < 0) {
          broken(in, out, "status line or head of a response is too large or ends lines with LF");
        }
      }
      case BODY -> {
        switch (body.decode(in, out)) {
          case MORE -> {}
          case DONE -> state = State.IDLE;
          case FAULT -> broken(in, out, "chunks of a response are broken");
        }
      }
      case SWITCHED -> {} // stays here until this handler is removed
      case BROKEN -> in.skipBytes(in.readableBytes());
    }
  }

  @Override
  protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
      throws Exception {
    super.decodeLast(ctx, in, out);
    if (state == State.BODY && body.endsWithConnection()) {
      state = State.IDLE;
      out.add(LastHttpContent.EMPTY_LAST_CONTENT);
    }
  }

  /** Length of the head when all of it is there, 0 when not yet, -1 when it is none. */
  private int findEnd(ByteBuf in) {
    int base = in.readerIndex();
    while (true) {
      int lf = in.indexOf(base + scanned, in.writerIndex(), (byte) '\n');
      int seen = (lf < 0 ? in.writerIndex() : lf + 1) - base;
      if (lineStart == 0 ? seen > maxLine : seen - firstLine > maxHead) {
        return -1;
      }
      if (lf < 0) {
        scanned = seen;
        return 0;
      }
      if (lf == base || in.getByte(lf - 1) != '\r') {
        return -1;
      }
      boolean empty = lf - 1 == base + lineStart;
      firstLine = lineStart == 0 ? seen : firstLine;
      scanned = seen;
      lineStart = seen;
      if (empty) {
        return seen;
      }
    }
  }

  private void head(ByteBuf in, int end, List<Object> out) {
    scanned = 0;
    lineStart = 0;
    if (head.length < end) {
      head = new byte[Math.max(end, head.length * 2)];
    }
    in.readBytes(head, 0, end);
    HttpResponse response = parse(end);
    String problem = response == null ? "no response of HTTP/1.x" : frame(response);
    if (response == null || !problem.isEmpty()) {
      broken(in, out, problem);
      return;
    }
    out.add(response);
    if (state == State.BODY) {
      return;
    }
    out.add(LastHttpContent.EMPTY_LAST_CONTENT);
    if (response.status().code() == 101) {
      state = State.SWITCHED;
    } else if (!interim) {
      state = State.IDLE;
    }
  }

  private @Nullable HttpResponse parse(int end) {
    int lineEnd = lineEnd(0);
    HttpVersion version = version(lineEnd);
    int code = lineEnd >= VERSION + 3 ? code() : -1;
    if (version == null || code < 100 || (lineEnd > VERSION + 3 && head[VERSION + 3] != ' ')) {
      return null;
    }
    int start = lineEnd + 2;
    HeadFields fields = new HeadFields(head, start, end, 16);
    for (int at = start; at < end - 2; ) {
      int to = lineEnd(at);
      int nameEnd = at;
      while (nameEnd < to && FieldLine.isToken(head[nameEnd])) {
        nameEnd++;
      }
      int colon = nameEnd;
      // RFC 9112 §5.1: a proxy removes blanks before the colon from a response.
      while (colon < to && (head[colon] == ' ' || head[colon] == '\t')) {
        colon++;
      }
      if (nameEnd == at || colon == to || head[colon] != ':' || !isValue(colon + 1, to)) {
        return null; // folded lines too: RFC 9112 §5.2 lets a proxy discard such a message
      }
      fields.enter(at - start, nameEnd - start, colon + 1 - start, to - start);
      at = to + 2;
    }
    return new DefaultHttpResponse(version, status(code, VERSION + 4, lineEnd), fields);
  }

  private boolean isValue(int from, int to) {
    for (int i = from; i < to; i++) {
      byte b = head[i];
      if ((b >= 0 && b < ' ' && b != '\t') || b == 0x7f) {
        return false;
      }
    }
    return true;
  }

  /** Where the CR of this line is; there is one. */
  private int lineEnd(int from) {
    int i = from;
    while (head[i] != '\n') {
      i++;
    }
    return i - 1;
  }

  private @Nullable HttpVersion version(int lineEnd) {
    if (lineEnd < VERSION
        || head[0] != 'H'
        || head[1] != 'T'
        || head[2] != 'T'
        || head[3] != 'P'
        || head[4] != '/'
        || head[5] != '1'
        || head[6] != '.'
        || head[8] != ' ') {
      return null;
    }
    return head[7] == '1' ? HttpVersion.HTTP_1_1 : head[7] == '0' ? HttpVersion.HTTP_1_0 : null;
  }

  private int code() {
    int code = 0;
    for (int i = VERSION; i < VERSION + 3; i++) {
      int digit = head[i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      code = code * 10 + digit;
    }
    return code;
  }

  private HttpResponseStatus status(int code, int from, int to) {
    HttpResponseStatus known = HttpResponseStatus.valueOf(code);
    String usual = known.reasonPhrase();
    int n = Math.max(0, to - from);
    boolean same = n == usual.length();
    for (int i = 0; same && i < n; i++) {
      same = head[from + i] == usual.charAt(i);
    }
    if (same || !isValue(from, to)) {
      return known;
    }
    return new HttpResponseStatus(code, n == 0 ? "" : FieldLine.text(head, from, to));
  }

  /** Finds how long the body is (RFC 9112 §6.3); tells what is wrong, or nothing. */
  private String frame(HttpResponse response) {
    HeadFields fields = (HeadFields) response.headers();
    int code = response.status().code();
    interim = code < 200 && code != 101;
    int codings = fields.count(HttpHeaderNames.TRANSFER_ENCODING);
    int lengths = fields.count(HttpHeaderNames.CONTENT_LENGTH);
    if (codings > 1 || lengths > 1 || (codings > 0 && lengths > 0)) {
      return "a response says twice how long it is";
    }
    long length = -1;
    if (lengths > 0) {
      length = length(String.valueOf(fields.get(HttpHeaderNames.CONTENT_LENGTH)));
      if (length < 0) {
        return "Content-Length of a response is no number";
      }
    }
    if ((toHead && !interim) || code < 200 || code == 204 || code == 304 || length == 0) {
      return "";
    }
    if (codings > 0) {
      String coding = String.valueOf(fields.get(HttpHeaderNames.TRANSFER_ENCODING));
      if (!coding.equalsIgnoreCase("chunked") || response.protocolVersion().minorVersion() == 0) {
        return "a response has an unknown transfer coding";
      }
      body.expectChunks();
    } else if (length > 0) {
      body.expectLength(length);
    } else {
      body.expectUntilClose();
    }
    state = State.BODY;
    return "";
  }

  private static long length(String text) {
    if (text.isEmpty() || text.length() > 18) {
      return -1;
    }
    long length = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      length = length * 10 + digit;
    }
    return length;
  }

  private void broken(ByteBuf in, List<Object> out, String problem) {
    state = State.BROKEN;
    in.skipBytes(in.readableBytes());
    HttpResponse response =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.BAD_GATEWAY);
    response.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(problem)));
    out.add(response);
  }
}
